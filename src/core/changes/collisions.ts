import type { Event, Fact } from "../../contract/event.ts";
import { shownPath } from "../../contract/files.ts";
import type { View } from "../../contract/view.ts";
import { appendPatiently } from "../append.ts";
import { systemEntry } from "../entry.ts";
import type { ReactorParts } from "../reactors/reactor.ts";

/** Two agents that change the same file within this time get in each other's way. Milliseconds. */
const WITHIN = 300_000;
/** Of the same two at the same file nothing more is said for this long. Milliseconds. */
const SAID_FOR = 600_000;
/** Files whose last author is remembered. */
const REMEMBERED = 5_000;

/** Records when two live agents change the same file within minutes; telling them is the notices' (reactors/notices.ts). */
export function watchCollisions({ ledger, live, newId, log }: ReactorParts, signal: AbortSignal): void {
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
      const shown = shownPath(path);
      const fact: Fact = { type: "files.collided", data: { path: shown, agents: [author.agent, before.agent] } };
      appendPatiently(ledger, systemEntry(fact, `collisions/${shown}`, newId()), signal).catch(
        (error: unknown) => !signal.aborted && log("A collision could not be recorded", { error: String(error) }),
      );
    }
  };
  live.watch((event, view) => event.type === "files.changed" && look(event, view));
}
