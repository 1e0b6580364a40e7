import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryFolder } from "../attribution/folder.ts";
import { memoryStore } from "../attribution/store.ts";
import type { Answer } from "../../src/contract/attention.ts";
import type { Input, Output } from "../../src/contract/operation.ts";
import type { OperationName, Operations } from "../../src/contract/operations.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/contract/workspace.ts";
import type { Fact } from "../../src/contract/event.ts";
import { parsed, permitted } from "../../src/core/invoke.ts";
import { agentCaller, person, type Caller } from "../../src/core/caller.ts";
import { createDetections } from "../../src/core/detections.ts";
import type { Ledger } from "../../src/core/ports/ledger.ts";
import type { Screens } from "../../src/core/ports/screen.ts";
import type {
  AgentLink,
  AgentSession,
  Evidence,
  HandOver,
  HookCall,
  Parcel,
  Service,
} from "../../src/core/ports/service.ts";
import type { FolderStore } from "../../src/core/ports/snapshots.ts";
import type { TerminalHost, TerminalInfo, TerminalSpec } from "../../src/core/ports/terminal.ts";
import { openWorkspace, type RunningWorkspace } from "../../src/core/workspace.ts";
import { folders } from "../../src/files/folders.ts";
import { privateFiles, socketFolders } from "../../src/files/private-files.ts";
import { projectFiles } from "../../src/files/project-files.ts";
import { rulesFile } from "../../src/files/rules-file.ts";
import { uploadFolder } from "../../src/files/uploads.ts";
import { projectNames } from "../../src/git/names.ts";
import { memoryLedger } from "../../src/ledger/memory.ts";

/** An agent without a tool: the test says what it reports and takes what it is handed. */
export class Puppet implements Service {
  readonly id = "puppet";
  readonly title = "Puppet";
  readonly links = new Map<string, AgentLink>();
  readonly handed: { agent: string; parcels: Parcel[] }[] = [];
  /** What `deliver` answers; by default everything is taken. */
  deliver: (agent: string, parcels: Parcel[]) => Promise<HandOver> = async () => ({ channel: "hand" });
  /** Set to make the next starts fail. */
  refusal: Error | undefined;
  /** Ids the conversation of an agent is said to hold already. */
  known: string[] = [];
  /** What a conversation is asked for what it holds. */
  knows: (ids: string[]) => Promise<string[]> = async (ids) => ids.filter((id) => this.known.includes(id));
  /** Set to make the next starts wait. */
  hold: Promise<void> | undefined;
  /** Answers that reached an agent, in order. */
  readonly answered: { agent: string; key: string; answer: Answer }[] = [];
  /** What an answer brings about; by default the agent goes on. */
  effect: (agent: string) => Promise<void> = (agent) => this.link(agent).report({ type: "resolved" });
  /** Agents whose turn was stopped, in order; each then rests. */
  readonly interrupted: string[] = [];
  /** What every agent's sources tell. */
  evidence: Evidence[] = [];
  /** Set to make looking for the tool fail. */
  missing: Error | undefined;

  async detect() {
    if (this.missing) throw this.missing;
    return { service: this.id, title: this.title, ready: true, path: "/bin/true", findings: [] };
  }

  async open(link: AgentLink): Promise<AgentSession> {
    if (this.refusal) throw this.refusal;
    this.links.set(link.agent.name, link);
    const { name } = link.agent;
    if (this.hold) {
      await this.hold;
      await link.side("late", { command: "/bin/true", args: [], env: {} });
    }
    return {
      hook: async (call: HookCall) => ({ parcels: await link.takeParcels(call.requestId, "hook") }),
      deliver: async (parcels) => {
        const result = await this.deliver(name, parcels);
        if ("channel" in result) this.handed.push({ agent: name, parcels });
        return result;
      },
      answer: async (key, answer) => {
        this.answered.push({ agent: name, key, answer });
        await this.effect(name);
      },
      interrupt: async () => {
        this.interrupted.push(name);
        await link.report({ type: "idle" });
      },
      evidence: () => this.evidence,
      knows: (ids) => this.knows(ids),
      leave: async () => {},
      close: async () => {},
    };
  }

  link(agent: string): AgentLink {
    const link = this.links.get(agent);
    if (!link) throw new Error(`${agent} was not started.`);
    return link;
  }
}

/** A terminal host without programs: it only knows which puppets were started, and what was started and killed since. */
class Terminals implements TerminalHost {
  readonly started = new Set<string>();
  /** Terminals that have ended and are still remembered. */
  readonly ended = new Set<string>();
  readonly #puppet: Puppet;
  readonly #killed = new Set<string>();

  constructor(puppet: Puppet) {
    this.#puppet = puppet;
  }

  /** Terminals in which something runs. */
  get running(): string[] {
    const puppets = [...this.#puppet.links.values()].map(({ agent }) => `${agent.id}.${agent.run}`);
    return [...new Set([...puppets, ...this.started])].filter((id) => !this.#killed.has(id));
  }
  async ensure({ id }: TerminalSpec) {
    this.started.add(id);
    return infoOf(id);
  }
  async list() {
    const exit = { code: 0, signal: null, at: new Date(0).toISOString() };
    return [...this.running.map(infoOf), ...[...this.ended].map((id) => ({ ...infoOf(id), exit }))];
  }
  async kill(id: string) {
    this.#killed.add(id);
    return { survivors: [] };
  }
  async write() {}
  async resize() {}
  async *follow() {}
  exited() {
    return new Promise<never>(() => {});
  }
  async forget() {}
  async doorPort() {
    return 1;
  }
  async shutdown() {
    return { ended: 0, survivors: [] };
  }
  async close() {}
}

function infoOf(id: string): TerminalInfo {
  return { id, epoch: "e", pid: 1, cols: 80, rows: 24, firstOffset: 0, endOffset: 0 };
}

const noScreens: Screens = {
  state: () => Promise.reject(new Error("no screens here")),
  snapshot: () => Promise.reject(new Error("no screens here")),
  titles: async function* () {},
  release: () => {},
};

/** A workspace of the real core on a memory ledger. */
export interface Desk extends AsyncDisposable {
  workspace: RunningWorkspace;
  ledger: Ledger;
  puppet: Puppet;
  terminals: Terminals;
  folder: string;
  /** What lies in the folder, as far as snapshots and changes are concerned. */
  files: MemoryFolder;
  store: FolderStore;
  limits: Limits;
  log: string[];
  /** Calls an operation through the gate; `requestId` to repeat a call. */
  ask<N extends OperationName>(
    name: N,
    input: Input<Operations[N]>,
    caller?: Caller,
    requestId?: string,
  ): Promise<Output<Operations[N]>>;
  /** Spawns an agent and waits until its session is open. */
  spawn(name: string, more?: Partial<Input<Operations["agent.spawn"]>>, caller?: Caller): Promise<Caller>;
  /** Closes the workspace as a crash would leave it and opens it anew on the same ledger. */
  reopen(): Promise<void>;
}

export async function desk(ledger: Ledger = memoryLedger<Fact>()): Promise<Desk> {
  const place = await mkdtemp(join(tmpdir(), "cd-"));
  const puppet = new Puppet();
  const terminals = new Terminals(puppet);
  const services = new Map<string, Service>([[puppet.id, puppet]]);
  const limits = { ...DEFAULT_LIMITS };
  const log: string[] = [];
  const stopped = new AbortController();
  let ids = 0;
  const newId = (): string => `id${++ids}`;
  const info = { id: "w1", name: "project", path: place };
  const folder = new MemoryFolder();
  const store = memoryStore(folder);
  const noBackups = { write: () => Promise.reject(new Error("Nothing is exported here.")) };
  const never = { ...ledger, close: async () => {} };
  const open = (): Promise<RunningWorkspace> =>
    openWorkspace({
      ...{ info, ledger: never, folders, backups: noBackups, services, newId, host: terminals, screens: noScreens },
      limits: () => limits,
      now: Date.now,
      ticks: () => performance.now(),
      openStore: async () => store,
      fail: (error) => log.push(String(error)),
      files: privateFiles(join(place, "private")),
      projectFiles: projectFiles(place),
      uploads: uploadFolder(join(place, "private", "uploads")),
      projectNames: projectNames(join(place, "private", "names.git"), place),
      sockets: socketFolders(join(place, "sockets")),
      rulesFile: rulesFile(join(place, "rules.md")),
      access: {
        link: () => ({ url: "", login: "", expires_in_s: 1 }),
        agentToken: (workspace, agent) => `token-${workspace}-${agent}`,
      },
      workspace: info.id,
      door: async () => "http://127.0.0.1:1",
      detections: createDetections(services, {}, Date.now, stopped.signal),
      ...{
        env: {},
        umask: 0o022,
        node: process.execPath,
        log: (message: string, details?: object) => log.push(`${message} ${JSON.stringify(details)}`),
      },
    });
  let workspace = await open();

  const ask: Desk["ask"] = async (name, input, caller = person, requestId = newId()) => {
    const values = parsed(permitted(name, caller), input);
    const handler = workspace.handlers[name as keyof typeof workspace.handlers] as (
      call: unknown,
      input: unknown,
    ) => Promise<never>;
    return handler(workspace.call(caller, requestId), values);
  };
  return {
    get workspace() {
      return workspace;
    },
    ...{ ledger, puppet, terminals, folder: place, files: folder, store, limits, log, ask },
    async spawn(name, more = {}, caller = person) {
      const agent = await ask("agent.spawn", { name, task: "work", service: "puppet", ...more }, caller);
      while (!puppet.links.has(name)) await new Promise((resolve) => setTimeout(resolve, 5));
      return agentCaller("w1", agent.id, agent.name);
    },
    async reopen() {
      await workspace.close();
      workspace = await open();
    },
    async [Symbol.asyncDispose]() {
      await workspace.close();
      stopped.abort();
      await ledger.close();
      await rm(place, { recursive: true, force: true });
    },
  };
}
