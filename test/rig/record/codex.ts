import { setTimeout as sleep } from "node:timers/promises";
import { connectRpc } from "../../../src/services/codex/rpc.ts";
import { CodexLife } from "../codex-life.ts";
import { SCENES } from "../codex-scenes.ts";
import type { RecordService, Recording } from "./recording.ts";

/** What the tool goes through, by the scene it is; each in one file of messages, titles, screens and the truth between. */
const STORIES: Record<string, keyof typeof SCENES> = {
  turn: "tool",
  background: "work in the background",
  permission: "allowed in the terminal",
  refused: "refused in the terminal",
  permissions: "two wishes",
  question: "question answered in the terminal",
  form: "form",
  interrupted: "interrupted in the terminal",
  compacted: "compaction",
  failed: "refused by the API",
  retried: "a cut connection",
};
/** What follows a new title is on the screen after this long, in ms. */
const DRAWN = 200;
const SCREEN_LINES = 12;
/** Long enough for all that follows from the last event to have happened, in ms. */
const REST = 1_500;

export const record: RecordService = async function* () {
  for (const [story, scene] of Object.entries(STORIES)) yield await play(story, scene);
};

async function play(story: string, scene: string): Promise<Recording & { places: ReadonlyMap<string, string> }> {
  await using life = await CodexLife.begin(false, () => 0.5);
  const { run, made, truth } = life;
  const { session: threadId } = await run.signal("session");
  await run.signal("idle");
  await sleep(REST);
  const over = new AbortController();
  const began = performance.now();
  const lines: { at: number; [what: string]: unknown }[] = [];
  const add = (what: object, moment = performance.now()): void => {
    lines.push({ at: Math.max(0, Math.round(moment - began)), ...what });
  };
  add({ thread: threadId });
  const rpc = await connectRpc(
    run.started
      .flatMap(({ args }) => args)
      .find((arg) => arg.startsWith("unix://"))
      ?.slice("unix://".length) ?? "",
    {
      notice: (notice) => add({ notice }),
      question: (question) => add({ question }),
      trouble: (what) => add({ what }),
    },
    over.signal,
  );
  await rpc.call("thread/resume", { threadId, excludeTurns: true });
  // It runs already: this only gives it back.
  const terminal = await run.terminal({ command: "", args: [], env: {} });
  const look = async (): Promise<void> => {
    await sleep(DRAWN);
    const shown = (await run.shows()).split("\n").filter((line) => line.trim() !== "");
    add({ screen: shown.slice(-SCREEN_LINES) });
  };
  const looks: Promise<void>[] = [];
  const titles = (async () => {
    let last: string | undefined;
    for await (const title of terminal.titles(over.signal)) {
      // Spinner and blinking say nothing new each time.
      const still = title.replace(/^[\u2800-\u28ff] /, "⠋ ").replace(/^\[ [!.] \]/, "[ ! ]");
      if (still === last) continue;
      add({ title: (last = still) });
      looks.push(look());
    }
  })();
  await SCENES[scene]?.(life);
  await life.stands("idle");
  await sleep(REST);
  over.abort();
  await Promise.all([titles, ...looks]);
  // It rests when the recording begins.
  const first = truth.line.findLastIndex(({ at }) => at <= began);
  for (const { at, is } of truth.line.slice(first)) add({ truth: is }, at);
  lines.sort((one, other) => one.at - other.at);
  const text = lines.map((line) => JSON.stringify(line, timeless)).join("\n");
  return {
    story,
    lines: named(text)
      .split("\n")
      .map((line) => JSON.parse(line) as object),
    places: new Map([
      [run.agent.cwd, "/home/tester/project"],
      [made.place.path, "/home/tester"],
      [process.execPath, "/usr/bin/node"],
    ]),
  };
}

/** Moments and process ids differ from one recording to the next and tell nothing. */
function timeless(key: string, value: unknown): unknown {
  if (/At(Ms)?$|^duration|^processId$/.test(key) && value !== null) return 0;
  return key === "screen" ? (value as string[]).map((line) => line.replace(/\d\d:\d\d/, "00:00").trimEnd()) : value;
}

/** Gives every random id a number, so that recordings can be compared. */
function named(text: string): string {
  const names = new Map<string, string>();
  return text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
    const name = names.get(id) ?? `id-${names.size + 1}`;
    names.set(id, name);
    return name;
  });
}
