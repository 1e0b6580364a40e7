import { reasonOf } from "../../contract/error.ts";
import type { Fact } from "../../contract/event.ts";
import { append, decide } from "../append.ts";
import { systemEntry } from "../entry.ts";
import type { RulesFile } from "../ports/rules-file.ts";
import { checkRules } from "../rules.ts";
import { createTurns } from "../turns.ts";
import type { ReactorParts } from "./reactor.ts";

/** How many earlier revisions a file that a crash left behind is compared with. */
const EARLIER = 20;

/**
 * Keeps the rules file and the ledger in step. An edit with any editor becomes a revision by the person; an update by
 * tool or command is written to the file, unless the file holds an edit that is not in the ledger yet: that comes first,
 * so neither is lost. A deleted or unreadable file leaves the last revision in force and says so.
 * `settled` resolves when nothing is being read or written any more; after the signal aborted, it stays so.
 */
export async function followRulesFile(
  file: RulesFile,
  { ledger, live, newId, log }: ReactorParts,
  signal: AbortSignal,
): Promise<{ settled(): Promise<void> }> {
  /** What the file was last known to hold, to tell what lies in it from what the person wrote; undefined: not known. */
  let known: string | undefined;
  let trouble: string | undefined;

  const complain = async (why: string): Promise<void> => {
    if (trouble === why) return;
    await append(ledger, systemEntry({ type: "rules.unreadable", data: { why } }, "rules", newId()));
    trouble = why;
  };

  const take = async (): Promise<void> => {
    const { rules } = live.current();
    const found = await file.read();
    if (!("text" in found)) {
      known = undefined;
      if (found.problem === "missing" && rules.revision === 0) return;
      const what = found.problem === "missing" ? "was deleted" : `cannot be read (${found.why})`;
      return complain(
        `The rules file ${what}. Revision ${rules.revision} stays in force; \`clustr rules set\` writes it anew.`,
      );
    }
    const { text } = found;
    if (text !== known && text !== rules.text) {
      try {
        checkRules(text);
      } catch (error) {
        return complain(reasonOf(error));
      }
      const base = { id: newId(), actor: { kind: "human" as const }, subject: "rules" };
      const next = (): Fact => ({ type: "rules.updated", data: { text, revision: live.current().rules.revision + 1 } });
      await decide(ledger, live.reached, base, next);
    }
    known = text;
    trouble = undefined;
  };

  /** Brings the newest text into the file. */
  const put = async (): Promise<void> => {
    const { text } = live.current().rules;
    const found = await file.read();
    if ("text" in found && found.text === text) known = text;
    else if ("text" in found && found.text !== known) await take();
    else {
      await file.write(text);
      known = text;
    }
  };

  /** Whether the file holds an earlier revision and was not written since the newest: a crash came before it could be. */
  const isBehind = async (text: string, changed: number): Promise<boolean> => {
    const { rules } = live.current();
    if (text === rules.text || rules.at === undefined || changed >= Date.parse(rules.at)) return false;
    const earlier = await ledger.read({ type: "rules.updated", newest: true, limit: EARLIER });
    return text === "" || earlier.some((event) => event.type === "rules.updated" && event.data.text === text);
  };

  const turns = createTurns(signal, (_file, error) =>
    log("The rules file and the ledger could not be brought in step", { error: String(error) }),
  );
  const inTurn = (work: () => Promise<void>): Promise<void> => turns.take("file", work);

  live.watch((event) => {
    if (event.type === "rules.updated") void inTurn(put);
  });
  // An edit made while no server ran counts; without a file the ledger's text is written out.
  await inTurn(async () => {
    const found = await file.read();
    if ("text" in found && (await isBehind(found.text, found.changed))) known = found.text;
    else if ("text" in found || found.problem === "unreadable") return take();
    if (live.current().rules.revision > 0) await put();
  });
  void (async () => {
    for await (const _change of file.changes(signal)) await inTurn(take);
  })().catch((error: unknown) => log("The rules file is no longer watched", { error: String(error) }));
  return { settled: turns.settled };
}
