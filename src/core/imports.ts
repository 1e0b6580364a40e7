import { HUMAN } from "../contract/actor.ts";
import type { Fact } from "../contract/event.ts";
import { applyEvent } from "../contract/fold.ts";
import { ClustrError } from "../contract/error.ts";
import { listOf } from "../contract/mail.ts";
import { emptyView, type View } from "../contract/view.ts";
import { append } from "./append.ts";
import { systemEntry } from "./entry.ts";
import { noticeTo, PERSON_INBOX } from "./notice.ts";
import type { Unpacked } from "./ports/exports.ts";

const ELSEWHERE = "It ran where this workspace was exported from.";

/**
 * Ends what an export caught in the middle: nothing of it goes on here. Agents have ended (where their tool still has the
 * conversation it can be resumed), what waited for a person is closed, mail that was not seen is told undeliverable, shells
 * are closed. What an import must not bring into force by itself is taken back: being resumed unasked, and policies that
 * allow something. Rejects with `invalid` when its events make no workspace.
 */
export async function settleImport(unpacked: Unpacked): Promise<void> {
  const view = await viewOf(unpacked);
  const ledger = await unpacked.ledger();
  try {
    for (const [i, { fact, subject }] of endings(view, unpacked).entries())
      await append(ledger, systemEntry(fact, subject, `import/${view.seq}/${i}`));
  } finally {
    await ledger.close();
  }
}

/** Folded before anybody sees it: events that cannot be would otherwise stop the server, now and at every start. */
async function viewOf(unpacked: Unpacked): Promise<View> {
  let view = emptyView();
  try {
    for await (const event of unpacked.events()) view = applyEvent(view, event);
    // What every screen does with it.
    JSON.stringify(view);
    endings(view, unpacked);
  } catch (error) {
    throw new ClustrError(
      "invalid",
      `The events of this file make no workspace (at event ${view.seq + 1}). Nothing was imported. Use another copy of the file.`,
      { cause: error },
    );
  }
  return view;
}

function endings(view: View, { at, workspace }: Unpacked): { fact: Fact; subject: string }[] {
  const facts: { fact: Fact; subject: string }[] = [];
  const add = (subject: string, fact: Fact) => facts.push({ subject, fact });
  for (const { id, run, live, attention } of Object.values(view.agents)) {
    if (attention) add(`agent/${id}`, { type: "agent.attention", data: { id, run, item: null } });
    const ended = { status: "done", sure: true, live: false, outcome: "lost", reason: ELSEWHERE } as const;
    if (live) add(`agent/${id}`, { type: "agent.status", data: { id, run, ...ended } });
  }
  const waiting = new Map<string, string[]>();
  for (const { id, deliveries } of listOf(view.messages))
    for (const [inbox, { rung }] of Object.entries(deliveries))
      if (inbox !== HUMAN && (rung === "queued" || rung === "handed"))
        waiting.set(inbox, [...(waiting.get(inbox) ?? []), id]);
  const why = "the workspace was imported before it was seen";
  for (const [inbox, ids] of waiting)
    add(`mail/${inbox}`, { type: "message.undeliverable", data: { ids, inbox, why } });
  for (const { id } of view.shells) add(`shell/${id}`, { type: "shell.closed", data: { id, why: ELSEWHERE } });
  const { at: _at, ...settings } = view.settings;
  const resumes = settings.auto_resume === "on";
  if (resumes) add("settings", { type: "settings.changed", data: { settings: { ...settings, auto_resume: "off" } } });
  const allowing = view.policies.filter(({ decision }) => decision === "allow");
  for (const { id } of allowing) add("policies", { type: "policy.removed", data: { id } });
  const words = [
    `This workspace was imported from an export of ${workspace.path}, made at ${at}.`,
    "Its agents have ended; those whose tool still has their conversation can be resumed.",
    ...(resumes ? ["Resuming unasked was switched off."] : []),
    ...(allowing.length > 0 ? [`Policies that allow something were left out (${allowing.length}).`] : []),
  ];
  add("notices", noticeTo([PERSON_INBOX], `import-${view.seq}`, words.join(" ")));
  return facts;
}
