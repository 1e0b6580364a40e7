/** What the timeline tells apart, with the types of events (or all of a noun) that belong to each. */
const TYPES = {
  agents:
    "agent.spawned,agent.joined,agent.restarted,agent.status,agent.announced,agent.stop_requested,agent.interrupted,agent.removed,agent.forgotten",
  attention: "agent.attention,attention",
  messages: "message.sent,message.undeliverable,message.dropped",
  files: "files.changed,files.collided,files.assigned",
  rollbacks: "files.rolled_back,files.rollback_undone,snapshot",
  context: "context.written,context.removed",
  rules: "rules.updated,rules.unreadable",
  guards: "files.guarded,call,policy",
  rest: "settings,shell",
};

export type Kind = keyof typeof TYPES;
export const KINDS = Object.keys(TYPES) as Kind[];

export const KIND_WORDS: Record<Kind, string> = {
  agents: "Agents",
  attention: "Attention",
  messages: "Messages",
  files: "File changes",
  rollbacks: "Rollbacks and snapshots",
  context: "Context",
  rules: "Rules",
  guards: "Guards and refusals",
  rest: "Settings and shells",
};

/** What an address asks for in `kinds`; none named: all. */
export function kindsOf(text: string | undefined): Kind[] {
  const wanted = (text ?? "").split(",");
  return KINDS.filter((kind) => wanted.includes(kind));
}

/** Nouns and types of these kinds, as `event.search` takes them. */
export function typesOf(kinds: readonly Kind[]): string[] {
  return (kinds.length === 0 ? KINDS : kinds).flatMap((kind) => TYPES[kind].split(","));
}

/** Whether a type is one of these, or of one of these nouns. */
export function isOf(types: readonly string[], type: string): boolean {
  return types.some((one) => type === one || type.startsWith(`${one}.`));
}
