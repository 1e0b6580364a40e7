import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryFolder } from "../attribution/folder.ts";
import { memoryStore } from "../attribution/store.ts";
import type { Input, Output } from "../../src/contract/operation.ts";
import type { OperationName, Operations } from "../../src/contract/operations.ts";
import { DEFAULT_LIMITS, type Limits } from "../../src/contract/workspace.ts";
import type { Fact } from "../../src/contract/event.ts";
import { parsed, permitted } from "../../src/core/invoke.ts";
import { agentCaller, person, type Caller } from "../../src/core/caller.ts";
import { createDetections } from "../../src/core/detections.ts";
import type { Ledger } from "../../src/core/ports/ledger.ts";
import type { Screens } from "../../src/core/ports/screen.ts";
import type { Service } from "../../src/core/ports/service.ts";
import type { FolderStore } from "../../src/core/ports/snapshots.ts";
import { openWorkspace, type RunningWorkspace } from "../../src/core/workspace.ts";
import { folders } from "../../src/files/folders.ts";
import { privateFiles, socketFolders } from "../../src/files/private-files.ts";
import { projectFiles } from "../../src/files/project-files.ts";
import { rulesFile } from "../../src/files/rules-file.ts";
import { uploadFolder } from "../../src/files/uploads.ts";
import { projectNames } from "../../src/git/names.ts";
import { memoryLedger } from "../../src/ledger/memory.ts";
import { Puppet, PuppetHost } from "./puppet.ts";

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
  terminals: PuppetHost;
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

/** Opens a workspace on an empty folder; with a ledger of its own unless one is given. */
export async function desk(ledger: Ledger = memoryLedger<Fact>()): Promise<Desk> {
  const place = await mkdtemp(join(tmpdir(), "cd-"));
  const puppet = new Puppet();
  const terminals = new PuppetHost(puppet);
  const services = new Map<string, Service>([[puppet.id, puppet]]);
  const limits = { ...DEFAULT_LIMITS };
  const log: string[] = [];
  const stopped = new AbortController();
  let ids = 0;
  const newId = (): string => `id${++ids}`;
  const info = { id: "w1", name: "project", path: place };
  const folder = new MemoryFolder();
  const store = memoryStore(folder);
  const noExports = { write: () => Promise.reject(new Error("Nothing is exported here.")) };
  const never = { ...ledger, close: async () => {} };
  const open = (): Promise<RunningWorkspace> =>
    openWorkspace({
      ...{ info, ledger: never, folders, exports: noExports, services, newId, host: terminals, screens: noScreens },
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
