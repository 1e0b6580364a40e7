import type { Event } from "../../contract/event.ts";
import { shownPath } from "../../contract/files.ts";
import type { View } from "../../contract/view.ts";
import { appendPatiently } from "../append.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";

/** Two agents that change the same file within this time get in each other's way. Milliseconds. */
const WITHIN = 300_000;
/** Of the same two at the same file nothing more is said for this long. Milliseconds. */
const SAID_FOR = 600_000;
/** Files whose last author is remembered. */
const REMEMBERED = 5_000;

/** Records when two live agents change the same file within minutes; telling them is the notices' (reactors/notices.ts). */
export function watchCollisions(
  ledger: Ledger,
  live: LiveView,
  newId: () => string,
  signal: AbortSignal,
  log: (message: string, details?: Record<string, unknown>) => void,
): void {
  const last = new Map<string, { agent: string; at: number }>();
  const said = new Map<string, number>();

  const look = (event: Extract<Event, { type: "files.changed" }>, view: View): void => {
    const at = Date.parse(event.at);
    for (const { author, change } of event.data.changes) {
      if (author.kind !== "agent") continue;
      const { path } = change;
      const before = last.get(path);
      // Deleted first, so that the oldest is the one that was changed longest ago.
      last.delete(path);
      last.set(path, { agent: author.agent, at });
      if (last.size > REMEMBERED) last.delete(last.keys().next().value ?? "");
      if (!before || before.agent === author.agent || at - before.at > WITHIN) continue;
      if (!view.agents[before.agent]?.live) continue;
      const pair = `${[before.agent, author.agent].sort().join(" ")} ${path}`;
      if (at - (said.get(pair) ?? -Infinity) < SAID_FOR) continue;
      if (said.size > REMEMBERED) said.clear();
      said.set(pair, at);
      const data = { path: shownPath(path), agents: [author.agent, before.agent] as [string, string] };
      const entry = { type: "files.collided" as const, data, id: newId(), actor: { kind: "system" as const } };
      appendPatiently(ledger, { ...entry, subject: `collisions/${data.path}` }, signal).catch(
        (error: unknown) => !signal.aborted && log("A collision could not be recorded", { error: String(error) }),
      );
    }
  };
  live.watch((event, view) => event.type === "files.changed" && look(event, view));
}
