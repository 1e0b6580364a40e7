import { nameOf } from "../contract/actor.ts";
import { ClustrError } from "../contract/error.ts";
import { byteLength } from "../contract/fold-messages.ts";
import type { rules } from "../contract/operations/rules.ts";
import { RULES_LIMIT, type Rules } from "../contract/rules.ts";
import { ofType, type Handlers, type WorkspaceCall } from "./call.ts";
import { newestFirst } from "./look-back.ts";
import type { Ledger } from "./ports/ledger.ts";

/** Revisions read at once. */
const PAGE = 20;

/** The shared instructions. The ledger holds every revision; the file (core/reactors/rules-file.ts) follows it. */
export function rulesHandlers(path: string): Handlers<typeof rules, WorkspaceCall> {
  return {
    "rules.read": async (call) => {
      const { rules, agents } = call.view();
      const { actor } = call.caller;
      const reader = actor.kind === "agent" ? agents[actor.id] : undefined;
      if (reader && reader.rules_revision < rules.revision) {
        await call.decide(`readers/rules/${reader.id}`, () => ({
          type: "rules.read",
          data: { id: reader.id, revision: rules.revision },
        }));
      }
      return rules;
    },

    "rules.update": async (call, { text, expect_revision }) => {
      checkRules(text);
      const made = await call.decide("rules", ({ rules }) => {
        if (expect_revision !== undefined && expect_revision !== rules.revision) {
          throw new ClustrError(
            "conflict",
            `The rules are at revision ${rules.revision} by ${rules.by}, not ${expect_revision}; nothing was changed. Read them, merge, and update with expect_revision ${rules.revision}.`,
            { details: { revision: rules.revision } },
          );
        }
        return { type: "rules.updated", data: { text, revision: rules.revision + 1 } };
      });
      const { data, actor, at } = ofType(made, "rules.updated");
      return { text: data.text, revision: data.revision, by: nameOf(actor), at };
    },

    "rules.history": async (call, { before, limit }) => {
      const found = [];
      for await (const { text, ...revision } of revisionsOf(call.ledger)) {
        if (before !== undefined && revision.revision >= before) continue;
        if (found.push({ ...revision, size: text.length }) === limit) break;
      }
      return found;
    },

    "rules.revision": async (call, { revision: wanted }) => {
      for await (const revision of revisionsOf(call.ledger)) if (revision.revision === wanted) return revision;
      throw new ClustrError("not_found", `The rules have no revision ${wanted}. See \`clustr rules history\`.`);
    },

    "rules.path": async () => ({ path }),
  };
}

/** Every revision of the rules, the newest first. */
async function* revisionsOf(ledger: Ledger): AsyncIterable<Rules & { at: string }> {
  for await (const { type, data, actor, at } of newestFirst(ledger, { subject: "rules", type: "rules.updated" }, PAGE))
    if (type === "rules.updated") yield { ...data, by: nameOf(actor), at };
}

/** Rejects a text that cannot be rules. An empty one can: it means no rules. */
export function checkRules(text: string): void {
  const bytes = byteLength(text);
  if (bytes > RULES_LIMIT)
    throw new ClustrError(
      "too_large",
      `The rules have ${bytes} bytes; at most ${RULES_LIMIT} are possible. The last revision stays in force.`,
    );
}
