import type { AnswerKind } from "../../contract/agent.ts";
import type { Asked } from "../../core/ports/service.ts";
import { cut, oneLine } from "../words.ts";
import { bare } from "./command.ts";
import { choicesOf, fieldsOf, isToolApproval } from "./form.ts";
import type { Item, Question, Questions } from "./protocol.ts";

/** Characters of a title. */
const TITLE_LIMIT = 120;
const PERMISSION: AnswerKind[] = ["allow", "always", "deny"];

type Parts = (string | null | undefined)[];

/**
 * What a person is asked, in Clustr's words; undefined for requests that no person is meant to answer. `about` is the
 * entry the request is about, where it is known: the diff of an edit is only there.
 */
export function attentionOf(question: Question, about: Item | undefined): Asked | undefined {
  const item = asked(question, about);
  return item && { ...item, key: keyOf(question) };
}

/** A name for a question that stays the same when it is asked again: the server keeps its id for as long as it lives. */
export function keyOf({ id, params }: Question): string {
  const item = "itemId" in params ? params.itemId : params.serverName;
  return [params.threadId, params.turnId ?? "", item, `${id}`].join("/");
}

function asked(question: Question, about: Item | undefined): Asked | undefined {
  switch (question.method) {
    case "item/commandExecution/requestApproval":
      return commandOf(question.params);
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
      return permission("Have more permissions", [reason && `Why: ${reason}`, `in ${cwd}`, listOf(permissions)]);
    }
    case "item/tool/requestUserInput":
      return questionsOf(question.params);
    case "mcpServer/elicitation/request":
      return formOf(question.params);
    default:
      return undefined;
  }
}

/** A yes to input, or to more than the sandbox allows, is for this one time: Codex itself offers no other. */
function commandOf(asked: Questions["item/commandExecution/requestApproval"]): Asked {
  const { command, cwd, reason, networkApprovalContext: network, kind, additionalPermissions: more } = asked;
  const about = [cwd && `in ${cwd}`, reason && `Why: ${reason}`];
  if (network) {
    const host = `${network.protocol} to ${network.host}`;
    return permission(`Use the network: ${host}`, [command, host, ...about]);
  }
  const once: AnswerKind[] = ["allow", "deny"];
  if (kind === "writeStdin") {
    const typed = (command ?? "").replace(/^write_stdin --session-id \S+ /, "");
    return { ...permission(`Type into a terminal that runs: ${typed}`, [command, ...about]), answers: once };
  }
  if (more) {
    const detail = [command, `With more permissions: ${listOf(more)}`, ...about];
    return { ...permission(`Run with more permissions: ${bare(command ?? "")}`, detail), answers: once };
  }
  return permission(command ? `Run ${bare(command)}` : "Use the network", [command, ...about]);
}

/** Permissions, without those that are not asked for. */
function listOf(permissions: Record<string, unknown>): string {
  return JSON.stringify(permissions, (_, value: unknown) => value ?? undefined, 1);
}

/** A secret is typed only where Codex asks for it: an answer from here would stay in the ledger. */
function questionsOf({ questions }: Questions["item/tool/requestUserInput"]): Asked {
  const lines = questions.flatMap((one) => [
    one.question,
    ...(one.options ?? []).map(({ label, description }) => `- ${label}${description ? `: ${description}` : ""}`),
  ]);
  const [first, ...more] = questions;
  const title = first?.question ?? "Answer a question";
  if (!first || questions.some(({ isSecret }) => isSecret)) return cutDown("question", title, lines);
  if (more.length > 0)
    return {
      ...cutDown("question", title, [...lines, `(${questions.length} questions: answer with one line for each)`]),
      answers: ["text"],
    };
  const { options, isOther } = first;
  if (!options?.length) return { ...cutDown("question", title, lines), answers: ["text"] };
  return { ...cutDown("question", title, lines), options, answers: isOther ? ["option", "text"] : ["option"] };
}

function formOf(form: Questions["mcpServer/elicitation/request"]): Asked {
  const { serverName, message, title, url, mode, _meta } = form;
  if (isToolApproval(_meta)) {
    const item = permission(`Use ${serverName}.${_meta.tool_name}`, [
      message,
      JSON.stringify(_meta.tool_params ?? {}, null, 1),
    ]);
    return _meta.persist?.includes("session") ? item : { ...item, answers: ["allow", "deny"] };
  }
  const text = message ?? title ?? "asks for input";
  const fields = mode === "form" ? fieldsOf(form) : [];
  const item = cutDown("question", `${serverName}: ${text}`, [
    text,
    url,
    ...fields.map(([name, field]) => [field.title ?? name, field.description].filter(Boolean).join(": ")),
  ]);
  if (mode === "url") return { ...item, answers: ["allow", "deny"] };
  if (mode !== "form") return item;
  const [field] = fields;
  if (!field) return { ...item, answers: ["allow", "deny"] };
  // A form with several fields is filled in where each has its place.
  if (fields.length > 1) return { ...item, answers: ["deny"] };
  const options = choicesOf(field[1])?.map(({ label }) => ({ label }));
  return options ? { ...item, options, answers: ["option", "deny"] } : { ...item, answers: ["text", "deny"] };
}

function permission(title: string, detail: Parts): Asked {
  return { ...cutDown("permission", title, detail), answers: PERMISSION };
}

function cutDown(kind: Asked["kind"], title: string, detail: Parts): Asked {
  const text = detail.filter((part) => part).join("\n");
  return {
    kind,
    title: oneLine(title, TITLE_LIMIT),
    ...(text === "" ? {} : { detail: cut(text) }),
  };
}
