import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { claudeStages, has } from "./claude-stage.ts";
import { RigRun } from "./link.ts";
import { cleanEnv, scratch } from "./rig.ts";
import { times } from "./script.ts";

const stage = claudeStages();

describe.concurrent("what stands in the way is said with its remedy", () => {
  test("no tool, an old tool, no login, a home never used", async () => {
    await using place = await scratch();
    const folder = await place.folder("bin");
    const env: Record<string, string> = { ...cleanEnv(await place.folder("home")), PATH: folder };
    const fatal = async (): Promise<string> => {
      const found = await claude.detect(env, AbortSignal.timeout(9_000));
      expect(found.ready).toBe(false);
      return found.findings
        .filter((finding) => finding.fatal)
        .map((finding) => `${finding.problem} ${finding.remedy}`)
        .join("\n");
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
    await expect(run.start(claude)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("/login") as string,
    });
    expect(run.started).toEqual([]);
  });

  test("a login that is gone when the agent starts", async () => {
    // An expired login cannot be told from files: an empty token stands for it.
    await using the = await stage({}, { task: "t" }, { ANTHROPIC_AUTH_TOKEN: "" });
    await writeFile(
      join(the.env.HOME ?? "", ".claude.json"),
      JSON.stringify({ hasCompletedOnboarding: true, oauthAccount: { emailAddress: "someone@example.org" } }),
    );
    await the.run.start(claude);
    expect((await the.run.signal("failed")).reason).toMatch(/not logged in.*\/login/);
  });

  test("a tool that ends at once", async () => {
    await using the = await stage({}, { task: "t", session: "00000000-0000-4000-8000-000000000000", resumed: true });
    await the.run.start(claude);
    expect((await the.run.signal("failed")).reason).toMatch(/no longer has this conversation|No conversation found/);
  });

  test("start screens that could not be avoided: the known are answered safely", async () => {
    await using the = await stage({ steps: [{ text: "Done." }] });
    await writeFile(
      join(the.run.agent.cwd, ".mcp.json"),
      JSON.stringify({ mcpServers: { theirs: { command: "touch", args: [join(the.run.agent.cwd, "ran")] } } }),
    );
    // As if the tool no longer honoured what keeps these screens away.
    the.run.tamper = async (program) => {
      const path = program.args[program.args.indexOf("--settings") + 1] ?? "";
      const { disabledMcpjsonServers: _, ...settings } = JSON.parse(await readFile(path, "utf8")) as Record<
        string,
        unknown
      >;
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
      const { skipDangerousModePermissionPrompt: _, ...settings } = JSON.parse(await readFile(path, "utf8")) as Record<
        string,
        unknown
      >;
      await writeFile(path, JSON.stringify(settings));
      return program;
    };
    const session = await the.run.start(claude);
    const { item } = await the.run.signal("attention");
    expect(item).toMatchObject({ kind: "question", title: expect.stringContaining("without permissions") as string });
    expect(await the.run.shows()).toContain("❯ No, exit");
    const label = "Yes, I accept";
    const index = item.options?.findIndex((option) => option.label === label) ?? -1;
    await session.answer?.(item.key ?? "", { kind: "option", index, label });
    await the.run.signal("resolved");
    await the.run.signal("idle");
  });

  test("hooks forbidden by settings: status and delivery do without them", async () => {
    await using the = await stage({
      steps: [{ slow: ["Let me ", "think ", "about it."], gapMs: 900 }, { text: "Thanks." }],
    });
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
