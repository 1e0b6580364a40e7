/** Both sides of a call. */
const around = (name: string): string[] => [`${name} before`, `${name} after`];

/** Points that ordinary work passes: a decision, its writing, what reactors do then and what they write of it. */
export const WORKING: readonly string[] = [
  // A call, from its arrival to its answer.
  ...around("core.invoke message.send"),
  ...around("core.invoke message.inbox"),
  ...around("core.invoke context.write"),
  ...around("ledger.append message.sent"),
  ...around("ledger.append context.written"),
  // The transaction: nothing is in it, it is full, it is written and nobody was told.
  ...around("ledger thread: ledger.db begin immediate"),
  ...around("ledger thread: ledger.db commit"),
  ...around("ledger thread: home.db commit"),
  // Mail was handed over, and that is written.
  ...around("ledger.append message.handed"),
  ...around("ledger.append message.read"),
  // An agent begins: files, terminal, status.
  ...around("ledger.append agent.spawned"),
  ...around("ledger.append files.marked"),
  ...around("rename ID/agent.json"),
  ...around("host.ensure"),
  ...around("ledger.append agent.session"),
  ...around("ledger.append agent.status"),
  // It works, and what it changed is noted.
  ...around("snapshots.tree.list"),
  ...around("snapshots.blobs.put"),
  ...around("ledger.append files.changed"),
  // A snapshot.
  ...around("snapshots.take"),
  ...around("start git write-tree"),
  ...around("start git commit-tree"),
  ...around("start git update-ref"),
  ...around("rename pack/pack-ID.pack"),
  ...around("rename pack/pack-ID.idx"),
  ...around("rename at/ID-ID"),
  ...around("rename heads/last"),
  ...around("ledger.append snapshot.taken"),
  // A rollback and its undoing, between files as well.
  ...around("core.invoke change.rollback"),
  ...around("ledger.append files.writing"),
  ...around("rename a file of the project"),
  ...around("snapshots.tree.swap"),
  ...around("ledger.append files.rolled_back"),
  ...around("ledger.append files.rollback_undone"),
  // Rules.
  ...around("ledger.append rules.updated"),
  ...around("rename ID/rules.md"),
  // An agent is ended and removed.
  ...around("ledger.append agent.stop_requested"),
  ...around("host.kill"),
  ...around("ledger.append agent.removed"),
  ...around("host.forget"),
  ...around("files.remove"),
];

/** Points that a server passes when it starts and takes over what the last one left. */
export const STARTING: readonly string[] = [
  "home opened",
  "home ledger opened",
  "host opened",
  "ledger opened",
  ...around("host.orphans"),
  ...around("host.list"),
  ...around("core.reopen"),
  ...around("core.invoke workspace.open"),
  ...around("home.announce"),
  ...around("rename home/server.json"),
];

/** Points passed so often that it is left to chance at which of the first times it happens. */
export const FREQUENT = /message|context|ledger thread: ledger|agent\.status|swap|file of the project/;
