import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";

describe("policies", () => {
  it("hold from the moment they are set, for every agent, through a restart, until they are removed", async () => {
    await using d = await desk();
    await d.spawn("ada");
    expect(d.puppet.link("ada").policy("Bash", "git push")).toBeUndefined();
    const { id } = await d.ask("policy.set", { decision: "deny", tool: "Bash", pattern: "git push*" });
    await d.ask("policy.set", { decision: "allow", tool: "Bash" });
    await d.spawn("bo");
    for (const name of ["ada", "bo"]) {
      expect(d.puppet.link(name).policy("Bash", "git push")).toBe("deny");
      expect(d.puppet.link(name).policy("Bash", "ls")).toBe("allow");
    }
    const before = d.puppet.link("bo");
    await d.reopen();
    await expect.poll(() => d.puppet.link("bo")).not.toBe(before);
    expect(await d.ask("policy.list", {})).toHaveLength(2);
    await d.ask("policy.remove", { id });
    expect(d.puppet.link("bo").policy("Bash", "git push")).toBe("allow");
    await expect(d.ask("policy.remove", { id })).rejects.toMatchObject({ code: "not_found" });
  });
});
