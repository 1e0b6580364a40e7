import type { Core } from "./core.ts";
import type { Home } from "./home.ts";

/** How long the same refusal to the same caller is recorded only once, in milliseconds. */
const ONCE_MS = 60_000;
/** Refusals of different kinds that are remembered; beyond it all are forgotten, and recorded once more. */
const REMEMBERED = 1_000;
/** Characters of a message that are kept. */
const KEPT = 500;

/** Records refused calls in the home ledger, at a pace that whoever is refused cannot set. */
export function createRefusals(
  home: Home,
  parts: {
    newId(): string;
    now(): number;
    log(message: string, details?: Record<string, unknown>): void;
  },
): Core["refused"] {
  const last = new Map<string, number>();
  return (caller, operation, code, message) => {
    const who = caller?.actor ?? { kind: "system" as const };
    const key = `${who.kind === "agent" ? who.id : who.kind} ${operation} ${code}`;
    const now = parts.now();
    // In either direction: the clock may have been set back.
    if (Math.abs(now - (last.get(key) ?? 0)) < ONCE_MS) return;
    if (last.size >= REMEMBERED) last.clear();
    last.set(key, now);
    const data = { operation, code, message: message.slice(0, KEPT) };
    home
      .record({ type: "call.refused", data }, "refusals", parts.newId(), who)
      .catch((error: unknown) => parts.log("A refusal could not be recorded", { operation, error: String(error) }));
  };
}
