import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";
import { objectOf } from "../json.ts";
import { until } from "../until.ts";
import type { Belief } from "./belief.ts";
import { text, type Hook } from "./hooks.ts";

/** A refused call is over at once, its hook takes a moment on a slow machine; what goes on longer was allowed. */
const REFUSED_MS = 3_000;
const LOOK_MS = 25;
/** Calls whose end is remembered, oldest forgotten first: it is asked for within seconds. */
const REMEMBERED = 64;

/**
 * Tells what became of calls a person was asked about. The tool takes the first answer and does not say whose it was: when
 * the person in the terminal and the one here answer in the same instant, only this shows who was second. A call that
 * was allowed is told by hooks of its own, one that was refused only by the end of its batch.
 */
export class Outcomes {
  readonly #ran: string[] = [];
  readonly #over: string[] = [];

  heard(hook: Hook): void {
    const id = text(hook.body.tool_use_id);
    if (id !== undefined && /^PostToolUse(Failure)?$/.test(hook.name)) remember(this.#ran, id);
    if (hook.name !== "PostToolBatch" || !Array.isArray(hook.body.tool_calls)) return;
    for (const call of hook.body.tool_calls) remember(this.#over, text(objectOf(call).tool_use_id) ?? "");
  }

  /** Resolves when a call has gone the way of an answer, as far as that can be told. @throws ClustrError `conflict` when it went the other. */
  async confirm(call: string | undefined, { kind }: Answer, belief: () => Belief, signal: AbortSignal): Promise<void> {
    if (call === undefined || kind === "option" || kind === "text") return;
    const ran = (): boolean => this.#ran.includes(call);
    const refused = (): boolean => !ran() && (this.#over.includes(call) || belief().phase === "idle");
    if (kind !== "deny") {
      if (refused()) throw second("refused");
      return;
    }
    // A batch of several calls is over only with the last of them, and of calls before a restart nothing is known.
    const told = (): boolean => ran() || refused() || !isAlone(belief(), call);
    if (!(await until(told, { withinMs: REFUSED_MS, everyMs: LOOK_MS, signal })) || ran()) throw second("allowed");
  }
}

/** What only the screen or the file told of is no dialog of another call: it may be the trace of this one. */
function isAlone({ calls, dialogs }: Belief, call: string): boolean {
  return dialogs.every(({ tool }) => tool === "") && calls.length === 1 && calls[0]?.id === call;
}

function remember(list: string[], id: string): void {
  list.push(id);
  list.splice(0, list.length - REMEMBERED);
}

function second(what: "allowed" | "refused"): ClustrError {
  return new ClustrError(
    "conflict",
    `it was ${what} in the agent's terminal in the same instant; your answer came second and did not count`,
  );
}
