import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type {
  Calls,
  Item,
  Method,
  Notices,
  Questions,
  Replies,
  Thread,
  Turn,
  TurnError,
} from "../../src/services/codex/protocol.ts";
import { UNWANTED } from "../../src/services/codex/protocol.ts";
import { CODEX } from "./codex-home.ts";
import { cleanEnv, scratch, type Scratch } from "./rig.ts";

type Every<T> = Record<keyof T, true>;
/** What we send and read, as values: the compiler holds these tables against the types, the test against the tool. */
const CALLS: { [M in Method]: { params: Every<Calls[M]["params"]>; result: Every<Calls[M]["result"]> } } = {
  initialize: { params: { clientInfo: true, capabilities: true }, result: { userAgent: true } },
  "account/read": { params: { refreshToken: true }, result: { account: true, requiresOpenaiAuth: true } },
  "config/read": { params: { cwd: true }, result: { config: true } },
  "thread/start": {
    params: { cwd: true, model: true, approvalPolicy: true, sandbox: true, developerInstructions: true },
    result: { thread: true },
  },
  "thread/resume": {
    params: { threadId: true, excludeTurns: true, initialTurnsPage: true, approvalPolicy: true, sandbox: true },
    result: { thread: true, initialTurnsPage: true },
  },
  "thread/loaded/list": { params: {}, result: { data: true } },
  "thread/read": { params: { threadId: true }, result: { thread: true } },
  "thread/items/list": {
    params: { threadId: true, limit: true, sortDirection: true, cursor: true },
    result: { data: true, nextCursor: true },
  },
  "thread/inject_items": { params: { threadId: true, items: true }, result: {} },
  "turn/start": { params: { threadId: true, clientUserMessageId: true, input: true }, result: { turn: true } },
  "turn/interrupt": { params: { threadId: true, turnId: true }, result: {} },
};
const NOTICES: { [M in keyof Notices]: Every<Notices[M]> } = {
  "thread/started": { thread: true },
  "thread/status/changed": { threadId: true, status: true },
  "thread/reverted": { threadId: true },
  "turn/started": { threadId: true, turn: true },
  "turn/completed": { threadId: true, turn: true },
  "item/started": { threadId: true, turnId: true, item: true },
  "item/completed": { threadId: true, turnId: true, item: true },
  error: { threadId: true, turnId: true, error: true, willRetry: true },
  "serverRequest/resolved": { threadId: true, requestId: true },
  "mcpServer/startupStatus/updated": { threadId: true, name: true, status: true, error: true },
};
const QUESTIONS: { [M in keyof Questions]: Every<Questions[M]> } = {
  "item/commandExecution/requestApproval": {
    threadId: true,
    turnId: true,
    itemId: true,
    approvalId: true,
    command: true,
    cwd: true,
    reason: true,
    networkApprovalContext: true,
    kind: true,
    additionalPermissions: true,
  },
  "item/fileChange/requestApproval": { threadId: true, turnId: true, itemId: true, reason: true, grantRoot: true },
  "item/permissions/requestApproval": {
    threadId: true,
    turnId: true,
    itemId: true,
    cwd: true,
    reason: true,
    permissions: true,
  },
  "item/tool/requestUserInput": { threadId: true, turnId: true, itemId: true, questions: true },
  "mcpServer/elicitation/request": {
    threadId: true,
    turnId: true,
    serverName: true,
    mode: true,
    requestedSchema: true,
    _meta: true,
    message: true,
    title: true,
    url: true,
  },
};
/** Files with the answers to questions, and what is in ours. */
const REPLIES: { [M in keyof Replies]: [file: string, parts: Every<Replies[M]>] } = {
  "item/commandExecution/requestApproval": ["CommandExecutionRequestApprovalResponse", { decision: true }],
  "item/fileChange/requestApproval": ["FileChangeRequestApprovalResponse", { decision: true }],
  "item/permissions/requestApproval": ["PermissionsRequestApprovalResponse", { permissions: true, scope: true }],
  "item/tool/requestUserInput": ["ToolRequestUserInputResponse", { answers: true }],
  "mcpServer/elicitation/request": [
    "McpServerElicitationRequestResponse",
    { action: true, content: true, _meta: true },
  ],
};
const OBJECTS = {
  Thread: {
    id: true,
    preview: true,
    recencyAt: true,
    status: true,
    ephemeral: true,
    forkedFromId: true,
    parentThreadId: true,
    threadSource: true,
  } satisfies Every<Thread>,
  Turn: { id: true, status: true, error: true, items: true } satisfies Every<Turn>,
  TurnError: { message: true, codexErrorInfo: true } satisfies Every<TurnError>,
};
const ITEMS: { [T in Item["type"]]: Every<Omit<Extract<Item, { type: T }>, "type">> } = {
  userMessage: { id: true, clientId: true },
  commandExecution: { id: true, command: true, status: true, source: true },
  fileChange: { id: true, changes: true, status: true },
  mcpToolCall: { id: true, server: true, tool: true },
  webSearch: { id: true, query: true },
  agentMessage: { id: true },
  reasoning: { id: true },
  plan: { id: true },
  contextCompaction: { id: true },
};

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema & { enum?: string[] }>;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  definitions?: Record<string, Schema>;
}

let place: Scratch;
const read = (file: string): Schema => JSON.parse(readFileSync(join(place.path, "schema", file), "utf8")) as Schema;

beforeAll(async () => {
  place = await scratch();
  execFileSync(CODEX, ["app-server", "generate-json-schema", "--experimental", "--out", await place.folder("schema")], {
    env: cleanEnv(await place.folder("home")),
    stdio: "ignore",
  });
});
afterAll(() => place[Symbol.asyncDispose]());

/** The parts an object may have, in any of its variants. */
function fields(schema: Schema | undefined, root: Schema): string[] {
  const target = schema?.$ref ? root.definitions?.[schema.$ref.split("/").at(-1) ?? ""] : schema;
  const variants = [...(target?.oneOf ?? []), ...(target?.anyOf ?? []), ...(target?.allOf ?? [])];
  return [...Object.keys(target?.properties ?? {}), ...variants.flatMap((variant) => fields(variant, root))];
}

/** The parameters of a message, by its method; undefined when the tool has no such message. */
function paramsOf(file: string, method: string): { ref: string; names: string[] } | undefined {
  const root = read(file);
  const params = root.oneOf?.find((one) => one.properties?.method?.enum?.includes(method))?.properties?.params;
  return params && { ref: params.$ref ?? "", names: fields(params, root) };
}

describe("the installed Codex speaks the part of its protocol that Clustr uses", () => {
  it.each(Object.entries(CALLS))("we may call %s", (method, { params, result }) => {
    const found = paramsOf("ClientRequest.json", method);
    expect(found?.names).toEqual(expect.arrayContaining(Object.keys(params)));
    const answer = `${found?.ref
      .split("/")
      .at(-1)
      ?.replace(/Params$/, "Response")}.json`;
    const file = ["v2", "v1", "."]
      .map((folder) => `${folder}/${answer}`)
      .find((path) => existsSync(join(place.path, "schema", path)));
    const response = read(file ?? answer);
    expect(fields(response, response)).toEqual(expect.arrayContaining(Object.keys(result)));
  });

  it.each(Object.entries(NOTICES))("it tells %s", (method, params) => {
    expect(paramsOf("ServerNotification.json", method)?.names).toEqual(expect.arrayContaining(Object.keys(params)));
  });

  it.each(UNWANTED)("it can be asked not to tell %s", (method) => {
    expect(paramsOf("ServerNotification.json", method)).toBeDefined();
  });

  it.each(Object.entries(QUESTIONS))("it asks %s", (method, params) => {
    expect(paramsOf("ServerRequest.json", method)?.names).toEqual(expect.arrayContaining(Object.keys(params)));
  });

  it.each(Object.entries(REPLIES))("it takes our answer to %s", (_, [name, parts]) => {
    const file = ["", "v2/"]
      .map((folder) => `${folder}${name}.json`)
      .find((path) => existsSync(join(place.path, "schema", path)));
    const response = read(file ?? name);
    expect(fields(response, response)).toEqual(expect.arrayContaining(Object.keys(parts)));
  });

  it("with threads, turns and items as we read them", () => {
    const root = read("ServerNotification.json");
    for (const [name, wanted] of Object.entries(OBJECTS))
      expect(fields({ $ref: `#/definitions/${name}` }, root)).toEqual(expect.arrayContaining(Object.keys(wanted)));
    const kinds = root.definitions?.ThreadItem?.oneOf ?? [];
    for (const [type, wanted] of Object.entries(ITEMS)) {
      const kind = kinds.find((one) => one.properties?.type?.enum?.includes(type));
      expect([type, ...fields(kind, root)]).toEqual(expect.arrayContaining([type, ...Object.keys(wanted)]));
    }
  });
});
