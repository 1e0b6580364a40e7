import type { Fact } from "../../contract/event.ts";
import { append } from "../append.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { RulesFile } from "../ports/rules-file.ts";
import { checkRules } from "../rules.ts";

/**
 * Keeps the rules file and the ledger in step. An edit with any editor becomes a revision by the person; an update by
 * tool or command is written to the file. A deleted or unreadable file leaves the last revision in force and says so.
 * `settled` resolves when nothing is being read or written any more; after the signal aborted, it stays so.
 */
export async function followRulesFile(
  file: RulesFile,
  ledger: Ledger,
  live: LiveView,
  newId: () => string,
  signal: AbortSignal,
  log: (message: string, details?: Record<string, unknown>) => void,
): Promise<{ settled(): Promise<void> }> {
  /** What the file was last known to hold, to tell our own writes from the person's. */
  let known: string | undefined;
  let trouble: string | undefined;

  const record = (fact: Fact, expectLast?: number): Promise<unknown> =>
    append(ledger, { ...fact, id: newId(), actor: { kind: "human" }, subject: "rules" }, expectLast);

  const complain = async (why: string): Promise<void> => {
    if (trouble === why) return;
    trouble = why;
    await record({ type: "rules.unreadable", data: { why } });
  };

  const take = async (): Promise<void> => {
    const { rules } = live.current();
    const found = await file.read();
    if (!("text" in found)) {
      if (found.problem === "missing" && rules.revision === 0) return;
      const what = found.problem === "missing" ? "was deleted" : `cannot be read (${found.why})`;
      return complain(
        `The rules file ${what}. Revision ${rules.revision} stays in force; \`clustr rules set\` writes it anew.`,
      );
    }
    if (found.text === known || found.text === rules.text) {
      known = found.text;
      trouble = undefined;
      return;
    }
    try {
      checkRules(found.text);
    } catch (error) {
      return complain(String(error instanceof Error ? error.message : error));
    }
    const last = await ledger.lastOf("rules");
    await live.reached(last);
    known = found.text;
    trouble = undefined;
    await record(
      { type: "rules.updated", data: { text: found.text, revision: live.current().rules.revision + 1 } },
      last,
    );
  };

  const put = async (text: string): Promise<void> => {
    if (known === text) return;
    known = text;
    await file.write(text);
  };

  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    turn = turn
      .then(() => (signal.aborted ? undefined : work()))
      .catch((error: unknown) =>
        log("The rules file and the ledger could not be brought in step", { error: String(error) }),
      );
    return turn;
  };

  live.watch((event) => {
    if (event.type === "rules.updated") void inTurn(() => put(event.data.text));
  });
  // An edit made while no server ran counts; without a file the ledger's text is written out.
  await inTurn(async () => {
    const { rules } = live.current();
    const found = await file.read();
    if ("problem" in found && found.problem === "missing" && rules.revision > 0) return put(rules.text);
    return take();
  });
  void (async () => {
    for await (const _change of file.changes(signal)) await inTurn(take);
  })().catch((error: unknown) => log("The rules file is no longer watched", { error: String(error) }));
  return { settled: () => turn };
}
