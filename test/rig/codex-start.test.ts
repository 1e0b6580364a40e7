import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { codex } from "../../src/services/codex/codex.ts";
import { codexRun } from "./codex-run.ts";
import { shell } from "./codex-tools.ts";
import { textOf } from "./script.ts";

describe("a Codex agent starts", () => {
  for (const code of [false, true]) {
    it(`with Clustr's tools and instructions in the very first model request (${code ? "code mode" : "classic tools"})`, async () => {
      await using made = await codexRun(
        { steps: [{ call: "mcp__clustr__send_message", args: { to: "bob", content: "hi" } }, { text: "All done." }] },
        {
          code,
          task: "Greet bob.",
          instructions: "You are alice of the rig.",
          settings: 'developer_instructions = "Own words of the person."',
        },
      );
      const { run, model, sent } = made;
      await made.start();
      const first = await model.until(() => true);
      expect(first.tools).toContain("mcp__clustr__send_message");
      expect(JSON.stringify(first.body)).toContain("Sends a message."); // With its description, not by name alone.
      expect(first.tools.filter((name) => /codex_tui|collaboration|multi_agent|spawn_agent/.test(name))).toEqual([]);
      expect(textOf(first)).toContain("You are alice of the rig.");
      expect(textOf(first)).toContain("Own words of the person.");
      expect(first.messages.at(-1)).toEqual({ role: "user", text: "Greet bob." });
      await run.signal("idle");
      expect(sent).toEqual([{ to: "bob", content: "hi" }]);
      expect(model.turns).toHaveLength(2);
      expect(run.signals.map(({ type }) => type).filter((type, n, all) => type !== all[n - 1])).toEqual([
        "session",
        "working",
        "idle",
      ]);
      expect(run.signals).toContainEqual(
        expect.objectContaining({ type: "working", activity: "Using clustr.send_message" }),
      );
      await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("All done.");
      expect(await run.shows()).toContain("› Greet bob.");
    });
  }

  it("without a secret in any argument and without writing its settings into the person's folder", async () => {
    await using made = await codexRun(
      { steps: [{ text: "Hello." }] },
      { instructions: "Secret plan of the workspace." },
    );
    await made.start();
    await made.run.signal("idle");
    const args = made.run.started.flatMap((program) => program.args).join("\n");
    expect(args).not.toContain(made.run.token);
    expect(args).not.toContain("Secret plan");
    const folder = join(made.env.HOME ?? "", ".codex");
    const config = await readFile(join(folder, "config.toml"), "utf8");
    expect(config).not.toMatch(/clustr|trust_level|projects/);
    expect(await readdir(folder)).not.toContain("packages"); // The shared daemon would have copied itself there.
    const words = await Promise.all(
      (await readdir(folder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile() && /\.(toml|json|md)$/.test(entry.name))
        .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
    );
    expect(words.length).toBeGreaterThan(0);
    expect(words.join("\n")).not.toContain(made.run.token);
    expect(words.join("\n")).not.toContain("clustr");
  });

  it("past the person's unreviewed hooks, without trusting them", async () => {
    const tables = '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "touch hook-ran"\n';
    await using made = await codexRun({ steps: [{ text: "Hello there." }] }, { tables });
    await made.start();
    await made.run.signal("idle");
    await expect.poll(() => made.run.shows(), { timeout: 8000 }).toContain("Hello there.");
    expect(await made.run.shows()).not.toContain("Hooks need review");
    expect(await readdir(made.run.agent.cwd)).not.toContain("hook-ran");
  });

  it("and marks its commands only by variables that Clustr keeps from other agents", async () => {
    await using made = await codexRun({ steps: [shell("env"), { text: "Seen." }] }, { autonomy: "auto" });
    await made.start();
    await made.run.signal("idle");
    const printed = made.model.turns.at(-1)?.messages.at(-1)?.text ?? "";
    const marks = [...printed.matchAll(/^(CODEX_\w+)=/gm)].map((match) => match[1]);
    expect(marks).toContain("CODEX_THREAD_ID");
    expect(codex.marks).toEqual(expect.arrayContaining(marks));
  });

  it("in a home whose path is longer than a socket's may be, and the person can type into it", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }, { text: "Typed." }] });
    const { run, model } = made;
    const home = await made.place.folder(join("h".repeat(60), "h".repeat(60)));
    await cp(made.env.HOME ?? "", home, { recursive: true });
    run.env.HOME = home;
    await made.start();
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Ready.");
    run.type("by hand");
    await expect.poll(() => run.shows()).toContain("› by hand");
    await sleep(300); // A key right after text counts as pasted.
    run.type("\r");
    const request = await model.until(({ messages }) => messages.at(-1)?.text === "by hand");
    expect(request.messages.at(-1)?.role).toBe("user");
    await expect.poll(() => run.signals.filter(({ type }) => type === "idle").length).toBe(2);
  });
});
