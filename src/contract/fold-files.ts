import { nameOf } from "./actor.ts";
import type { Event } from "./event.ts";
import { sameAuthor, shownPath, whatOf, type Author, type FileChange, type Undone } from "./files.ts";
import { RECENT_CHANGES, type FilesView, type RecentChange, type RecentRollback } from "./recent-files.ts";
import type { View } from "./view.ts";

/** How many of the latest rollbacks and collisions the view keeps. */
const RECENT_ROLLBACKS = 20;
const RECENT_COLLISIONS = 20;
/** How many files an agent is shown to work on. */
const OWN_FILES = 20;

type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

/** Files changed: the latest changes, and what their agents are shown to work on. */
export function filesChanged(view: View, { data, at }: Of<"files.changed">): Partial<View> {
  const changes = data.changes.map(({ change }) => change);
  const news = data.changes.map(({ change, author }) => recent(change, author, at));
  const position = data.changes.at(-1)?.seq ?? view.files.position;
  return { files: { ...withNews(view.files, news, changes), position }, agents: withOwnFiles(view.agents, news) };
}

/** Changes were taken back: what was written passes to whoever asked for it. */
export function rolledBack(view: View, { data, at, actor }: Of<"files.rolled_back">): Partial<View> {
  const { id, of, files, seq } = data;
  // Of one that found nothing left to write there is nothing to undo.
  if (files.length === 0) return { files: { ...view.files, position: seq } };
  const rollback = { id, kind: "rollback" as const, of, by: nameOf(actor), at, files: files.length, undone: false };
  const news = passed(view, files, [of, data.by], at);
  return { files: { ...withRollback(withNews(view.files, news, changesOf(files)), rollback), position: seq } };
}

/** A rollback was taken back: what was written passes to whom it was taken from. */
export function rollbackUndone(view: View, { data, at }: Of<"files.rollback_undone">): Partial<View> {
  const { rollback, files, seq, by } = data;
  const of = view.files.rollbacks.find(({ id }) => id === rollback)?.of ?? by;
  const next = { ...view, files: withNews(view.files, passed(view, files, [by, of], at), changesOf(files)) };
  return undone(next, rollback, files.length, seq);
}

/** The folder was made what it was in a snapshot, if anything had to be written for it. */
export function restored(view: View, { data, at, actor }: Of<"snapshot.restored">): Partial<View> {
  const { id, done } = data;
  if (done === 0) return {};
  const rollback = { id, kind: "restore" as const, by: nameOf(actor), at, files: done, undone: false };
  return { files: withRollback(view.files, rollback) };
}

/** A rollback or restore was taken back, in at least some of its files. */
export function undone(view: View, id: string, done: number, position = view.files.position): Partial<View> {
  const rollbacks = view.files.rollbacks.map((one) => (one.id === id && done > 0 ? { ...one, undone: true } : one));
  return { files: { ...view.files, position, rollbacks } };
}

/** Two agents changed one file within minutes. */
export function collided(view: View, { data, at }: Of<"files.collided">): Partial<View> {
  const collisions = [...view.files.collisions, { ...data, at }].slice(-RECENT_COLLISIONS);
  return { files: { ...view.files, collisions } };
}

/** A snapshot was taken; one before the present run of an agent is noted with it. */
export function snapshotTaken(view: View, { data: { agent, run, id } }: Of<"snapshot.taken">): Partial<View> {
  const was = agent === undefined ? undefined : view.agents[agent];
  return was && was.run === run ? { agents: { ...view.agents, [was.id]: { ...was, snapshot: id } } } : {};
}

/**
 * What a rollback wrote passes from one author to another. A file that somebody else changed later stays theirs, and of
 * one of which a single hunk was taken, the rest stays whose it was.
 */
function passed(
  view: View,
  files: readonly Undone[],
  [from, to]: [Author | undefined, Author],
  at: string,
): RecentChange[] {
  return files.flatMap(({ change, lines }) => {
    const news = recent(change, to, at);
    const author = view.files.changed.find(({ path }) => path === news.path)?.author;
    return lines || (author && from && !sameAuthor(author, from)) ? [] : [news];
  });
}

function recent(change: FileChange, author: Author, at: string): RecentChange {
  return { path: shownPath(change.path), what: whatOf(change), author, at };
}

function withNews(files: FilesView, news: readonly RecentChange[], changes: readonly FileChange[]): FilesView {
  const left = changes.flatMap(({ from, path }) => (from === undefined || from === path ? [] : [shownPath(from)]));
  const paths = new Set([...news.map(({ path }) => path), ...left]);
  return {
    ...files,
    changed: [...files.changed.filter(({ path }) => !paths.has(path)), ...news].slice(-RECENT_CHANGES),
  };
}

function changesOf(files: readonly Undone[]): FileChange[] {
  return files.map(({ change }) => change);
}

function withRollback(files: FilesView, rollback: RecentRollback): FilesView {
  return { ...files, rollbacks: [...files.rollbacks, rollback].slice(-RECENT_ROLLBACKS) };
}

function withOwnFiles(agents: View["agents"], news: readonly RecentChange[]): View["agents"] {
  const next = { ...agents };
  for (const { path, author } of news) {
    const was = author.kind === "agent" ? next[author.agent] : undefined;
    if (was)
      next[was.id] = { ...was, files: [...(was.files ?? []).filter((one) => one !== path), path].slice(-OWN_FILES) };
  }
  return next;
}
