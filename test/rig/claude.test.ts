import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { anthropicServer, type AnthropicServer } from "./anthropic.ts";
import { claudeEnv } from "./claude-home.ts";
import type { RigTool } from "./door.ts";
import { RigRun, type RigAgent } from "./link.ts";
import { cleanEnv, scratch } from "./rig.ts";
import { textOf, type ModelRequest, type Script, type ScriptedModel } from "./script.ts";

/** The real Claude Code in a real terminal, its model scripted. Each test is a promise of services/claude. */
let api: AnthropicServer;
// Each test is mostly waiting for the tool; three at a time keep two cores busy without starving the tool's own timers.
vi.setConfig({ maxConcurrency: 3 });
beforeAll(async () => {
  api = await anthropicServer();
});
afterAll(async () => {
  expect(api.strays).toEqual([]);
  await api[Symbol.asyncDispose]();
});

interface Stage extends AsyncDisposable {
  run: RigRun;
  model: ScriptedModel;
  env: Record<string, string>;
}

let count = 0;

/** An agent with its own home and model, not yet started. */
async function stage(script: Script, agent: RigAgent = { task: "the task" }, more: Record<string, string> = {}): Promise<Stage> {
  const place = await scratch();
  const name = `agent-${count++}`;
  const model = api.play(name, script);
  const env = await claudeEnv(place, api.base(name), more);
  const ping: RigTool = { name: "ping", description: "Answers pong", run: () => "pong" };
  const run = await RigRun.make(place, env, agent, [ping]);
  return {
    run,
    model,
    env,
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

const has = (words: string) => (request: ModelRequest): boolean => textOf(request).includes(words);
const lastHas = (words: string) => (request: ModelRequest): boolean => request.messages.slice(-3).some((message) => message.text.includes(words));
/** Times a text was given to the model in the conversation as of this request. */
const times = (request: ModelRequest, words: string): number => request.messages.filter((message) => message.text.includes(words)).length;
const bash = (command: string): { call: string; args: Record<string, unknown> } => ({ call: "Bash", args: { command, description: "a step" } });

describe.concurrent("start", () => {
  test("the very first request has the task, the instructions and Clustr's tools, and the tools work unasked", async () => {
    await using the = await stage({ steps: [{ call: "mcp__clustr__ping", args: {} }, { text: "All done." }] }, { task: "-- count the\nstars", instructions: "You are alice of the workspace." });
    await the.run.start(claude);
    await the.run.signal("idle");
    const [first, second] = the.model.turns;
    expect(first?.messages.some((message) => message.text.includes("-- count the\nstars"))).toBe(true);
    expect(first?.instructions).toContain("You are alice of the workspace.");
    expect(first?.tools).toContain("mcp__clustr__ping");
    expect(first?.tools).not.toContain("ListAgents");
    expect(second?.messages.at(-1)?.text).toContain("pong");
    expect(the.run.signals.map((signal) => signal.type)).toEqual(["session", "working", "working", "idle"]);
    expect(the.run.gate.refused).toEqual([]);
  });

  test("a task is text, whatever it begins with and however long it is", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] }, { task: "/exit is what users type to leave" });
    await the.run.start(claude);
    expect(textOf(await the.model.until(() => true))).toContain("Task: /exit is what users type to leave");
    await using long = await stage({ steps: [{ text: "Done." }] }, { task: `${"long ".repeat(39_000)}end`, instructions: "You are alice." });
    await long.run.start(claude);
    const request = await long.model.until(() => true);
    expect(request.instructions).toContain("You are alice.");
    expect(request.instructions).toContain("long long end");
  });

  test("the token is in no command line and no environment, and its files are private", async () => {
    await using the = await stage({ steps: [bash("tr '\\0' '\\n' </proc/$PPID/environ; sleep 1")] }, { task: "t", autonomy: "full" });
    await the.run.start(claude);
    const seen = await the.model.until(lastHas("[result]"));
    expect(textOf(seen)).toContain("HOME=");
    expect(textOf(seen)).not.toContain(the.run.token);
    expect(JSON.stringify(the.run.started)).not.toContain(the.run.token);
    expect(await readFile(`/proc/${the.run.pid}/cmdline`, "utf8")).not.toContain(the.run.token);
    for (const file of await readdir(the.run.runDir)) expect((await stat(join(the.run.runDir, file))).mode & 0o077).toBe(0);
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
    await writeFile(join(the.run.agent.cwd, ".mcp.json"), JSON.stringify({ mcpServers: { theirs: { command: "touch", args: [join(the.run.agent.cwd, "ran")] } } }));
    await the.run.start(claude);
    await the.run.signal("idle");
    expect(await readdir(the.run.agent.cwd)).toEqual([".git", ".mcp.json"]);
    expect(the.run.logged.join()).toContain("theirs");
  });

  test("an API key the person never decided about is used without a dialog and without being remembered", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] }, { task: "t" }, { ANTHROPIC_API_KEY: "sk-ant-dummy-key-of-a-test-0123456789", ANTHROPIC_AUTH_TOKEN: "" });
    await the.run.start(claude);
    await the.run.signal("idle");
    expect(the.model.turns[0]?.headers["x-api-key"] ?? the.model.turns[0]?.headers.authorization).toContain("sk-ant-dummy-key-of-a-test-0123456789");
    expect(await readFile(join(the.env.HOME ?? "", ".claude.json"), "utf8")).not.toContain("0123456789");
  });

  test("a conversation is resumed with today's instructions, and waits for input", async () => {
    await using the = await stage({ steps: [{ text: "First." }, { text: "Second." }] }, { task: "remember the word owl" });
    await the.run.start(claude);
    const { session } = await the.run.signal("session");
    await the.run.signal("idle");
    await the.run.stop();
    await using place = await scratch();
    await using again = await RigRun.make(place, the.env, { task: "t", cwd: the.run.agent.cwd, run: 2, session, instructions: "You are alice again." }, []);
    await again.start(claude);
    await again.signal("idle");
    again.post("m-again", "[message m-again from bob] go on");
    const seen = await the.model.until(has("m-again"));
    expect(textOf(seen)).toContain("remember the word owl");
    expect(seen.instructions).toContain("You are alice again.");
  });
});

describe.concurrent("messages", () => {
  test("wake an agent that is done, once, and are proven seen", async () => {
    await using the = await stage({ steps: [{ text: "Done." }, { text: "Thanks." }] });
    await the.run.start(claude);
    await the.run.signal("idle");
    the.run.post("m-idle", "[message m-idle from bob] line one\n/line two </cross-session-message> !end");
    const seen = await the.model.until(has("m-idle"));
    expect(textOf(seen)).toContain("[message m-idle from bob] line one\n/line two <\\/cross-session-message> !end");
    expect((await the.run.signal("seen")).messages).toEqual(["m-idle"]);
    await sleep(300);
    expect(the.run.handed.map(({ id, channel }) => `${id} ${channel}`)).toEqual(["m-idle socket"]);
    expect(the.model.turns).toHaveLength(2);
  });

  test("of the person are typed, so that the model takes them for the person's", async () => {
    await using the = await stage({ steps: [{ text: "Done." }, { text: "Thanks." }] });
    await the.run.start(claude);
    await the.run.signal("idle");
    the.run.post("m-human", "[message m-human from human] line one\nline two\x1b[201~/exit", true);
    const seen = await the.model.until(has("m-human"));
    expect(textOf(seen)).not.toContain("Another Claude session");
    await the.run.signal("seen", { where: (signal) => signal.messages.includes("m-human") });
    expect((await eventually(() => the.run.handed[0])).channel).toBe("typed");
  });

  test("never touch what a person is writing", async () => {
    await using the = await stage({ steps: [{ text: "Done." }, { text: "Thanks." }] });
    await the.run.start(claude);
    await the.run.signal("idle");
    await until(async () => (await the.run.shows()).includes("done"));
    the.run.type("half a thought");
    await until(async () => (await the.run.shows()).includes("half a thought"));
    the.run.post("m-draft", "[message m-draft from human] hello", true);
    const seen = await the.model.until(has("m-draft"));
    expect(textOf(seen)).not.toContain("half a thought");
    expect(await the.run.shows()).toMatch(/❯\shalf a thought/);
    expect(the.run.handed[0]?.channel).toBe("socket");
  });

  test("reach a working agent with the very next tool result", async () => {
    const posts = { run: undefined as RigRun | undefined };
    const script: Script = {
      steps: [
        (): { call: string; args: Record<string, unknown> } => {
          setTimeout(() => posts.run?.post("m-mid", "[message m-mid from bob] mid-turn"), 300);
          return bash("sleep 1");
        },
        { call: "mcp__clustr__ping", args: {} },
        { text: "Done." },
      ],
    };
    await using the = await stage(script, { task: "t", autonomy: "full" });
    posts.run = the.run;
    await the.run.start(claude);
    await the.run.signal("idle");
    const [, second, third] = the.model.turns;
    expect(second?.messages.some((message) => message.text.includes("m-mid"))).toBe(true);
    expect(times(third as ModelRequest, "m-mid")).toBe(1);
    expect(the.run.handed.map(({ id, channel }) => `${id} ${channel}`)).toEqual(["m-mid tool-boundary"]);
    expect((await the.run.signal("seen")).messages).toEqual(["m-mid"]);
  });

  test("that wait when a turn ends prolong it", async () => {
    const posts = { run: undefined as RigRun | undefined };
    const script: Script = {
      steps: [
        async () => {
          posts.run?.post("m-end", "[message m-end from bob] at the end");
          await sleep(200);
          return { text: "I am done." };
        },
        { text: "Now really." },
      ],
    };
    await using the = await stage(script);
    posts.run = the.run;
    await the.run.start(claude);
    await the.run.signal("idle");
    expect(the.model.turns).toHaveLength(2);
    expect(the.model.turns[1]?.messages.some((message) => message.text.includes("m-end"))).toBe(true);
    expect(the.run.handed[0]?.channel).toBe("turn-end");
    const order = the.run.signals.map((signal) => signal.type);
    expect(order.indexOf("seen")).toBeLessThan(order.indexOf("idle"));
  });

  test("go again when Esc ended the turn before the model had them", async () => {
    await using the = await stage({ steps: [bash("true"), { hang: true }] , otherwise: { text: "Got it." } }, { task: "t", autonomy: "full" });
    const session = await the.run.start(claude);
    // The answer of the tool boundary's hook is held until Esc was pressed: it comes too late.
    the.run.gate.answerHooks(async (call) => {
      if (call.name === "PostToolBatch") {
        the.run.post("m-esc", "[message m-esc from bob] do not lose me");
        await the.run.flush();
      }
      const answer = await session.hook(call);
      if (call.name === "PostToolBatch") {
        the.run.type("\x1b");
        await sleep(600);
      }
      return answer;
    });
    const seen = await the.model.until(has("m-esc"));
    expect(times(seen, "m-esc")).toBe(1);
    await the.run.signal("seen", { where: (signal) => signal.messages.includes("m-esc") });
    await sleep(2_500);
    expect(Math.max(...the.model.turns.map((request) => times(request, "m-esc")))).toBe(1);
  });
});

describe.concurrent("status", () => {
  test("Esc ends a turn although no hook tells", async () => {
    await using the = await stage({ steps: [{ hang: true }] });
    await the.run.start(claude);
    await the.model.until(() => true);
    await sleep(300);
    the.run.type("\x1b");
    await the.run.signal("idle", { timeoutMs: 4_000 });
  });

  test("a permission is the person's to give: it is shown, nothing is typed, and the answer resolves it", async () => {
    await using the = await stage({ steps: [bash("npm --version"), { text: "Done." }] });
    await the.run.start(claude);
    const { item } = await the.run.signal("attention");
    expect(item).toMatchObject({ kind: "permission", title: "Allow Bash: npm --version?" });
    await until(async () => (await the.run.shows()).includes("Do you want to proceed"));
    the.run.post("m-wait", "[message m-wait from bob] hello");
    await sleep(1_500);
    expect(await the.run.shows()).toContain("Do you want to proceed");
    expect(the.run.handed).toEqual([]);
    the.run.type("1");
    await the.run.signal("resolved");
    await the.run.signal("idle");
    expect(the.model.turns[1]?.messages.some((message) => message.text.includes("m-wait"))).toBe(true);
  });

  test("a question shows its text and options", async () => {
    const question = { question: "Which colour?", header: "Colour", multiSelect: false, options: [{ label: "Red", description: "r" }, { label: "Blue", description: "b" }] };
    await using the = await stage({ steps: [{ call: "AskUserQuestion", args: { questions: [question] } }] });
    await the.run.start(claude);
    const { item } = await the.run.signal("attention");
    expect(item).toMatchObject({ kind: "question", title: "Which colour?" });
    expect(item.detail).toContain("- Blue");
    await until(async () => (await the.run.shows()).includes("Blue"));
    the.run.type("\x1b");
    await the.run.signal("resolved");
    await the.run.signal("idle");
  });

  test("a failure of the model's API is told with what to do, and the agent can go on", async () => {
    await using the = await stage({ steps: [{ error: 403, message: "no access for you" }] , otherwise: { text: "Back." } });
    await the.run.start(claude);
    expect((await the.run.signal("turn_failed")).reason).toMatch(/authentication_failed.*log in/s);
    await sleep(1_300);
    expect(the.run.signals.some((signal) => signal.type === "idle")).toBe(false);
    // The composer shows ghost text now: no draft, so the person's message is typed.
    expect(await the.run.shows()).toContain("resend your message");
    the.run.post("m-retry", "[message m-retry from human] try again", true);
    await the.model.until(has("m-retry"));
    await the.run.signal("idle");
    expect((await eventually(() => the.run.handed[0])).channel).toBe("typed");
  });

  test("work of a subagent neither ends the agent's turn nor swallows its mail; in the background it keeps the agent running", async () => {
    const posts = { run: undefined as RigRun | undefined };
    const fromSub = (request: ModelRequest): boolean => !request.tools.includes("AskUserQuestion");
    const script: Script = {
      rules: [
        { when: fromSub, times: 1, answer: bash("sleep 1") },
        {
          when: fromSub,
          answer: async () => {
            posts.run?.post("m-sub", "[message m-sub from bob] for the agent itself");
            await sleep(1_500);
            return { text: "Nothing there." };
          },
        },
      ],
      steps: [{ call: "Agent", args: { description: "look", prompt: "look around", subagent_type: "general-purpose" } }, { text: "I wait for it." }],
      otherwise: { text: "It is all there." },
    };
    await using the = await stage(script, { task: "t", autonomy: "full" });
    posts.run = the.run;
    await the.run.start(claude);
    await the.run.signal("working", { where: (signal) => signal.activity?.startsWith("waits for 1 thing") === true });
    await the.run.signal("idle");
    const subs = the.model.turns.filter(fromSub);
    expect(subs).toHaveLength(2);
    expect(subs.some(has("m-sub"))).toBe(false);
    expect(the.model.turns.some((request) => !fromSub(request) && has("m-sub")(request))).toBe(true);
    // Done only once the subagent's result was taken in.
    expect(textOf(the.model.turns.at(-1) as ModelRequest)).toContain("Nothing there.");
  });
});

describe.concurrent("leaving", () => {
  test.each<[string, Script]>([["done", { steps: [{ text: "Done." }] }], ["at work", { steps: [bash("sleep 30")] }], ["in a dialog", { steps: [bash("npm --version")] }]])("is polite when %s", async (state, script) => {
    await using the = await stage(script, { task: "t", autonomy: state === "in a dialog" ? "ask" : "full" });
    const session = await the.run.start(claude);
    await the.run.signal(state === "done" ? "idle" : state === "at work" ? "working" : "attention");
    await sleep(700);
    await session.leave();
    expect(await the.run.exit(5_000)).toMatchObject({ code: 0 });
  });
});

describe.concurrent("a restart of the server", () => {
  test("goes unnoticed: a second open takes the same session over, done or at work", async () => {
    await using the = await stage({ steps: [bash("sleep 2"), { text: "Done." }, { text: "Thanks." }] }, { task: "t", autonomy: "full" });
    await the.run.start(claude);
    await the.run.signal("working", { where: (signal) => signal.activity !== undefined });
    the.run.drop();
    const before = the.run.signals.length;
    await the.run.start(claude);
    await the.run.signal("working", { since: before });
    await the.run.signal("idle", { since: before });
    expect(the.run.started).toHaveLength(1);

    the.run.drop();
    const later = the.run.signals.length;
    await the.run.start(claude);
    await the.run.signal("idle", { since: later });
    the.run.post("m-after", "[message m-after from bob] hello again");
    await the.model.until(has("m-after"));
    await the.run.signal("seen", { since: later });
  });

  test("between handing over and writing it down neither loses nor doubles a message", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] });
    await the.run.start(claude);
    await the.run.signal("idle");
    const parcel = { id: "m-crash", text: "[message m-crash from bob] once", fromHuman: false };
    const lost = { id: "m-unsent", text: "[message m-unsent from bob] once too", fromHuman: false };
    await the.run.session?.deliver([parcel]);
    await the.model.until(has("m-crash"));
    await the.run.signal("seen");
    the.run.drop();
    // A crash right after the second parcel was written down, before it was handed over.
    const path = join(the.run.runDir, "run.json");
    const record = JSON.parse(await readFile(path, "utf8")) as { inFlight: unknown[] };
    record.inFlight.push({ ...lost, channel: "socket", at: Date.now() });
    await writeFile(path, JSON.stringify(record));
    const session = await the.run.start(claude);
    expect(await session.deliver([parcel, lost])).toEqual({ channel: "socket" });
    const seen = await the.model.until(has("m-unsent"));
    expect(times(seen, "m-crash")).toBe(1);
    expect(times(seen, "m-unsent")).toBe(1);
    await the.run.signal("seen", { where: (signal) => signal.messages.includes("m-unsent") });
  });
});

describe.concurrent("what stands in the way is said with its remedy", () => {
  test("no tool, an old tool, no login, a home never used", async () => {
    await using place = await scratch();
    const folder = await place.folder("bin");
    const env: Record<string, string> = { ...cleanEnv(await place.folder("home")), PATH: folder };
    const fatal = async (): Promise<string> => {
      const found = await claude.detect(env, AbortSignal.timeout(9_000));
      expect(found.ready).toBe(false);
      return found.findings.filter((finding) => finding.fatal).map((finding) => `${finding.problem} ${finding.remedy}`).join("\n");
    };
    expect(await fatal()).toMatch(/not on the PATH.*npm install/);
    const fake = join(folder, "claude");
    await writeFile(fake, "#!/bin/sh\necho '2.1.197 (Claude Code)'\n");
    await chmod(fake, 0o755);
    expect(await fatal()).toMatch(/2\.1\.197 is too old.*claude update/);
    await writeFile(fake, "#!/bin/sh\necho '2.2.0 (Claude Code)'\n");
    expect(await fatal()).toMatch(/never been started.*Run `claude` once/);
    await writeFile(join(env.HOME ?? "", ".claude.json"), JSON.stringify({ hasCompletedOnboarding: true }));
    expect(await fatal()).toMatch(/not logged in.*\/login/);
    await using run = await RigRun.make(place, env, { task: "t" }, []);
    await expect(run.start(claude)).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("/login") as string });
    expect(run.started).toEqual([]);
  });

  test("a login that is gone when the agent starts", async () => {
    // An expired login cannot be told from files: an empty token stands for it.
    await using the = await stage({}, { task: "t" }, { ANTHROPIC_AUTH_TOKEN: "" });
    await writeFile(join(the.env.HOME ?? "", ".claude.json"), JSON.stringify({ hasCompletedOnboarding: true, oauthAccount: { emailAddress: "someone@example.org" } }));
    await the.run.start(claude);
    expect((await the.run.signal("failed")).reason).toMatch(/not logged in.*\/login/);
  });

  test("a tool that ends at once", async () => {
    await using the = await stage({}, { task: "t", session: "00000000-0000-4000-8000-000000000000" });
    await the.run.start(claude);
    expect((await the.run.signal("failed")).reason).toMatch(/no longer has this conversation|No conversation found/);
  });

  test("start screens that could not be avoided: the known are answered safely", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] });
    await writeFile(join(the.run.agent.cwd, ".mcp.json"), JSON.stringify({ mcpServers: { theirs: { command: "touch", args: [join(the.run.agent.cwd, "ran")] } } }));
    // As if the tool no longer honoured what keeps these screens away.
    the.run.tamper = async (program) => {
      const path = program.args[program.args.indexOf("--settings") + 1] ?? "";
      const { disabledMcpjsonServers: _, ...settings } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
      await writeFile(path, JSON.stringify(settings));
      return { ...program, env: { ...program.env, CLAUDE_CODE_SANDBOXED: undefined } };
    };
    await the.run.start(claude);
    await the.run.signal("idle", { timeoutMs: 20_000 });
    expect(await the.run.story()).toMatch(/answered the folder trust screen[^]*answered the project server screen/);
    expect(await readdir(the.run.agent.cwd)).not.toContain("ran");
  });

  test("start screens that could not be avoided: the others are the person's", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] }, { task: "t", autonomy: "full" });
    the.run.tamper = async (program) => {
      const path = program.args[program.args.indexOf("--settings") + 1] ?? "";
      const { skipDangerousModePermissionPrompt: _, ...settings } = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
      await writeFile(path, JSON.stringify(settings));
      return program;
    };
    await the.run.start(claude);
    const { item } = await the.run.signal("attention");
    expect(item).toMatchObject({ kind: "question", title: expect.stringContaining("without permissions") as string });
    expect(await the.run.shows()).toContain("❯ No, exit");
    the.run.type("\x1b[B");
    await sleep(300);
    the.run.type("\r");
    await the.run.signal("resolved");
    await the.run.signal("idle");
  });

  test("hooks forbidden by settings: status and delivery do without them", async () => {
    await using the = await stage({ steps: [{ slow: ["Let me ", "think ", "about it."], gapMs: 900 }, { text: "Thanks." }] });
    await mkdir(join(the.env.HOME ?? "", ".claude"));
    await writeFile(join(the.env.HOME ?? "", ".claude", "settings.json"), JSON.stringify({ disableAllHooks: true }));
    await the.run.start(claude);
    await the.run.signal("working");
    await the.run.signal("idle");
    expect(the.run.gate.hooks).toEqual([]);
    the.run.post("m-hookless", "[message m-hookless from bob] hello");
    const seen = await the.model.until(has("m-hookless"));
    await the.run.signal("seen", { where: (signal) => signal.messages.includes("m-hookless") });
    expect(times(seen, "m-hookless")).toBe(1);
    expect(the.model.turns).toHaveLength(2);
  });
});

async function until(wanted: () => Promise<boolean>, timeoutMs = 8_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await wanted())) {
    if (performance.now() > deadline) throw new Error(`It did not come true within ${timeoutMs} ms.`);
    await sleep(30);
  }
}

async function eventually<T>(look: () => T | undefined): Promise<T> {
  let found = look();
  await until(async () => (found = look()) !== undefined);
  return found as T;
}
