import { randomBytes, randomUUID } from "node:crypto";
import { MemoryFolder } from "../attribution/folder.ts";
import { memoryStore } from "../attribution/store.ts";
import type { Answer } from "../../src/contract/attention.ts";
import type { HomeFact } from "../../src/contract/event.ts";
import type { OperationName } from "../../src/contract/operations.ts";
import type { Workspace } from "../../src/contract/workspace.ts";
import { person } from "../../src/core/caller.ts";
import { createClustr, type Clustr } from "../../src/core/clustr.ts";
import { createDetections } from "../../src/core/detections.ts";
import type { Exports } from "../../src/core/ports/exports.ts";
import type { Folders } from "../../src/core/ports/folders.ts";
import type { Screens } from "../../src/core/ports/screen.ts";
import type { AgentLink, HookCall, ProgramSpec, Service, Signal } from "../../src/core/ports/service.ts";
import type { TerminalHost } from "../../src/core/ports/terminal.ts";
import { openWorkspace } from "../../src/core/workspace.ts";
import { folderBrowser } from "../../src/files/folder-browser.ts";
import { projectFiles } from "../../src/files/project-files.ts";
import { uploadFolder } from "../../src/files/uploads.ts";
import { projectNames } from "../../src/git/names.ts";
import { memoryLedger } from "../../src/ledger/memory.ts";
import { createAccess, type Logins } from "../../src/server/access.ts";
import { startServer, type RunningServer } from "../../src/server/server.ts";
import { agentToken, personToken } from "../../src/server/tokens.ts";
import { scratch } from "../rig/rig.ts";
import { memoryHost, memoryScreens, type MemoryHost } from "./memory-host.ts";

/** Port that agents believe they talk to; nothing listens there, tests go to the socket. */
export const DOOR_PORT = 45_678;

/** A whole server over the real core, with ledgers in memory and terminals without programs. */
export interface TestHome extends AsyncDisposable {
  /** The server of the moment. */
  readonly server: RunningServer;
  /** Ends the server and starts another on the same port; the core goes on. */
  restartServer(): Promise<void>;
  readonly core: Clustr;
  readonly logins: Logins;
  readonly host: MemoryHost;
  readonly screens: ReturnType<typeof memoryScreens>;
  readonly doorSocket: string;
  readonly folder: string;
  readonly secret: Buffer;
  /** Every log line, as JSON. */
  readonly logged: string[];
  /** What the home's ledger has of refused calls, as `operation code`. */
  refusals(): Promise<string[]>;
  /** Hooks that reached a session; answered by `answerHooks`. */
  readonly hooks: HookCall[];
  answerHooks(answer: (call: HookCall) => Promise<unknown>): void;
  /** Evidence about an agent, as its service would tell it. */
  report(agent: string, signal: Signal): Promise<void>;
  /** Answers of a person that reached an agent; it then goes on. */
  readonly answered: { agent: string; key: string; answer: Answer }[];
  /** What lies in the folder of `workspace`, as far as snapshots and changes are concerned. */
  readonly files: MemoryFolder;
  /** What an agent's service was given. */
  link(agent: string): AgentLink;
  readonly workspace: Workspace;
  readonly other: Workspace;
  /** The person's bearer token. */
  readonly human: string;
  /** An agent with a terminal: its token and its terminal. */
  agent(name: string, workspace?: Workspace): Promise<{ id: string; token: string; terminal: string }>;
  /** A token for an agent that joins from elsewhere. */
  invite(): Promise<string>;
  /** Logs a browser in; its cookie. */
  browser(): Promise<string>;
}

const noExports: Exports = {
  write: () => Promise.reject(new Error("Nothing is exported here.")),
  unpack: () => Promise.reject(new Error("Nothing is imported here.")),
};

const folders: Folders = {
  look: async (real) => ({ real }),
  resolve: (base, path) => (path === "." ? base : `${base}/${path}`),
  idOf: (real) => `w-${real.split("/").at(-1) ?? ""}`,
  nameOf: (path) => path.split("/").at(-1) ?? "",
  real: async (path) => path,
  inside: (base, real) => real === base || real.startsWith(`${base}/`),
};

export interface TestHomeOptions {
  page?: string;
  /** Instead of terminals without programs. */
  terminals?: { host: TerminalHost; screens: Screens };
  /** What agents run in their terminal. */
  program?: ProgramSpec;
}

export async function testHome(options: TestHomeOptions = {}): Promise<TestHome> {
  const place = await scratch();
  const ended = new AbortController();
  const secret = randomBytes(32);
  const logged: string[] = [];
  const hooks: HookCall[] = [];
  const links = new Map<string, AgentLink>();
  const alpha = new MemoryFolder();
  const answered: TestHome["answered"] = [];
  let answer: (call: HookCall) => Promise<unknown> = async () => ({});
  const log = (message: string, details?: object) => void logged.push(JSON.stringify({ message, ...details }));
  const memory = memoryHost();
  const memoryOnes = memoryScreens(memory);
  const { host, screens } = options.terminals ?? { host: memory, screens: memoryOnes };
  let url = "";
  const logins = createAccess({ secret, url: () => url });

  /** Opens a terminal and says that it works; nothing runs in it. */
  const idle: Service = {
    id: "idle",
    title: "Idle",
    detect: async () => ({ service: "idle", title: "Idle", ready: true, path: "/bin/true", findings: [] }),
    async open(link) {
      const { name } = link.agent;
      links.set(name, link);
      await link.terminal(options.program ?? { command: "/bin/true", args: [], env: {} });
      await link.report({ type: "working" });
      return {
        hook: (call) => {
          hooks.push(call);
          return answer(call);
        },
        deliver: async () => ({ later: "nobody is there" }),
        answer: async (key, given) => {
          answered.push({ agent: name, key, answer: given });
          await link.report({ type: "resolved" });
        },
        leave: async () => {},
        close: async () => {},
      };
    },
  };
  const services = new Map([[idle.id, idle]]);
  const files = {
    folder: (name: string) => place.folder(`data/${name}`),
    write: async (name: string) => `${place.path}/${name}`,
    remove: async () => {},
  };

  const homeLedger = memoryLedger<HomeFact>();
  const core = await createClustr({
    homeLedger,
    folders,
    browser: folderBrowser,
    detections: createDetections(services, {}, Date.now, ended.signal),
    access: logins,
    newId: randomUUID,
    now: Date.now,
    exports: noExports,
    repair: async () => ({ events: 0, salvaged: 0, lost: 0 }),
    open: (info, limits) =>
      openWorkspace({
        info,
        limits,
        ledger: memoryLedger(),
        rulesFile: {
          path: "rules.md",
          read: async () => ({ text: "be kind", changed: 0 }),
          write: async () => {},
          async *changes() {},
        },
        folders,
        exports: noExports,
        services,
        detections: createDetections(services, {}, Date.now, ended.signal),
        newId: randomUUID,
        now: Date.now,
        ticks: () => performance.now(),
        openStore: async () => memoryStore(info.name === "alpha" ? alpha : new MemoryFolder()),
        projectFiles: projectFiles(info.path),
        uploads: uploadFolder(`${place.path}/uploads-${info.id}`),
        projectNames: projectNames(`${place.path}/names-${info.id}`, info.path),
        fail: (error) => log("workspace failed", { error: String(error) }),
        host,
        screens,
        files,
        sockets: files,
        access: logins,
        door: async () => `http://127.0.0.1:${DOOR_PORT}`,
        env: {},
        umask: 0o022,
        node: process.execPath,
        log,
      }),
    shutdown: async () => ({ agents_ended: 0, survivors: [] }),
    log,
    fail: (error) => log("home failed", { error: String(error) }),
  });
  const ask = (operation: OperationName, input: object, at?: Workspace) =>
    core.invoke(operation, input, person, {
      ...(at && { workspace: at.id }),
      requestId: randomUUID(),
    });
  const open = async (name: string) =>
    (await ask("workspace.open", { path: await place.folder(name), trust: true })) as Workspace;
  const workspace = await open("alpha");
  const other = await open("beta");

  const doorSocket = `${await place.folder("s")}/door.sock`;
  const serve = (port: number) =>
    startServer({
      core,
      host,
      screens,
      secret,
      logins,
      doorSocket,
      log,
      port,
      nextFree: false,
      doorPort: () => DOOR_PORT,
      page: options.page,
      version: "0.0.0-test",
      signal: ended.signal,
    });
  let server = await serve(0);
  url = server.url;

  return {
    get server() {
      return server;
    },
    async restartServer() {
      const { port } = server;
      await server.close();
      server = await serve(port);
    },
    core,
    logins,
    host: memory,
    screens: memoryOnes,
    doorSocket,
    folder: place.path,
    secret,
    logged,
    async refusals() {
      const events = await homeLedger.read({ type: "call.refused", limit: 10_000 });
      return events.map(
        ({ data }) => `${(data as { operation: string }).operation} ${(data as { code: string }).code}`,
      );
    },
    hooks,
    answerHooks: (next) => (answer = next),
    report: async (name, signal) => links.get(name)?.report(signal),
    answered,
    files: alpha,
    link(name) {
      const link = links.get(name);
      if (!link) throw new Error(`${name} was not started.`);
      return link;
    },
    workspace,
    other,
    human: personToken(secret),
    async agent(name, at = workspace) {
      const { id } = (await ask("agent.spawn", { name, task: "wait", service: "idle" }, at)) as { id: string };
      const terminal = `${id}.1`;
      while (!(await host.list()).some((one) => one.id === terminal)) {
        const reason = core.workspace(at.id)?.view().agents[id]?.reason;
        if (reason !== undefined) throw new Error(reason);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return { id, token: agentToken(secret, at.id, id), terminal };
    },
    async invite() {
      return ((await ask("token.create", {}, workspace)) as { token: string }).token;
    },
    async browser() {
      const { login } = logins.link();
      const response = await fetch(login, { redirect: "manual" });
      return (response.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      ended.abort();
      await core.close();
      await place[Symbol.asyncDispose]();
    },
  };
}
