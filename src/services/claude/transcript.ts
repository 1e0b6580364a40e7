import { createReadStream } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { objectOf } from "../json.ts";
import { Rewinds } from "./rewinds.ts";

/** Where a conversation's transcript is, found by its id; undefined while there is none. */
export async function findTranscript(config: string, session: string): Promise<string | undefined> {
  const projects = join(config, "projects");
  for (const folder of await readdir(projects).catch(() => [])) {
    const path = join(projects, folder, `${session}.jsonl`);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}

/** Lines longer than this are skipped: they hold pictures, not messages of ours. */
const LONGEST = 4_000_000;

/** What a transcript tells of messages, by their ids. */
export interface Recorded {
  /** `taken`: the tool accepted it and will give it to the model. `said`: it is part of the conversation. */
  known: Map<string, "taken" | "said">;
  /** Ids that were said, in a part of the conversation that a rewind took back, and not again after it. */
  gone: string[];
}

/**
 * What the transcript knows of messages. It is the last word on delivery: it is written by the tool itself and outlives
 * both of us. It lags by up to about a second, so absence means something only after a pause. A rewind shows in it with
 * the next prompt only.
 */
export async function recorded(path: string, ids: readonly string[]): Promise<Recorded> {
  const known: Recorded["known"] = new Map();
  const last = new Map<string, number>();
  const gone = new Set<string>();
  const rewinds = new Rewinds();
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
  let at = 0;
  try {
    for await (const line of lines) {
      at += 1;
      if (line.length >= LONGEST) continue;
      const from = rewinds.add(line, at);
      if (from !== undefined)
        for (const [id, where] of last)
          if (where >= from && known.get(id) === "said") {
            known.delete(id);
            gone.add(id);
          }
      if (!/"type":"(user|attachment|queue-operation)"/.test(line)) continue;
      const named = ids.filter((id) => known.get(id) !== "said" && line.includes(id));
      const rung = named.length === 0 ? undefined : rungOf(line);
      if (rung === undefined) continue;
      for (const id of named) {
        known.set(id, rung);
        last.set(id, at);
        if (rung === "said") gone.delete(id);
      }
    }
  } catch {
    // A transcript that cannot be read tells nothing; the hooks remain.
  }
  return { known, gone: [...gone] };
}

function rungOf(line: string): "taken" | "said" | undefined {
  let entry: Record<string, unknown>;
  try {
    entry = objectOf(JSON.parse(line));
  } catch {
    return undefined;
  }
  if (entry.type === "queue-operation" && entry.operation === "enqueue") return "taken";
  if (entry.type === "user") return "said";
  const kind = objectOf(entry.attachment).type;
  return entry.type === "attachment" && (kind === "queued_command" || kind === "hook_additional_context")
    ? "said"
    : undefined;
}
