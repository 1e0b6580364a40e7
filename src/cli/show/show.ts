import type { Output } from "../../contract/operation.ts";
import type { OperationName, Operations } from "../../contract/operations.ts";
import { shortPath } from "../connect.ts";
import { showAgent, showAgents, showPast, showStopped } from "./agents.ts";
import {
  showAnswered,
  showAttention,
  showExplanation,
  showHandled,
  showItem,
  showPolicies,
  showPolicy,
} from "./attention.ts";
import { showDiff, showRollback, showSummary } from "./changes.ts";
import { showEntries, showHistory, showValue } from "./context.ts";
import { showEvents } from "./events.ts";
import { showFiles } from "./files.ts";
import { showFound, showMessages, showSent } from "./messages.ts";
import { showRestore, showSnapshot, showSnapshots } from "./snapshots.ts";
import { plain, type Style } from "./style.ts";
import { table } from "./table.ts";

type Show<N extends OperationName> = (output: Output<Operations[N]>, style: Style) => string;

/** How each operation's result reads for a person. What is missing here is printed as indented JSON. */
const shows: { [N in OperationName]?: Show<N> } = {
  "agent.list": showAgents,
  "agent.past": showPast,
  "agent.spawn": showAgent,
  "agent.stop": showStopped,
  "agent.restart": showAgent,
  "agent.resume": showAgent,
  "agent.interrupt": showAgent,
  "agent.explain": showExplanation,
  "attention.list": showAttention,
  "attention.answer": showAnswered,
  "attention.snooze": showItem,
  "attention.wake": showItem,
  "attention.handled": showHandled,
  "policy.list": showPolicies,
  "policy.set": showPolicy,
  "policy.remove": ({ removed }) => `removed ${removed}`,
  "agent.remove": ({ removed }) => `removed ${removed}`,
  "terminal.screen": ({ lines }) => plain(lines.join("\n")).trimEnd(),
  "message.send": showSent,
  "message.list": showMessages,
  "message.search": showFound,
  "context.list": showEntries,
  "context.get": showValue,
  "context.write": (entry) => `${plain(entry.key)} is at revision ${entry.revision}`,
  "context.remove": ({ key, revision }) => `removed ${plain(key)} (revision ${revision})`,
  "context.history": showHistory,
  "rules.read": ({ text }, style) =>
    style.columns === undefined ? text : plain(text) || "No rules yet. Write them with: clustr rules edit",
  "rules.update": ({ revision }) => `The rules are at revision ${revision}; running agents are told.`,
  "rules.path": ({ path }) => path,
  "event.list": showEvents,
  "file.list": showFiles,
  "change.diff": showDiff,
  "change.summary": showSummary,
  "change.rollback": showRollback,
  "change.undo": showRollback,
  "change.assign": ({ position, to }) => `change ${position} is ${plain(to)}'s now`,
  "snapshot.list": showSnapshots,
  "snapshot.take": showSnapshot,
  "snapshot.restore": showRestore,
  "snapshot.prune": ({ pruned }) => `${pruned.length} snapshots forgotten`,
  "workspace.list": (open, style) =>
    open.length === 0
      ? "No workspace is open. Open one with: clustr FOLDER"
      : table(
          style,
          ["ID", "NAME", "FOLDER"],
          open.map(({ id, name, path }) => [id, plain(name), shortPath(plain(path), style.home)]),
        ),
  "workspace.repair": showRepaired,
  "limits.set": showValues,
  "settings.set": showValues,
  "link.create": ({ login, expires_in_s }, style) =>
    `${login}\n${style.paint("dim", `Works once, within ${Math.round(expires_in_s / 60)} min.`)}`,
  "token.create": ({ token, url }) =>
    `address  ${url}\ntoken    ${token}\n\nGive both to the agent's MCP configuration (HTTP, "Authorization: Bearer TOKEN"), or run "clustr mcp" there with CLUSTR_URL and CLUSTR_TOKEN set.\nThe token is shown only now; it gives an agent's rights in this workspace.`,
};

/** The result of an operation as text for a person. */
export function showResult<N extends OperationName>(name: N, output: Output<Operations[N]>, style: Style): string {
  const show = shows[name] as Show<N> | undefined;
  return show ? show(output, style) : JSON.stringify(output, undefined, 2);
}

function showRepaired({ damage, events, salvaged, lost, aside }: Output<Operations["workspace.repair"]>): string {
  if (damage === undefined) return "Its ledger is whole; there was nothing to mend.";
  const gone = lost === 0 ? "Nothing acknowledged was lost." : `At least ${count(lost, "acknowledged event")} lost.`;
  return `The ledger was damaged (${plain(damage)}) and has been mended: ${count(events, "event")} kept, ${salvaged} of them read out of the damaged file. ${gone}\nThe damaged file is in ${plain(aside ?? "")}`;
}

/** `1 event was`, `2 events were`. */
function count(n: number, what: string): string {
  return n === 1 ? `1 ${what} was` : `${n} ${what}s were`;
}

/** Names and values, one a line. */
function showValues(values: Record<string, string | number>): string {
  const width = Math.max(...Object.keys(values).map((key) => key.length));
  return Object.entries(values)
    .map(([key, value]) => `${key.replaceAll("_", " ").padEnd(width)}  ${value}`)
    .join("\n");
}
