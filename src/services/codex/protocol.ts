/**
 * The part of Codex's app-server protocol that Clustr speaks: JSON-RPC messages without a "jsonrpc" member, one per
 * WebSocket text frame. Marked experimental by its makers, so a test holds every name here against the schema the
 * installed version prints (`codex app-server generate-json-schema`).
 */

/** Requests: what we send and what comes back. Fields we neither set nor read are left out. */
export interface Calls {
  initialize: {
    params: {
      clientInfo: { name: string; title: string; version: string };
      capabilities: { experimentalApi: boolean; requestAttestation: boolean; optOutNotificationMethods: string[] };
    };
    result: { userAgent: string };
  };
  "account/read": { params: { refreshToken: boolean }; result: { account: unknown; requiresOpenaiAuth: boolean } };
  "config/read": { params: { cwd: string }; result: { config: { developer_instructions: string | null } } };
  "thread/start": {
    params: {
      cwd: string;
      model?: string;
      approvalPolicy: ApprovalPolicy;
      sandbox: SandboxMode;
      developerInstructions: string;
    };
    result: { thread: Thread };
  };
  "thread/resume": {
    params: {
      threadId: string;
      excludeTurns: boolean;
      initialTurnsPage?: { limit: number; sortDirection: "desc"; itemsView: "full" };
      approvalPolicy?: ApprovalPolicy;
      sandbox?: SandboxMode;
    };
    result: { thread: Thread; initialTurnsPage: { data: Turn[] } | null };
  };
  /** The threads this server has in memory: those that are worked in, and some that were. */
  "thread/loaded/list": { params: Record<string, never>; result: { data: string[] } };
  "thread/read": { params: { threadId: string }; result: { thread: Thread } };
  "thread/items/list": {
    params: { threadId: string; limit: number; sortDirection: "desc"; cursor?: string };
    result: { data: { item: Item; turnId: string }[]; nextCursor: string | null };
  };
  "thread/inject_items": { params: { threadId: string; items: unknown[] }; result: unknown };
  "turn/start": {
    params: { threadId: string; clientUserMessageId: string; input: TextInput[] };
    result: { turn: Turn };
  };
  "turn/interrupt": { params: { threadId: string; turnId: string }; result: unknown };
}
export type Method = keyof Calls;

/** What the server tells without asking. All but `thread/started` and `thread/status/changed` come only for threads we resumed or started. */
export interface Notices {
  "thread/started": { thread: Thread };
  "thread/status/changed": { threadId: string; status: ThreadStatus };
  /** The person went back to an earlier point of it: later turns are gone. */
  "thread/reverted": { threadId: string };
  "turn/started": { threadId: string; turn: Turn };
  "turn/completed": { threadId: string; turn: Turn };
  "item/started": { threadId: string; turnId: string; item: Item };
  "item/completed": { threadId: string; turnId: string; item: Item };
  error: { threadId: string; turnId: string; error: TurnError; willRetry: boolean };
  "serverRequest/resolved": { threadId: string; requestId: RequestId };
  "mcpServer/startupStatus/updated": {
    threadId: string | null;
    name: string;
    status: "starting" | "ready" | "failed" | "cancelled";
    error: string | null;
  };
}
export type Notice = { [M in keyof Notices]: { method: M; params: Notices[M] } }[keyof Notices];

/** Notices we ask not to be sent: answers and outputs piece by piece, which nobody here looks at. */
export const UNWANTED = [
  "item/agentMessage/delta",
  "item/plan/delta",
  "item/reasoning/summaryTextDelta",
  "item/reasoning/summaryPartAdded",
  "item/reasoning/textDelta",
  "item/commandExecution/outputDelta",
  "item/fileChange/outputDelta",
  "item/fileChange/patchUpdated",
  "item/mcpToolCall/progress",
  "turn/diff/updated",
  "turn/plan/updated",
  "account/rateLimits/updated",
  "thread/tokenUsage/updated",
];

/** What the server asks a person, through every client that follows the thread; the first answer wins. */
export interface Questions {
  "item/commandExecution/requestApproval": {
    threadId: string;
    turnId: string;
    itemId: string;
    /** Tells several approvals of one item apart. */
    approvalId?: string | null;
    command?: string | null;
    cwd?: string | null;
    reason?: string | null;
    networkApprovalContext?: { host: string; protocol: string } | null;
    /** `writeStdin`: the command stands for what is to be typed into a terminal that runs outside the sandbox. */
    kind?: string;
    /** What the command may do besides what its sandbox allows. */
    additionalPermissions?: Record<string, unknown> | null;
  };
  "item/fileChange/requestApproval": {
    threadId: string;
    turnId: string;
    itemId: string;
    reason?: string | null;
    grantRoot?: string | null;
  };
  "item/permissions/requestApproval": {
    threadId: string;
    turnId: string;
    itemId: string;
    cwd: string;
    reason: string | null;
    permissions: Record<string, unknown>;
  };
  "item/tool/requestUserInput": {
    threadId: string;
    turnId: string;
    itemId: string;
    questions: {
      id: string;
      header: string;
      question: string;
      /** An answer in other words than the options is welcome. */
      isOther: boolean;
      isSecret: boolean;
      options: { label: string; description: string }[] | null;
    }[];
  };
  "mcpServer/elicitation/request": {
    threadId: string;
    turnId: string | null;
    serverName: string;
    mode: string;
    message?: string;
    title?: string;
    url?: string;
    requestedSchema?: FormSchema;
    /** For Codex's own question whether a tool of a server may run. */
    _meta: ToolApproval | Record<string, unknown> | null;
  };
}
export type Question = { [M in keyof Questions]: { id: RequestId; method: M; params: Questions[M] } }[keyof Questions];

/** A form, as MCP allows it: flat. */
export interface FormSchema {
  properties?: Record<string, FormField>;
}
export interface FormField {
  type?: string;
  title?: string;
  description?: string;
  enum?: string[];
  oneOf?: { const: string; title: string }[];
}
/** What Codex adds when the form only stands for "may this tool run?". */
export interface ToolApproval {
  codex_approval_kind: "mcp_tool_call";
  /** For how long a yes can be made to hold. */
  persist?: string[];
  tool_name: string;
  tool_params?: unknown;
}

/** What each question is answered with. */
export interface Replies {
  "item/commandExecution/requestApproval": { decision: ApprovalDecision };
  "item/fileChange/requestApproval": { decision: ApprovalDecision };
  "item/permissions/requestApproval": { permissions: Record<string, unknown>; scope: "turn" | "session" };
  "item/tool/requestUserInput": { answers: Record<string, { answers: string[] }> };
  "mcpServer/elicitation/request": {
    action: "accept" | "decline";
    content: unknown;
    _meta: { persist: "session" } | null;
  };
}
/** `decline` lets the turn go on without; `acceptForSession` holds for the very same command or file until the server ends. */
export type ApprovalDecision = "accept" | "acceptForSession" | "decline";

export type RequestId = number | string;
export type SandboxMode = "read-only" | "workspace-write" | "danger-full-access";
export type ApprovalPolicy = "on-request" | "never";
export type ThreadStatus = { type: "notLoaded" | "idle" | "systemError" } | { type: "active"; activeFlags: string[] };

/** A conversation. */
export interface Thread {
  id: string;
  /** The beginning of its first prompt; empty as long as it has none. */
  preview: string;
  /** When it was begun or last worked in, in seconds since 1970. */
  recencyAt: number | null;
  status: ThreadStatus;
  ephemeral: boolean;
  forkedFromId: string | null;
  /** Set for the threads of sub-agents. */
  parentThreadId: string | null;
  /** `thread_title` for the hidden thread that names another. */
  threadSource: string | null;
}

/** One stretch of work: from a prompt until the model has nothing more to do. */
export interface Turn {
  id: string;
  status: "completed" | "interrupted" | "failed" | "inProgress";
  error: TurnError | null;
  items: Item[];
}

export interface TurnError {
  message: string;
  codexErrorInfo: unknown;
}

export interface TextInput {
  type: "text";
  text: string;
  text_elements: [];
}

/** What a patch does to one file. `diff`: the whole content of a file that is added or deleted, else a unified diff. */
export interface FileUpdate {
  path: string;
  kind: { type: "add" } | { type: "delete" } | { type: "update"; move_path: string | null };
  diff: string;
}

/** One entry of a thread. Only the kinds we read have their fields here. */
export type Item =
  | { type: "userMessage"; id: string; clientId: string | null }
  | { type: "commandExecution"; id: string; command: string; status: WorkStatus; source: CommandSource }
  | { type: "fileChange"; id: string; changes: FileUpdate[]; status: WorkStatus }
  | { type: "mcpToolCall"; id: string; server: string; tool: string }
  | { type: "webSearch"; id: string; query: string }
  | { type: "agentMessage" | "reasoning" | "plan" | "contextCompaction"; id: string };

/** `userShell`: the person typed it; `unifiedExecInteraction`: text for a command that runs already. */
export type CommandSource = "agent" | "userShell" | "unifiedExecStartup" | "unifiedExecInteraction";

/** `declined`: somebody was asked and said no. */
export type WorkStatus = "inProgress" | "completed" | "failed" | "declined";

export function textInput(text: string): TextInput {
  return { type: "text", text, text_elements: [] };
}
