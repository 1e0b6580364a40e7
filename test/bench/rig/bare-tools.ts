import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import { processesOf } from "../../gate/processes.ts";
import { anthropicServer } from "../../rig/anthropic.ts";
import { claudeEnv } from "../../rig/claude-home.ts";
import { CLASSIC_MODEL, codexEnv } from "../../rig/codex-home.ts";
import { rigDoor } from "../../rig/door.ts";
import { responsesServer } from "../../rig/responses.ts";
import { cleanEnv, scratch, type Scratch } from "../../rig/rig.ts";
import type { ScriptedModel } from "../../rig/script.ts";
import { RigScreen } from "../../rig/screen.ts";
import type { ServiceName } from "./quiet.ts";

const SCRIPT = fileURLToPath(new URL("../../../dist/services/script/agent.js", import.meta.url));
const SAYS = { otherwise: { text: "Nothing to do for now." } };
const TASK = "Wait for word.";
const LIMIT_MS = 60_000;

/** Coding tools as people start them themselves, without Clustr, each in a terminal of the bench's own. */
export interface BareTools extends AsyncDisposable {
  /** Milliseconds from the start of the process to its first request to its model; of a script, until it says that it works. */
  start(service: ServiceName): Promise<number>;
}

export async function bareTools(): Promise<BareTools> {
  await using building = new AsyncDisposableStack();
  const place = building.use(await scratch());
  building.defer(() => endAll(place));
  const anthropic = building.use(await anthropicServer());
  const openai = building.use(await responsesServer());
  const door = building.use(await rigDoor([]));
  door.answerHooks(async () => ({}));
  const folder = await place.folder("project");
  await writeFile(join(folder, "README.md"), "# A project\n");
  const trusted = `[projects."${folder}"]\ntrust_level = "trusted"`;
  const claude = await claudeEnv(at(place, "claude"), anthropic.base("all"), { CLAUDE_CODE_SANDBOXED: "1" });
  const codex = await codexEnv(at(place, "codex"), openai.base("all"), { tables: trusted });
  const built = building.move();

  const first = (model: ScriptedModel) => async () => (await model.until(() => true, LIMIT_MS)).at;
  const ways: Record<ServiceName, () => Promise<Way>> = {
    async claude() {
      const args = ["--permission-mode", "manual", "--", TASK];
      return { command: "claude", args, env: claude, ready: first(anthropic.play("all", SAYS)) };
    },
    async codex() {
      const args = ["--model", CLASSIC_MODEL, TASK];
      return { command: "codex", args, env: codex, ready: first(openai.play("all", SAYS)) };
    },
    async script() {
      const file = join(place.path, "script.json");
      const run = { name: "bare", task: "[]", cwd: folder, autonomy: "full", session: "bare", resumed: false };
      await writeFile(file, JSON.stringify({ ...run, door: door.url, token: door.token }));
      // As with Clustr: that it has a conversation comes before that it works.
      const working = door.hooks.length + 1;
      return {
        ...{ command: process.execPath, args: [SCRIPT, file], env: cleanEnv(place.path) },
        async ready() {
          for (const end = Date.now() + LIMIT_MS; Date.now() < end; await wait(2)) {
            const hook = door.hooks[working];
            if (hook) return hook.at;
          }
          throw new Error("The script never asked for anything.");
        },
      };
    },
  };
  return {
    async start(service) {
      const { command, args, env, ready } = await ways[service]();
      const began = performance.now();
      const pty = spawn(command, args, { cols: 120, rows: 40, cwd: folder, env, encoding: null });
      const screen = new RigScreen(120, 40);
      const exit = new Promise<void>((resolve) => pty.onExit(() => resolve()));
      screen.onReply((bytes) => pty.write(bytes));
      // With encoding null node-pty gives Buffers, which its types do not say.
      pty.onData((bytes) => screen.feed(bytes as unknown as Buffer));
      try {
        return (await ready()) - began;
      } catch (error) {
        const shown = (await screen.state()).lines.map(({ text }) => text).join("\n");
        throw new Error(`${service} did not get ready by itself: ${String(error)}\n${shown}`, { cause: error });
      } finally {
        pty.kill("SIGKILL");
        await exit;
      }
    },
    [Symbol.asyncDispose]: () => built.disposeAsync(),
  };
}

/** Ends what the tools have started for themselves, such as Codex the server it shares between its terminals. */
async function endAll({ path }: Scratch): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; await wait(50)) {
    const left = await processesOf(path);
    if (left.length === 0) return;
    for (const { pid } of left)
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has just ended.
      }
  }
}

interface Way {
  command: string;
  args: string[];
  env: Record<string, string>;
  ready: () => Promise<number>;
}

/** A part of a private folder, as one of its own. */
function at(place: Scratch, name: string): Scratch {
  return {
    path: join(place.path, name),
    async folder(below) {
      const full = join(place.path, name, below);
      await mkdir(full, { recursive: true, mode: 0o700 });
      return full;
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
