import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openStand } from "../gate/stand.ts";
import { journeyStage, soon, WIDTHS } from "./journeys-stage.ts";
import { CHROMIUM } from "./stage.ts";

describe.skipIf(CHROMIUM === undefined)("a workspace that was imported", () => {
  const at = journeyStage();

  test("shows what its agents' terminals had printed, as of any agent that has ended", async () => {
    await using elsewhere = await openStand();
    const { client, run } = elsewhere.clustr;
    const task = JSON.stringify([{ say: "I am ada of another machine" }, { sleep: 600 }]);
    await client.call("agent.spawn", { name: "ada", service: "script", task });
    const said = async () => (await client.call("terminal.screen", { name: "ada" })).lines.join();
    await soon(said, { timeout: 20_000 }).toContain("sleep 600");
    const file = join(elsewhere.place.path, "shop.tar.gz");
    expect((await run(["export", "--to", file, "--terminals"])).stderr).toBe("");

    const into = await at.stage.folder("came-in");
    const { id } = await at.call("workspace.import", { file, into, trust: true });
    for (const width of WIDTHS) {
      const page = await at.stage.visit(`/w/${id}/terminals?agent=ada`, width);
      const terminal = page.getByRole("region", { name: "Terminal of ada" });
      await terminal.locator(".xterm-rows").getByText("I am ada of another machine").waitFor();
      await terminal.getByText(/Process ended/).waitFor();
      await at.arrived(page, `imported-${width.name}`);
    }
  });
});
