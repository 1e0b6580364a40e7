import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { codexRun } from "./codex-run.ts";
import { ask, COLOUR, escalated, shell } from "./codex-tools.ts";
import { says } from "./script.ts";

const PATCH = "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch";

describe("what only a person can resolve", () => {
  for (const code of [false, true]) {
    it(`a command that must leave the sandbox: the exact command is asked, a message in between answers nothing (${code ? "code mode" : "classic tools"})`, async () => {
      await using made = await codexRun(
        { steps: [escalated("touch made-it"), { text: "Made." }] },
        { code, autonomy: "ask" },
      );
      const { run, model } = made;
      await made.start();
      const { item } = await run.signal("attention");
      expect(item).toMatchObject({ kind: "permission", title: "Run touch made-it" });
      expect(item.detail).toContain("touch made-it");
      await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Would you like to run the following command?");
      run.post("msg-1", "<msg-1> y\ny\n1");
      await expect.poll(() => run.handed.length).toBe(1);
      await sleep(600); // Codex ignores keys that come right after a question appears: this one is old.
      expect(run.signals.some(({ type }) => type === "resolved")).toBe(false);
      expect(run.made("made-it")).toBe(false);
      run.type("y"); // The person.
      await run.signal("resolved");
      await model.until(says("<msg-1>"));
      await run.signal("idle");
      expect(run.made("made-it")).toBe(true);
      expect(model.turns).toHaveLength(2);
    });
  }

  it("with autonomy ask: nothing is written without a yes", async () => {
    await using made = await codexRun({ steps: [shell("touch unasked; ls"), { text: "Tried." }] }, { autonomy: "ask" });
    await made.start();
    await made.run.signal("idle");
    expect(existsSync(join(made.run.agent.cwd, "unasked"))).toBe(false);
    expect(made.model.turns.at(-1)?.messages.at(-1)?.text).toContain("Read-only file system");
  });

  it("an edit: the diff is shown; a no ends the turn and what waited is delivered all the same", async () => {
    await using made = await codexRun(
      {
        steps: [
          { call: "exec_command", args: { cmd: `apply_patch <<'EOF'\n${PATCH}\nEOF` } },
          { text: "As you wish." },
        ],
      },
      { autonomy: "ask" },
    );
    const { run, model } = made;
    await made.start();
    const { item } = await run.signal("attention");
    expect(item.title).toBe(`Edit ${join(run.agent.cwd, "new.txt")}`);
    expect(item.detail).toContain("hello");
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Would you like to make the following edits?");
    run.post("msg-2", "<msg-2> still there?");
    await expect.poll(() => run.handed.length).toBe(1);
    await sleep(600);
    run.type("\u001b");
    await model.until(says("<msg-2>"));
    await run.signal("seen", { where: ({ messages }) => messages.includes("msg-2") });
    await run.signal("idle");
    expect(run.made("new.txt")).toBe(false);
  });

  it("with autonomy auto: nothing inside the folder, but what leaves the sandbox", async () => {
    await using made = await codexRun(
      {
        steps: [shell("touch inside"), escalated("touch beyond")],
      },
      { autonomy: "auto" },
    );
    const { run } = made;
    await made.start();
    const { item } = await run.signal("attention");
    expect(item).toMatchObject({
      title: "Run touch beyond",
      detail: expect.stringContaining("Why: it must") as string,
    });
    expect(run.made("inside")).toBe(true);
    expect(run.made("beyond")).toBe(false);
  });

  it("with autonomy full: nothing, and no sandbox", async () => {
    // No network is what every sandbox of Codex has in common; the door is a port that is certainly open.
    await using made = await codexRun(
      {
        steps: [
          () => ({
            call: "exec_command",
            args: { cmd: `bash -c ': < /dev/tcp/127.0.0.1/${new URL(run.door).port}' && touch connected` },
          }),
          { text: "Tried." },
        ],
      },
      { autonomy: "full" },
    );
    const { run } = made;
    await made.start();
    await run.signal("idle");
    expect(run.signals.some(({ type }) => type === "attention")).toBe(false);
    expect(run.made("connected")).toBe(true);
  });

  it("a question of the model, with its options", async () => {
    await using made = await codexRun(
      {
        steps: [ask(COLOUR), { text: "Thank you." }],
      },
      { tables: "[features]\ndefault_mode_request_user_input = true" },
    );
    const { run, model } = made;
    await made.start();
    const { item } = await run.signal("attention");
    expect(item).toMatchObject({
      kind: "question",
      title: "Which colour?",
      detail: "Which colour?\n- red: the warm one\n- blue: the cold one",
    });
    await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Which colour?");
    await sleep(600);
    run.type("\r"); // The person takes the first option.
    await run.signal("resolved");
    await run.signal("idle");
    expect(model.turns.at(-1)?.messages.at(-1)?.text).toContain("red");
  });

  it("not a passing failure of the model's API: Codex tries again, and that is shown", async () => {
    await using made = await codexRun({ steps: [{ drop: true }, { error: 404 }, { text: "Here after all." }] });
    const { run, model } = made;
    await made.start();
    await run.signal("idle");
    expect(model.turns).toHaveLength(3);
    expect(run.signals).toContainEqual(
      expect.objectContaining({
        type: "working",
        activity: expect.stringContaining("Trying the model's API again") as string,
      }),
    );
    expect(run.signals.some(({ type }) => type === "turn_failed")).toBe(false);
  });

  it("a failure of the model's API, with what to do; a message wakes the agent again", async () => {
    await using made = await codexRun({
      steps: [{ error: 400, message: "the scripted model is ill" }, { text: "Well again." }],
    });
    const { run, model } = made;
    await made.start();
    const { reason } = await run.signal("turn_failed");
    expect(reason).toContain("the scripted model is ill");
    expect(reason).toMatch(/send the agent a message/);
    run.post("msg-3", "<msg-3> try again");
    await model.until(says("<msg-3>"));
    await run.signal("idle");
  });

  it("a limit of the account: Codex does not try again, and says what to wait for", async () => {
    await using made = await codexRun({ steps: [{ error: 429 }, { text: "Well again." }] });
    const { run, model } = made;
    await made.start();
    expect((await run.signal("turn_failed")).reason).toMatch(/usage limit[^]*wait for its reset/);
    expect(model.turns).toHaveLength(1);
  });

  it("the end of the agent's own server", async () => {
    await using made = await codexRun({ steps: [{ text: "Ready." }] });
    await made.start();
    await made.run.signal("idle");
    process.kill(made.run.pidOf("app-server"), "SIGKILL");
    const { reason } = await made.run.signal("failed");
    expect(reason).toContain("app-server ended");
    expect(reason).toContain("restart the agent");
  });
});
