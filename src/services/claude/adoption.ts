import type { Belief, SessionStatus } from "./belief.ts";
import type { RunRecord } from "./record.ts";
import { rest, type Step } from "./signals.ts";

/**
 * Where a session stands that was begun before we came. What was told before the restart may not have been written down:
 * it is told again. A failure told before stays told.
 */
export function adopted(
  before: Belief,
  record: Pick<RunRecord, "session" | "dialogs" | "failed">,
  file: SessionStatus | undefined,
): Step {
  // An answer given before the restart may not have arrived: the request can be answered anew.
  const dialogs = record.dialogs.map((dialog) => ({ ...dialog, answeredAt: undefined, givenAt: undefined }));
  const [first] = dialogs;
  const belief: Belief = { ...before, file, session: record.session, phase: "working" };
  if (file === undefined) return { belief, signals: [] };
  // Whatever is open all the same is asked again: the door repeats the requests that were held.
  if (file.status === "busy") return { belief, signals: [{ type: "working" }] };
  if (file.status === "idle") {
    const step = rest({ ...belief, dialogs }, record.failed ? [] : [{ type: "idle" }]);
    return { ...step, belief: { ...step.belief, failed: record.failed } };
  }
  return {
    belief: { ...belief, dialogs },
    signals: first === undefined ? [] : [{ type: "attention", item: first.item }],
  };
}
