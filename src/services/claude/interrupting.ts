import { setTimeout as sleep } from "node:timers/promises";
import { ClustrError } from "../../contract/error.ts";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { SETTLE } from "../verdict.ts";
import { until } from "../until.ts";
import type { Belief, SessionStatus } from "./belief.ts";
import { readComposer } from "./composer.ts";
import { refusal } from "./decisions.ts";
import type { Held } from "./held.ts";
import { readMenu } from "./menu.ts";
import { rest, type Step } from "./signals.ts";

/** Milliseconds one way of stopping may take to show its effect. Two Esc in quick succession would open the rewind menu. */
const EFFECT = 2_500;
/** Ways tried in a row. */
const TRIES = 3;
/** Milliseconds between looks at the session file. */
const LOOK = 60;

/** What stopping a turn needs of its session. */
export interface InterruptedSession {
  terminal: AgentTerminal;
  held: Held;
  belief: () => Belief;
  take: (step: Step) => Promise<void>;
  /** What the session file says at this moment. */
  file: () => Promise<SessionStatus | undefined>;
  signal: AbortSignal;
}

/** As `AgentSession.interrupt`. */
export async function interruptTurn(session: InterruptedSession): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (!(await works(session))) return settle(session);
    const pressed = Date.now();
    await stopOnce(session);
    const stopped = async (): Promise<boolean> => {
      const file = await session.file();
      return (file?.status === "idle" && file.since >= pressed) || session.belief().phase === "idle";
    };
    if (await until(stopped, { withinMs: EFFECT, everyMs: LOOK, signal: session.signal })) return settle(session);
  }
  throw new ClustrError("unavailable", "Claude Code did not stop; its terminal may show why.");
}

/** By the hook that holds its permission request, or by Esc: over the composer, or in a dialog, where it never means yes. */
async function stopOnce({ terminal, held, belief }: InterruptedSession): Promise<void> {
  const requests = belief().dialogs.filter(({ request }) => held.request(request) !== undefined);
  if (requests.length > 0) return void requests.map(({ request }) => held.answer(request, refusal()));
  const screen = await terminal.screen();
  if (readComposer(screen) === undefined && (belief().dialogs.length === 0 || readMenu(screen) === undefined))
    throw new ClustrError("unavailable", "Something is open in its terminal; close it there, then stop the turn.");
  await terminal.write("\x1b");
}

/** Whether a turn runs. Esc must not reach an idle tool, where it means other things. */
async function works({ belief, file, signal }: InterruptedSession): Promise<boolean> {
  // The file lags behind the hook of a prompt that was just accepted.
  for (;;) {
    const { phase, dialogs, title, hookAt } = belief();
    const said = await file();
    if (said === undefined) return phase === "working" && (dialogs.length > 0 || title?.working !== false);
    if (said.status !== "idle") return true;
    if (phase !== "working" || said.since > hookAt || Date.now() - hookAt > SETTLE) return false;
    await sleep(LOOK, undefined, { signal });
  }
}

/** The turn is over, and no hook will say so. */
async function settle({ belief, take }: InterruptedSession): Promise<void> {
  const now = belief();
  if (now.phase === "working" || now.dialogs.length > 0) await take(rest(now, [{ type: "idle" }]));
}
