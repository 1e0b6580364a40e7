import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/contract/attention.ts";
import type { Question, RequestId } from "../../src/services/codex/protocol.ts";
import { connectRpc } from "../../src/services/codex/rpc.ts";
import { codexRun, type CodexRun } from "./codex-run.ts";
import { ask, COLOUR, escalated, patch, shell } from "./codex-tools.ts";
import type { RigRun } from "./link.ts";
import type { ModelRequest } from "./script.ts";

const EDIT = (file: string) => patch(`*** Add File: ${file}`, "+hello");
const DIALOG = "Would you like to";
const SHOWN = { timeout: 8000 };
const said = (request: ModelRequest | undefined) => request?.messages.map(({ text }) => text).join("\n") ?? "";

/** Answers the next item, through the session, as the core would. */
async function answer({ run }: CodexRun, given: Answer, since = 0): Promise<number> {
  const { item } = await run.signal("attention", { since });
  await run.session?.answer?.(item.key ?? "", given);
  return run.signals.length;
}

describe("a person's answer from Clustr", () => {
  for (const code of [false, true]) {
    it(`allow, deny with its reason, always: for this command and this run (${code ? "code mode" : "classic tools"})`, async () => {
      const steps = [
        escalated("touch one"),
        escalated("touch two"),
        escalated("echo x >> three"),
        escalated("echo x >> three"),
        { text: "Done." },
      ];
      await using made = await codexRun({ steps }, { code, autonomy: "ask" });
      const { run, model } = made;
      await made.start();
      await expect.poll(() => run.shows(), SHOWN).toContain(DIALOG);
      let since = await answer(made, { kind: "allow" });
      expect(run.signals.at(-1)?.type).toMatch(/resolved|working/);
      since = await answer(made, { kind: "deny", reason: "there is one already" }, since);
      await answer(made, { kind: "always" }, since);
      await run.signal("idle");
      expect([run.made("one"), run.made("two"), run.made("three")]).toEqual([true, false, true]);
      expect(run.signals.filter(({ type }) => type === "attention")).toHaveLength(3);
      // The request right after the refusal has it and the reason.
      expect(said(model.turns[2])).toMatch(/rejected by user[^]*there is one already/);
      expect(await run.shows()).not.toContain(DIALOG);
      expect(run.signals.some(({ type }) => type === "seen")).toBe(false);
    });
  }

  it("edits and permissions too, each as it was shown", async () => {
    const wish = { call: "request_permissions", args: { reason: "net", permissions: { network: { enabled: true } } } };
    const steps = [EDIT("no.txt"), EDIT("yes.txt"), wish, wish, { text: "Done." }];
    await using made = await codexRun({ steps }, { tables: "[features]\nrequest_permissions_tool = true" });
    const { run, model } = made;
    await made.start();
    let since = await answer(made, { kind: "deny" });
    since = await answer(made, { kind: "allow" }, since);
    since = await answer(made, { kind: "deny" }, since);
    await answer(made, { kind: "allow" }, since);
    await run.signal("idle");
    expect([run.made("no.txt"), run.made("yes.txt")]).toEqual([false, true]);
    const granted = model.turns.at(-1)?.messages.filter(({ text }) => text.includes('"scope"'));
    expect(granted?.map(({ text }) => text.includes('"enabled":true'))).toEqual([false, true]);
  });

  it("an option or own words, to one question or several", async () => {
    const about = (...names: string[]) =>
      ask(...names.map((id) => ({ ...COLOUR, id, header: id, question: `Which ${id}?` })));
    const steps = [about("colour"), about("colour"), about("hat", "coat"), { text: "Done." }];
    await using made = await codexRun({ steps }, { tables: "[features]\ndefault_mode_request_user_input = true" });
    const { run, model } = made;
    await made.start();
    let since = await answer(made, { kind: "option", index: 1, label: "blue" });
    since = await answer(made, { kind: "text", text: "a shade of grey" }, since);
    const { item } = await run.signal("attention", { since });
    await expect(run.session?.answer?.(item.key ?? "", { kind: "text", text: "one line" })).rejects.toThrow("2 lines");
    await answer(made, { kind: "text", text: "felt\nwool" }, since);
    await run.signal("idle");
    const got = model.turns.at(-1)?.messages.filter(({ role }) => role === "tool");
    expect(
      got?.map(({ text }) =>
        [...text.matchAll(/"(\w+)":\{"answers":\["(.*?)"\]/g)].map((match) => `${match[1]} ${match[2]}`).toSorted(),
      ),
    ).toEqual([["colour blue"], ["colour a shade of grey"], ["coat wool", "hat felt"]]);
  });

  it("to tools of other servers, and to the forms these show", async () => {
    const use = (id: number) => ({ call: "mcp__other__send_message", args: { id } });
    const ask = (properties: object) => ({
      call: "mcp__forms__ask",
      args: { schema: { type: "object", properties, required: Object.keys(properties) } },
    });
    const size = { size: { type: "string", enum: ["small", "large"] } };
    const steps = [use(1), use(2), use(3), ask({ name: { type: "string" } }), ask(size), ask(size), { text: "Done." }];
    const server = fileURLToPath(new URL("form-server.ts", import.meta.url));
    const tables = `[mcp_servers.forms]\ncommand = "${process.execPath}"\nargs = ["${server}"]\ndefault_tools_approval_mode = "approve"`;
    await using made = await codexRun({ steps }, { tables });
    const { run, model } = made;
    const other = `\n[mcp_servers.other]\nurl = "${run.door}/mcp"\nhttp_headers = { authorization = "Bearer ${run.token}" }\n`;
    await appendFile(join(made.place.path, "home/.codex/config.toml"), other);
    await made.start();
    const { item } = await run.signal("attention");
    expect(item).toMatchObject({
      kind: "permission",
      title: "Use other.send_message",
      answers: ["allow", "always", "deny"],
    });
    let since = await answer(made, { kind: "deny", reason: "not now" });
    since = await answer(made, { kind: "always" }, since);
    since = await answer(made, { kind: "text", text: "Ada" }, since);
    since = await answer(made, { kind: "option", index: 1, label: "large" }, since);
    await answer(made, { kind: "deny" }, since);
    await run.signal("idle");
    expect(made.sent).toEqual([{ id: 2 }, { id: 3 }]);
    const forms = model.turns.at(-1)?.messages.filter(({ text }) => text.includes("form: "));
    expect(forms?.map(({ text }) => /form: (.*)/.exec(text)?.[1])).toEqual([
      expect.stringContaining('{"name":"Ada"}') as string,
      expect.stringContaining('{"size":"large"}') as string,
      expect.stringContaining('"decline"') as string,
    ]);
    expect(said(model.turns[1])).toContain("not now");
  });

  it("several at once wait in line; what was answered in the terminal cannot be answered again", async () => {
    const calls = [escalated("touch one"), escalated("touch two")];
    await using made = await codexRun({ steps: [{ calls }, { text: "Done." }] });
    const { run } = made;
    await made.start();
    const { item } = await run.signal("attention");
    await expect.poll(() => run.shows(), SHOWN).toContain(DIALOG);
    await sleep(600); // Codex ignores keys that come right after a question appears.
    expect(run.signals.filter(({ type }) => type === "attention")).toHaveLength(1);
    run.type("y"); // The person, in the terminal.
    const next = await run.signal("attention", { where: (signal) => signal.item.key !== item.key });
    expect(next.item.title).not.toBe(item.title);
    await expect(run.session?.answer?.(item.key ?? "", { kind: "deny" })).rejects.toMatchObject({ code: "conflict" });
    await run.session?.answer?.(next.item.key ?? "", { kind: "allow" });
    await run.signal("idle");
    expect([run.made("one"), run.made("two")]).toEqual([true, true]);
    expect(await run.shows()).not.toContain(DIALOG);
  });

  for (const code of [false, true]) {
    it(`in the same instant as another one: what came second is told that it did not count (${code ? "code mode" : "classic tools"})`, async () => {
      const steps = [
        ...[0, 1, 2, 3].map((n) => (n < 2 ? escalated(`touch f${n}; sleep 0.5`) : EDIT(`f${n}`))),
        { text: "Done." },
      ];
      await using made = await codexRun({ steps }, { code });
      const { run } = made;
      await made.start();
      await using terminal = await otherClient(run);
      const told: (string | undefined)[] = [];
      const expected: boolean[] = [];
      let since = 0;
      for (const allowed of [false, true, false, true]) {
        const { item } = await run.signal("attention", { since });
        const question = await terminal.asked();
        since = run.signals.length;
        terminal.reply(question, { decision: allowed ? "accept" : "decline" });
        const ours = await run.session?.answer?.(item.key ?? "", { kind: allowed ? "deny" : "allow" }).then(
          () => "ours",
          (error: unknown) => (error as { code?: string }).code,
        );
        // Which of the two Codex takes is up to it; what is said of it is not.
        expected.push(ours === "conflict" ? allowed : !allowed);
        told.push(ours);
      }
      await run.signal("idle");
      expect(told.filter((one) => one !== "ours" && one !== "conflict")).toEqual([]);
      expect([0, 1, 2, 3].map((n) => run.made(`f${n}`))).toEqual(expected);
    });
  }

  it("after the server was killed and is back: same key, same diff", async () => {
    await using made = await codexRun({ steps: [EDIT("new.txt"), { text: "Done." }] });
    const { run } = made;
    await made.start();
    const { item: before } = await run.signal("attention");
    expect(before.detail).toContain("hello");
    run.drop();
    const since = run.signals.length;
    await made.start();
    const { item: after } = await run.signal("attention", { since });
    expect(after).toEqual(before);
    await answer(made, { kind: "allow" }, since);
    await run.signal("idle", { since });
    expect(run.made("new.txt")).toBe(true);
  });

  for (const hooked of [true, false]) {
    it(`a policy answers in the person's place (${hooked ? "before each tool call" : "where Codex asks, if it does not run our hook"})`, async () => {
      const steps = [escalated("touch one"), EDIT("two.txt"), escalated("touch three"), { text: "Done." }];
      await using made = await codexRun({ steps });
      const { run, model } = made;
      if (!hooked) run.tamper = async (program) => ({ ...program, args: withoutHooks(program.args) });
      const asked = new Set<string>();
      run.policy = (tool: string, subject = "") => {
        asked.add(`${tool} ${subject}`);
        return subject === "touch one" ? "allow" : tool === "apply_patch" ? "deny" : "ask";
      };
      await made.start();
      const { item } = await run.signal("attention");
      expect(item.title).toBe("Run touch three");
      expect([...asked]).toContain("shell touch one");
      expect([...asked]).toContain(`apply_patch ${join(run.agent.cwd, "two.txt")}`);
      expect([run.made("one"), run.made("two.txt")]).toEqual([true, false]);
      expect(said(model.turns[2])).toMatch(
        hooked ? /blocked[^]*workspace policy/ : /rejected by user[^]*workspace policy/,
      );
      await answer(made, { kind: "allow" });
      await run.signal("idle");
      expect(run.made("three")).toBe(true);
    });
  }

  for (const code of [false, true]) {
    it(`a policy's no holds for what Codex does not ask about (${code ? "code mode" : "classic tools"})`, async () => {
      const steps = [
        shell("touch secret-it's"),
        EDIT("two.txt"),
        { call: "mcp__clustr__send_message", args: { to: "bob" } },
        shell("touch fine"),
        { text: "Done." },
      ];
      await using made = await codexRun({ steps }, { code, autonomy: "full" });
      const { run } = made;
      run.policy = (tool: string, subject = "") =>
        /secret|two\.txt|bob/.test(subject) && tool !== "Bash" ? "deny" : undefined;
      await made.start();
      await run.signal("idle");
      expect(run.signals.some(({ type }) => type === "attention")).toBe(false);
      expect([run.made("secret-it's"), run.made("two.txt"), run.made("fine")]).toEqual([false, false, true]);
      expect(made.sent).toEqual([]);
    });
  }
});

/** A second client of the agent's server, as the TUI is one: answers what it is asked, in order. */
async function otherClient(run: RigRun) {
  const url = run.started[0]?.args.find((arg) => arg.startsWith("unix://")) ?? "";
  const end = new AbortController();
  const asked: RequestId[] = [];
  const listener = {
    notice: () => undefined,
    question: ({ id }: Question) => void asked.push(id),
    trouble: () => undefined,
  };
  const rpc = await connectRpc(url.slice("unix://".length), listener, end.signal);
  const { session } = await run.signal("session");
  await rpc.call("thread/resume", { threadId: session, excludeTurns: true });
  return {
    async asked(): Promise<RequestId> {
      await expect.poll(() => asked.length, SHOWN).toBeGreaterThan(0);
      return asked.shift() ?? 0;
    },
    reply: rpc.reply,
    [Symbol.asyncDispose]: async () => end.abort(),
  };
}

function withoutHooks(args: string[]): string[] {
  return args.map((arg) => (arg.startsWith("hooks=") ? "hooks={}" : arg));
}
