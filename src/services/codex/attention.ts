import type { Asked } from "../../core/ports/service.ts";
import type { Item, Question } from "./protocol.ts";

/** Characters of a detail that are shown; a diff of a whole repository helps nobody decide. */
const DETAIL_LIMIT = 16_000;
const TITLE_LIMIT = 120;

/**
 * What a person is asked, in Clustr's words; undefined for requests that no person is meant to answer. `about` is the
 * entry the request is about, where it is known: the diff of an edit is only there.
 */
export function attentionOf(question: Question, about: Item | undefined): Asked | undefined {
  switch (question.method) {
    case "item/commandExecution/requestApproval": {
      const { command, cwd, reason } = question.params;
      const shown = bare(command ?? "");
      return permission(shown ? `Run ${shown}` : "Use the network", [
        command,
        cwd && `in ${cwd}`,
        reason && `Why: ${reason}`,
      ]);
    }
    case "item/fileChange/requestApproval": {
      const changes = about?.type === "fileChange" ? about.changes : [];
      const { reason, grantRoot } = question.params;
      const title = changes.length > 0 ? `Edit ${changes.map(({ path }) => path).join(", ")}` : "Edit files";
      return permission(title, [
        reason && `Why: ${reason}`,
        grantRoot && `Asks for writes anywhere below ${grantRoot}`,
        ...changes.map(({ path, diff }) => `${path}\n${diff}`),
      ]);
    }
    case "item/permissions/requestApproval": {
      const { reason, permissions, cwd } = question.params;
      return permission("Have more permissions", [
        reason && `Why: ${reason}`,
        `in ${cwd}`,
        JSON.stringify(permissions, null, 1),
      ]);
    }
    case "item/tool/requestUserInput": {
      const { questions } = question.params;
      const lines = questions.flatMap((one) => [
        one.question,
        ...(one.options ?? []).map(({ label, description }) => `- ${label}${description ? `: ${description}` : ""}`),
      ]);
      return asked("question", questions[0]?.question ?? "Answer a question", lines);
    }
    case "mcpServer/elicitation/request": {
      const { serverName, message, title, url } = question.params;
      const text = message ?? title ?? "asks for input";
      return asked("question", `${serverName}: ${text}`, [text, url]);
    }
    default:
      return undefined;
  }
}

function permission(title: string, detail: (string | null | undefined)[]): Asked {
  return asked("permission", title, detail);
}

function asked(kind: Asked["kind"], title: string, detail: (string | null | undefined)[]): Asked {
  const text = detail.filter((part) => part).join("\n");
  return {
    kind,
    title: cut(title.replaceAll(/\s+/g, " "), TITLE_LIMIT),
    ...(text === "" ? {} : { detail: cut(text, DETAIL_LIMIT) }),
  };
}

function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit)}… (${text.length - limit} more characters)`;
}

/** A command without the shell Codex wraps around each one. Left as it is when the quoting is not the plain kind. */
export function bare(command: string): string {
  const inner = /^\S*\/?(?:ba|z|da)?sh -lc ([\s\S]+)$/.exec(command)?.[1];
  if (inner === undefined) return command;
  const quoted = /^'((?:[^'])*)'$/.exec(inner)?.[1] ?? /^"([^"\\$`]*)"$/.exec(inner)?.[1];
  return quoted ?? (/^[^\s'"\\$`]+$/.test(inner) ? inner : command);
}
