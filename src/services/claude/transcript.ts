import { createReadStream } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { objectOf } from "./settings.ts";

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

/**
 * What the transcript knows of messages, by their ids. `taken`: the tool accepted it and will give it to the model.
 * `said`: it is part of the conversation. The transcript is the last word on delivery: it is written by the tool itself
 * and outlives both of us. It lags by up to about a second, so absence means something only after a pause.
 */
export async function recorded(path: string, ids: readonly string[]): Promise<Map<string, "taken" | "said">> {
  const found = new Map<string, "taken" | "said">();
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      const named = ids.filter((id) => found.get(id) !== "said" && line.length < LONGEST && line.includes(id));
      if (named.length === 0) continue;
      const rung = rungOf(line);
      if (rung !== undefined) for (const id of named) found.set(id, rung);
    }
  } catch {
    // A transcript that cannot be read tells nothing; the hooks remain.
  }
  return found;
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
