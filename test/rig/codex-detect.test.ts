import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { codex } from "../../src/services/codex/codex.ts";
import { CODEX, codexEnv } from "./codex-home.ts";
import { codexRun } from "./codex-run.ts";
import { cleanEnv, pinned, scratch, type Scratch } from "./rig.ts";

const detect = (env: Record<string, string>) => codex.detect(env, AbortSignal.timeout(10_000));

async function fake(place: Scratch, script: string): Promise<string> {
  const folder = await place.folder("bin");
  await writeFile(join(folder, "codex"), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, "codex"), 0o755);
  return folder;
}

describe("the look for Codex", () => {
  it("finds the pinned one and its version, and leaves its folder as it was", async () => {
    await using place = await scratch();
    const env = await codexEnv(place, "http://127.0.0.1:9/v1");
    const before = await readdir(env.HOME ?? "", { recursive: true });
    expect(await detect(env)).toMatchObject({
      service: "codex",
      ready: true,
      path: CODEX,
      version: "0.169.0",
      loggedIn: undefined,
    });
    expect(await readdir(env.HOME ?? "", { recursive: true })).toEqual(before);
  });

  it("takes the executable behind npm's wrapper", async () => {
    await using place = await scratch();
    const env = await codexEnv(place, "http://127.0.0.1:9/v1");
    expect(await detect({ ...env, PATH: `${pinned(".bin")}:${env.PATH}` })).toMatchObject({ ready: true, path: CODEX });
  });

  it("says what to do when there is none", async () => {
    await using place = await scratch();
    const env = { ...cleanEnv(await place.folder("home")), PATH: `.:${await place.folder("empty")}` };
    const { ready, findings } = await detect(env);
    expect(ready).toBe(false);
    expect(findings).toEqual([
      {
        fatal: true,
        problem: expect.stringContaining("not installed") as string,
        remedy: expect.stringContaining("npm install -g @openai/codex") as string,
      },
    ]);
  });

  it("says what to do when nobody is logged in, and believes a login without opening it", async () => {
    await using place = await scratch();
    const env = await codexEnv(place, "http://127.0.0.1:9/v1");
    const own = await place.folder("other");
    const away = { ...env, CODEX_HOME: own };
    expect(await detect(away)).toMatchObject({
      ready: false,
      loggedIn: false,
      findings: [
        { fatal: true, problem: "Codex is not logged in.", remedy: expect.stringContaining("codex login") as string },
      ],
    });
    await writeFile(join(own, "auth.json"), "not to be read", { mode: 0o000 });
    expect(await detect(away)).toMatchObject({ ready: true, loggedIn: true });
  });

  it("says what to do about one that is too old, cannot be attached to, or is broken", async () => {
    for (const [script, problem] of [
      ["echo codex-cli 0.99.3; echo app-server --remote", "too old"],
      ["echo codex-cli 1.0.0", "no app-server"],
      ["exit 1", "gave no version"],
    ]) {
      await using place = await scratch();
      const env = await codexEnv(place, "http://127.0.0.1:9/v1");
      const { ready, findings } = await detect({ ...env, PATH: await fake(place, script ?? "") });
      expect(ready).toBe(false);
      expect(findings[0]).toMatchObject({ fatal: true, problem: expect.stringContaining(problem ?? "") as string });
    }
  });
});

describe("a start that cannot work fails with the remedy", () => {
  it("without Codex", async () => {
    await using made = await codexRun({}, {});
    made.run.env.PATH = "/nowhere";
    await expect(made.start()).rejects.toThrow(/not installed.*npm install/);
    expect(made.run.started).toEqual([]);
  });

  it("without a login, even when it only shows in the running program", async () => {
    await using made = await codexRun({}, {});
    const own = await made.place.folder("other");
    made.run.env.CODEX_HOME = own;
    await writeFile(join(own, "config.toml"), 'cli_auth_credentials_store = "auto"\n');
    await expect(made.start()).rejects.toThrow(/not logged in.*codex login/s);
    expect(made.model.turns).toEqual([]);
  });

  it("when the app-server ends at once, with its last words", async () => {
    await using made = await codexRun({}, {});
    const folder = await fake(
      made.place,
      'case "$1" in --version) echo codex-cli 9.0.0;; --help) printf "  app-server  x\\n  --remote <ADDR>\\n";; *) echo "out of luck today"; exit 3;; esac',
    );
    made.run.env.PATH = folder;
    await expect(made.start()).rejects.toThrow(
      /app-server ended \(exit code 3\).*out of luck today.*restart the agent/s,
    );
  });
});
