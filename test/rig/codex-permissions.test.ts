import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codexRun, type CodexRun } from "./codex-run.ts";
import { shell } from "./codex-tools.ts";
import type { ModelRequest, Step } from "./script.ts";

const SHOWN = { timeout: 8000 };
/** In namespaces of its own a program sees the `/etc` it is given. */
const NAMESPACES = ["--user", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /etc && exec "$@"'];
const canMount = spawnSync("unshare", [...NAMESPACES, "/etc", "true"]).status === 0;
const run = (cmd: string, more: object): Step => shell(cmd, { yield_time_ms: 5_000, ...more });
const said = (request: ModelRequest | undefined): string => request?.messages.at(-1)?.text ?? "";

describe("permissions that Codex asks for seldom", () => {
  it.skipIf(!canMount)(
    "the network of the sandbox, one host at a time, where an administrator has it watched",
    async () => {
      const fetching = run("curl -sS -m 5 http://example.invalid/", {});
      await using made = await codexRun(
        { steps: [fetching, fetching, fetching, { text: "Done." }] },
        { autonomy: "auto" },
      );
      await watchNetwork(made);
      const asked = await answers(made, ["deny", "always"], 'network access to "example.invalid"');
      for (const item of asked)
        expect(item).toMatchObject({
          kind: "permission",
          title: "Use the network: http to example.invalid",
          answers: ["allow", "always", "deny"],
        });
      const [, refused, allowed, again] = made.model.turns;
      expect(said(refused)).toContain("rejected by user");
      // Past the question; that name leads nowhere.
      for (const request of [allowed, again]) expect(said(request)).not.toMatch(/rejected by user|allowlist/);
    },
  );

  it("more than the sandbox allows, for one command: what it asks for is shown", async () => {
    const more = {
      sandbox_permissions: "with_additional_permissions",
      justification: "it must",
      additional_permissions: { file_system: { write: ["/var/tmp"] }, network: { enabled: true } },
    };
    const steps = [run("touch one", more), run("touch two", more), { text: "Done." }];
    await using made = await codexRun({ steps }, { tables: "[features]\nexec_permission_approvals = true" });
    const [item] = await answers(made, ["deny", "allow"], "Permission rule: network");
    expect(item).toMatchObject({ title: "Run with more permissions: touch one", answers: ["allow", "deny"] });
    expect(item?.detail).toContain("/var/tmp");
    expect(item?.detail).toMatch(/"network"[^]*true/);
    expect(["one", "two"].map((name) => existsSync(join(made.run.agent.cwd, name)))).toEqual([false, false]);
  });

  it("typing into a program that runs outside the sandbox: the very input is shown, and a yes to commands is none to it", async () => {
    const outside = {
      tty: true,
      sandbox_permissions: "require_escalated",
      justification: "it must",
      yield_time_ms: 300,
    };
    const type = (chars: string) => (request: ModelRequest) => {
      const id = /session ID (\d+)/.exec(request.messages.map(({ text }) => text).join())?.[1];
      return { call: "write_stdin", args: { session_id: Number(id), chars, yield_time_ms: 300 } };
    };
    const steps = [run("cat > typed", outside), type("no\n"), type("yes\n"), { text: "Done." }];
    await using made = await codexRun({ steps }, { autonomy: "auto" });
    made.run.policies.set("shell", "allow");
    const [item] = await answers(made, ["deny", "allow"], "send input to terminal");
    expect(item).toMatchObject({ title: "Type into a terminal that runs: 'no '", answers: ["allow", "deny"] });
    expect(await readFile(join(made.run.agent.cwd, "typed"), "utf8")).toBe("yes\n");
  });
});

/** Starts the agent and answers what it asks, each time when the person sees it too. Returns what was asked. */
async function answers({ run: agent, start }: CodexRun, kinds: ("allow" | "always" | "deny")[], dialog: string) {
  await start();
  const asked = [];
  let since = 0;
  for (const kind of kinds) {
    const { item } = await agent.signal("attention", { since });
    since = agent.signals.length;
    await expect.poll(() => agent.shows(), SHOWN).toContain(dialog);
    await agent.session?.answer?.(item.key ?? "", { kind });
    asked.push(item);
  }
  await agent.signal("idle", { since });
  await expect.poll(() => agent.shows(), SHOWN).not.toContain(dialog);
  expect(agent.signals.filter(({ type }) => type === "attention")).toHaveLength(kinds.length);
  return asked;
}

/** An administrator's requirements for the whole machine, which only this agent sees. */
async function watchNetwork({ run: agent, place }: CodexRun): Promise<void> {
  const etc = join(place.path, "etc");
  await cp("/etc", etc, { recursive: true, verbatimSymlinks: true });
  await mkdir(join(etc, "codex"), { recursive: true });
  await writeFile(join(etc, "codex/requirements.toml"), "[experimental_network]\nenabled = true\n");
  agent.tamper = async ({ command, args, env }) => ({
    command: "/usr/bin/unshare",
    args: [...NAMESPACES, etc, command, ...args],
    env,
  });
}
