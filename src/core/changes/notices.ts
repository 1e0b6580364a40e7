import type { Event } from "../../contract/event.ts";
import { shownPath } from "../../contract/files.ts";
import type { View } from "../../contract/view.ts";

/** What agents are told of files, and which of them. `about` begins the text and names the matter. */
interface Notice {
  about: string;
  content: string;
  inboxes: string[];
}

/** How many files a notice names. */
const NAMED = 10;

/**
 * What an event means for agents at work: they hold in their conversation what files were, and would write that back. An
 * agent whose turn has ended is not woken by it; it reads files anew when it goes on.
 */
export function aboutFiles(event: Event, view: View): Notice[] {
  const working = Object.values(view.agents).filter(({ live, status }) => live && status === "running");
  switch (event.type) {
    case "files.collided": {
      const { path, agents } = event.data;
      return agents.flatMap((id) => {
        const other = view.agents[agents.find((one) => one !== id) ?? ""];
        if (!other || !working.some((agent) => agent.id === id)) return [];
        const about = `${other.name} and you both changed ${path} within minutes.`;
        const content = "Read it again before you edit it, and agree with send_message on who does what there.";
        return [{ about, content, inboxes: [id] }];
      });
    }
    case "files.rolled_back":
    case "files.rollback_undone": {
      const { files } = event.data;
      if (files.length === 0) return [];
      const of = event.type === "files.rolled_back" ? event.data.of : undefined;
      const whose = of?.kind === "agent" ? `what ${view.agents[of.agent]?.name ?? of.agent} changed` : "changes";
      const did =
        event.type === "files.rolled_back" ? `took back ${whose}` : "brought back changes that had been taken back";
      const paths = files.map(({ change }) => shownPath(change.path));
      const about = `The person ${did} in ${named(paths)}.`;
      return [{ about, content: "Read these files again before you edit them.", inboxes: working.map(({ id }) => id) }];
    }
    case "files.guarded": {
      const { agent, decision, reason } = event.data;
      return decision === "allow" ? [{ about: reason, content: "", inboxes: [agent] }] : [];
    }
    default:
      return [];
  }
}

function named(paths: readonly string[]): string {
  const rest = paths.length - NAMED;
  return paths.slice(0, NAMED).join(", ") + (rest > 0 ? ` and ${rest} more files` : "");
}
