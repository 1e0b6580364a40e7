import { HUMAN } from "../contract/actor.ts";
import type { Agent } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import { shownPath, whatOf, type Author } from "../contract/files.ts";
import type { changes } from "../contract/operations/changes.ts";
import { findAgent } from "./agents.ts";
import type { Attribution } from "./attribution/attribution.ts";
import { agentAuthor, PERSON } from "./attribution/author.ts";
import { unknownOf } from "./attribution/search.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { Diffs, pageOf, totalOf, unknownByPath } from "./changes/diffs.ts";
import type { FolderLog } from "./changes/folder-log.ts";
import { pathInside } from "./changes/paths.ts";
import { rollBack, undo } from "./changes/rollback.ts";
import { shownFile } from "./changes/shown.ts";
import { createLine } from "./line.ts";
import { pastAgent, pastNames } from "./past-agents.ts";
import type { Folders } from "./ports/folders.ts";

/** Changes of unknown author in an answer. */
const UNKNOWN = 200;

/** What agents changed in the folder, and taking it back. */
export function changeHandlers(
  folder: FolderLog,
  folders: Folders,
  root: string,
): Handlers<typeof changes, WorkspaceCall> {
  const diffs = new Diffs();
  /** One after the other: a repeat that comes while the first run of its call is under way gets the outcome of that. */
  const inLine = createLine();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => inLine("folder", work);

  return {
    "change.diff": async (call, { name, view, file, after, limit, detail }) => {
      const agent = await known(call, name);
      const { engine, store } = await folder.open();
      await engine.look();
      const all = await diffs.of(engine, agent, view);
      const unknown = unknownByPath(engine);
      const { page, next } = pageOf(all, { file, after, limit });
      return {
        files: await Promise.all(
          page.map((diff) => shownFile(diff, detail, unknown.get(diff.path) ?? [], store.blobs)),
        ),
        total: totalOf(all),
        ...(next === undefined ? {} : { next }),
      };
    },

    "change.summary": async (call) => {
      const { engine } = await folder.open();
      await engine.look();
      const { agents } = call.view();
      const counted = [];
      for (const agent of Object.values(agents)) {
        if (agent.external) continue;
        const { files, added, removed, conflicts } = totalOf(await diffs.of(engine, agent, "by"));
        counted.push({ agent: agent.name, id: agent.id, files, added, removed, conflicts });
      }
      const unknown = unknownOf(engine.history).slice(-UNKNOWN);
      const names = await namesOf(
        call,
        unknown.flatMap(({ author }) => (author.kind === "ambiguous" ? author.among : [])),
      );
      return {
        agents: counted,
        unknown: unknown.map(({ seq, author, change }) => ({
          position: seq,
          path: shownPath(change.path),
          what: whatOf(change),
          among: author.kind === "ambiguous" ? author.among.map((one) => nameOf(one, names)) : [],
        })),
        position: engine.history.last,
      };
    },

    "change.rollback": async (call, { name, file, hunk, dry_run }) => {
      const agent = await known(call, name);
      if (hunk !== undefined && file === undefined)
        throw new ClustrError("invalid", "A hunk is one of a file; nothing was changed. Name the file too.");
      const { engine } = await folder.open();
      const path =
        file === undefined ? undefined : (pathShown(engine, file) ?? (await pathInside(folders, root, file)));
      if (file !== undefined && path === undefined)
        throw new ClustrError("invalid", `${file} is outside the workspace; nothing was changed.`);
      const selection = { author: agentAuthor(agent.id), hunk, ...(path === undefined ? {} : { paths: [path] }) };
      return inTurn(() => rollBack(folder, agent, selection, call.id, dry_run));
    },

    "change.undo": (call, { id, dry_run }) => inTurn(() => undo(folder, call, id, dry_run)),

    "change.assign": async (call, { position, to }) => {
      const author = to === HUMAN ? PERSON : agentAuthor((await known(call, to)).id);
      const { engine } = await folder.open();
      await engine.assign(position, author);
      return { position, to };
    },
  };
}

/** Whose changes are meant, also when they ended long ago: what they changed is in the log for good. */
async function known({ view, ledger }: WorkspaceCall, name: string): Promise<Agent> {
  const agent = findAgent(view(), name) ?? (await pastAgent(ledger, name));
  if (!agent) throw new ClustrError("not_found", `There is no agent "${name}". List them with \`clustr agents\`.`);
  if (agent.external)
    throw new ClustrError(
      "invalid",
      `${agent.name} was started outside Clustr, which does not see its tool calls: what it changes counts as the person's.`,
    );
  return agent;
}

/** A file of the log by the name it is shown with: a link is meant itself then, not the file it leads to. */
function pathShown({ history }: Attribution, file: string): string | undefined {
  const found = new Set([...history.lineages].map(({ path }) => path).filter((path) => shownPath(path) === file));
  if (found.size > 1)
    throw new ClustrError(
      "invalid",
      `${found.size} files are shown as ${file}, because their names are no valid text; nothing was changed. Roll back without naming one.`,
    );
  return [...found][0];
}

/** Names by id of agents among these authors, also of those that ended long ago: a change may be said to be theirs. */
async function namesOf({ view, ledger }: WorkspaceCall, authors: readonly Author[]): Promise<Map<string, string>> {
  const { agents } = view();
  const names = new Map(Object.values(agents).map(({ id, name }) => [id, name]));
  const left = authors.flatMap((one) => (one.kind === "agent" && !names.has(one.agent) ? [one.agent] : []));
  return left.length === 0 ? names : new Map([...names, ...(await pastNames(ledger, new Set(left)))]);
}

function nameOf(author: Author, names: ReadonlyMap<string, string>): string {
  return author.kind === "agent" ? (names.get(author.agent) ?? author.agent) : HUMAN;
}
