import type { Agent } from "../../contract/agent.ts";
import type { Fact } from "../../contract/event.ts";
import { shownPath, type FileState } from "../../contract/files.ts";
import { decisionFor, type Decision } from "../../contract/policy.ts";
import { appendPatiently } from "../append.ts";
import { agentAuthor } from "../attribution/author.ts";
import { beforeLog, touchedByOthers } from "../attribution/search.ts";
import { systemEntry } from "../entry.ts";
import { wholeTree } from "../shell/whole-tree.ts";
import type { LiveView } from "../live-view.ts";
import type { Folders } from "../ports/folders.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Objection, ToolCall } from "../ports/service.ts";
import type { FolderLog } from "./folder-log.ts";
import { pathsInside } from "./paths.ts";

/** The name under which policies speak of commands that reach the whole folder. */
const TOOL = "whole-tree";
/** How many files a reason names. */
const NAMED = 5;

/** What the guard needs of its workspace. `folder`: real path. */
export interface GuardParts {
  folder: string;
  folders: Folders;
  ledger: Ledger;
  live: LiveView;
  newId(): string;
}

/**
 * Stands before commands that reach the whole folder (`git reset --hard`, `git clean`, `rm -r`, …) while others have work
 * there that no commit holds: a snapshot is taken, and the call is allowed, asked for or refused. Policies for the tool
 * `whole-tree` decide; without one the person is asked, and an agent of full autonomy is allowed. Undefined: go on.
 */
export async function guard(
  parts: GuardParts,
  files: FolderLog,
  agent: Agent,
  call: ToolCall,
  signal: AbortSignal,
): Promise<Objection | undefined> {
  const { command = "" } = call;
  const reaching = wholeTree(command);
  if (reaching.length === 0) return undefined;
  const lost = await atStake(parts, files, agent, call, reaching);
  if (lost.length === 0) return undefined;

  const decision =
    decisionFor(parts.live.current().policies, TOOL, command) ?? (agent.autonomy === "full" ? "allow" : "ask");
  const what = [...new Set(reaching.map((one) => one.what))].join(", ");
  const snapshot = decision === "deny" ? undefined : await files.snapshot(`before \`${what}\` by ${agent.name}`);
  const reason = reasonFor(decision, what, lost, snapshot?.id);
  const data = { agent: agent.id, command: command.slice(0, 2_000), decision, snapshot: snapshot?.id, reason };
  const fact: Fact = { type: "files.guarded", data };
  const { ledger, newId } = parts;
  await appendPatiently(ledger, systemEntry(fact, `agent/${agent.id}/guard`, newId()), signal);
  return decision === "allow" ? undefined : { decision, reason };
}

/** Files with others' work that no commit holds and that the command may change. */
async function atStake(
  { folder, folders }: GuardParts,
  folderLog: FolderLog,
  agent: Agent,
  { cwd = agent.cwd }: ToolCall,
  reaching: readonly { paths?: readonly string[] | undefined }[],
): Promise<string[]> {
  const { engine, store } = await folderLog.open();
  await engine.look();
  const files = engine.files();
  const touched = touchedByOthers(engine.history, agentAuthor(agent.id));
  const earlier = beforeLog(engine.history, files);
  const under = new Set<string>();
  const underEarlier = new Map<string, FileState>();
  for (const { paths } of reaching) {
    const places =
      paths &&
      (await pathsInside(
        folders,
        folder,
        paths.map((path) => folders.resolve(cwd, path)),
      ));
    const all = paths?.some((path) => folders.inside(folders.resolve(cwd, path), folder));
    const reached = (path: string) =>
      !places || all || places.some((place) => path === place || path.startsWith(`${place}/`));
    for (const path of touched) if (reached(path)) under.add(path);
    for (const [path, state] of earlier) if (reached(path)) underEarlier.set(path, state);
  }
  const lost = new Set(await store.uncommitted([...under]));
  // What the person had not committed before the first agent came; unless it is by now.
  const was = await store.otherThanCommitted(underEarlier);
  const is = new Map([...files].filter(([path]) => was.has(path)));
  for (const path of await store.otherThanCommitted(is)) lost.add(path);
  return [...lost].map(shownPath).sort();
}

function reasonFor(decision: Decision, what: string, lost: readonly string[], snapshot: string | undefined): string {
  const named = lost.slice(0, NAMED).join(", ") + (lost.length > NAMED ? ` and ${lost.length - NAMED} more` : "");
  const stake = `\`${what}\` reaches work of others in this folder that is in no commit: ${named}.`;
  const kept = snapshot === undefined ? "" : ` Snapshot ${snapshot.slice(0, 12)} holds it.`;
  if (decision === "allow") return `${stake}${kept} Tell the others if you took something of theirs away.`;
  const instead = "Undo only your own files, by name, instead; or ask the person (send_message to human).";
  return decision === "ask" ? `${stake}${kept}` : `${stake} Nothing was run. ${instead}`;
}
