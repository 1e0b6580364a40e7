import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { claudeStages, has } from "./claude-stage.ts";
import { bash } from "./claude-tools.ts";
import { RigRun } from "./link.ts";
import { scratch } from "./rig.ts";
import { textOf } from "./script.ts";

const stage = claudeStages();

describe.concurrent("start", () => {
  test("the very first request has the task, the instructions and Clustr's tools, and the tools work unasked", async () => {
    await using the = await stage(
      { steps: [{ call: "mcp__clustr__ping", args: {} }, { text: "All done." }] },
      { task: "-- count the\nstars", instructions: "You are alice of the workspace." },
    );
    await the.run.start(claude);
    await the.run.signal("idle");
    const [first, second] = the.model.turns;
    expect(first?.messages.some((message) => message.text.includes("-- count the\nstars"))).toBe(true);
    expect(first?.instructions).toContain("You are alice of the workspace.");
    expect(first?.tools).toContain("mcp__clustr__ping");
    expect(first?.tools).not.toContain("ListAgents");
    expect(second?.messages.at(-1)?.text).toContain("pong");
    // The same may be told more than once, by another source or with another activity.
    const told = the.run.signals.map(({ type }) => type);
    expect(told.filter((type, at) => type !== told[at - 1])).toEqual(["session", "working", "idle"]);
    expect(the.run.gate.refused).toEqual([]);
  });

  test("a task is text, whatever it begins with and however long it is", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] }, { task: "/exit is what users type to leave" });
    await the.run.start(claude);
    expect(textOf(await the.model.until(() => true))).toContain("Task: /exit is what users type to leave");
    await using long = await stage(
      { steps: [{ text: "Done." }] },
      { task: `${"long ".repeat(39_000)}end`, instructions: "You are alice." },
    );
    await long.run.start(claude);
    const request = await long.model.until(() => true);
    expect(request.instructions).toContain("You are alice.");
    expect(request.instructions).toContain("long long end");
  });

  test("the token is in no command line and no environment, and its files are private", async () => {
    await using the = await stage(
      { steps: [bash("tr '\\0' '\\n' </proc/$PPID/environ; sleep 1")] },
      { task: "t", autonomy: "full" },
    );
    await the.run.start(claude);
    const seen = await the.model.until(has("[result]"));
    expect(textOf(seen)).toContain("HOME=");
    expect(textOf(seen)).not.toContain(the.run.token);
    expect(JSON.stringify(the.run.started)).not.toContain(the.run.token);
    expect(await readFile(`/proc/${the.run.pid}/cmdline`, "utf8")).not.toContain(the.run.token);
    for (const file of await readdir(the.run.runDir))
      expect((await stat(join(the.run.runDir, file))).mode & 0o077).toBe(0);
  });

  test("nothing of ours is written to the person's configuration or the project", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] }, { task: "t", autonomy: "full" });
    await the.run.start(claude);
    await the.run.signal("idle");
    const home = the.env.HOME ?? "";
    const kept = await readFile(join(home, ".claude.json"), "utf8");
    expect(kept).not.toContain("clustr");
    expect(JSON.parse(kept)).not.toHaveProperty("bypassPermissionsModeAccepted");
    expect(await readdir(join(home, ".claude"))).not.toContain("settings.json");
    expect(await readdir(the.run.agent.cwd)).toEqual([".git"]);
  });

  test("servers a project brings along neither block the start nor run unasked", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] });
    await writeFile(
      join(the.run.agent.cwd, ".mcp.json"),
      JSON.stringify({ mcpServers: { theirs: { command: "touch", args: [join(the.run.agent.cwd, "ran")] } } }),
    );
    await the.run.start(claude);
    await the.run.signal("idle");
    expect(await readdir(the.run.agent.cwd)).toEqual([".git", ".mcp.json"]);
    expect(the.run.logged.join()).toContain("theirs");
  });

  test("an API key the person never decided about is used without a dialog and without being remembered", async () => {
    await using the = await stage(
      { steps: [{ text: "Done." }] },
      { task: "t" },
      { ANTHROPIC_API_KEY: "sk-ant-dummy-key-of-a-test-0123456789", ANTHROPIC_AUTH_TOKEN: "" },
    );
    await the.run.start(claude);
    await the.run.signal("idle");
    expect(the.model.turns[0]?.headers["x-api-key"] ?? the.model.turns[0]?.headers.authorization).toContain(
      "sk-ant-dummy-key-of-a-test-0123456789",
    );
    expect(await readFile(join(the.env.HOME ?? "", ".claude.json"), "utf8")).not.toContain("0123456789");
    for (const file of await readdir(the.run.runDir)) {
      expect(await readFile(join(the.run.runDir, file), "utf8")).not.toContain("0123456789");
    }
  });

  test("a conversation is resumed with today's instructions, and waits for input", async () => {
    await using the = await stage(
      { steps: [{ text: "First." }, { text: "Second." }] },
      { task: "remember the word owl" },
    );
    await the.run.start(claude);
    const { session } = await the.run.signal("session");
    await the.run.signal("idle");
    await the.run.stop();
    await using place = await scratch();
    await using again = await RigRun.make(
      place,
      the.env,
      { task: "t", cwd: the.run.agent.cwd, run: 2, session, resumed: true, instructions: "You are alice again." },
      [],
    );
    await again.start(claude);
    await again.signal("idle");
    again.post("m-again", "[message m-again from bob] go on");
    const seen = await the.model.until(has("m-again"));
    expect(textOf(seen)).toContain("remember the word owl");
    expect(seen.instructions).toContain("You are alice again.");
  });
});
