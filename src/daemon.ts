import { existsSync } from "node:fs";
import path from "node:path";
import { ClustrError, reasonOf } from "./contract/error.ts";
import type { Fact, HomeFact } from "./contract/event.ts";
import type { Workspace } from "./contract/workspace.ts";
import { person } from "./core/caller.ts";
import { createClustr, type Clustr } from "./core/clustr.ts";
import { createDetections } from "./core/detections.ts";
import { agentEnvironment } from "./core/environment.ts";
import { damageIn } from "./core/ports/damage.ts";
import type { Service } from "./core/ports/service.ts";
import { createEnding, endAgents } from "./daemon/ending.ts";
import { newId } from "./daemon/id.ts";
import { openLog } from "./daemon/log.ts";
import { workspaceOpener } from "./daemon/open-workspace.ts";
import { clearDrafts, exportsIn } from "./files/archive/exports.ts";
import { folderBrowser } from "./files/folder-browser.ts";
import { folders } from "./files/folders.ts";
import { openHomeFolder } from "./files/home.ts";
import { launcherEntries } from "./files/launcher-entries.ts";
import { socketFolders } from "./files/private-files.ts";
import { adoptStore } from "./git/adopt.ts";
import { fillLedger } from "./ledger/sqlite/fill.ts";
import type { CopyKeeping } from "./ledger/sqlite/keep-copies.ts";
import { openSqliteLedger } from "./ledger/sqlite/ledger.ts";
import { mendingOf, openMending } from "./ledger/sqlite/open-mending.ts";
import { repairLedger } from "./ledger/sqlite/repair-ledger.ts";
import { createAccess } from "./server/access.ts";
import { startServer } from "./server/server.ts";
import { personToken } from "./server/tokens.ts";
import { marks, services as allServices } from "./services/registry.ts";
import { adoptTerminal, agentsWithTerminals } from "./terminal/adopt.ts";
import { connectTerminalHost } from "./terminal/client.ts";
import { createScreens } from "./terminal/screen/screens.ts";

/** How long what is left in terminals gets to end by itself, when they are ended from here. */
const GRACE_MS = 3_000;
/** How long an answer gets to leave before the server that gave it ends. */
const ANSWER_MS = 100;

/** When ledgers are copied: soon after they were opened and found whole, then when something was written since. */
const COPIES_MS = { firstMs: 5_000, everyMs: 600_000 };

/** How the server is started. */
export interface DaemonOptions {
  /** The data folder, absolute. */
  home: string;
  /** 0: any; otherwise this one or the next free one. */
  port: number;
  /** Folder to open as a workspace, absolute; without one, only what was open before is. */
  folder?: string;
  version: string;
  /** Mends a damaged ledger of the home even where that loses events; otherwise only where it does not. */
  mend?: boolean;
  /** Ends the server; agents go on. */
  signal: AbortSignal;
}

/** A server that runs. */
export interface Daemon {
  url: string;
  /** One-time link that logs a browser in. */
  login: string;
  /** Id of the workspace that was opened, empty when none was asked for or its ledger is damaged. */
  workspace: string;
  /** What is wrong with the one that was asked for, and what to do. */
  problem?: string;
  pid: number;
  /** Resolves when the server has ended. */
  ended: Promise<void>;
}

/**
 * Runs the server in this process. Rejects with `conflict` when another server has this home, and with `unavailable` or
 * `invalid` when the home, a ledger or the folder cannot be used; nothing is left running then.
 */
export async function runDaemon(options: DaemonOptions): Promise<Daemon> {
  const { version, signal } = options;
  const umask = process.umask();
  const home = await openHomeFolder(options.home);
  const { log, fatal, flush } = openLog(home);
  const stopped = new AbortController();
  const ending = createEnding(log, () => {
    stopped.abort(new ClustrError("unavailable", "The server has ended."));
    return flush();
  });
  const end = (): void => void ending.end();
  const fail = (error: unknown): void => {
    fatal(error);
    process.stderr.write(`clustr: ${reasonOf(error)}\n`);
    process.exitCode = 1;
    end();
  };

  try {
    const copies: CopyKeeping = {
      ...COPIES_MS,
      failed: (problem) => log("A ledger could not be copied; it is tried again", { error: String(problem) }),
    };
    const homeLedger = await openMending<HomeFact>(path.join(home.path, "home.db"), copies, {
      lossless: options.mend !== true,
      mended(file, repaired) {
        log("The ledger of the home was damaged and has been mended", { ...repaired });
        process.stderr.write(`clustr: ${mendingOf(file, repaired)}\n`);
      },
    });
    ending.with(() => homeLedger.close());
    const doorSocket = path.join(home.runtime, "door.sock");
    const host = await connectTerminalHost({
      home: home.path,
      runtimeDir: home.runtime,
      doorTarget: doorSocket,
      version,
      signal: stopped.signal,
      log,
    });
    ending.with(() => host.close());
    const screens = createScreens({ host, signal: stopped.signal, log });
    let url = "";
    const access = createAccess({ secret: home.secret, url: () => url });
    const services = new Map<string, Service>(allServices.map((service) => [service.id, service]));
    const env = agentEnvironment(process.env, { pathEntries: launcherEntries(import.meta.dirname), marks });
    const detections = createDetections(services, env, Date.now, stopped.signal);

    const workspaces = path.join(home.path, "workspaces");
    await clearDrafts(workspaces);
    const exports = exportsIn(workspaces, {
      version,
      fill: fillLedger,
      open: (file) => openSqliteLedger<Fact>(file),
      adopt: adoptStore,
      adoptTerminal: (id, journal, at) => adoptTerminal(home.path, id, journal, at),
      agentsHere: () => agentsWithTerminals(home.path),
      newId,
    });
    const folderOf = ({ id }: Workspace): string => path.join(workspaces, id);
    const shared = { host, screens, access, folders, exports, services, detections, env, umask, log, newId };
    const forAgents = {
      sockets: socketFolders(home.runtime),
      node: process.execPath,
      door: async () => `http://127.0.0.1:${await host.doorPort()}`,
    };
    const clocks = { now: Date.now, ticks: () => performance.now() };
    const clustr = await createClustr({
      homeLedger,
      folders,
      browser: folderBrowser,
      detections,
      access,
      exports,
      newId,
      now: Date.now,
      open: workspaceOpener({ ...shared, ...forAgents, ...clocks }, folderOf, copies),
      repair: (info) => repairLedger(path.join(folderOf(info), "ledger.db")),
      async shutdown(keepAgents) {
        const kept = { agents_ended: 0, survivors: [] };
        const result = keepAgents ? kept : await endAgents(clustr, () => host.shutdown(GRACE_MS));
        setTimeout(end, ANSWER_MS);
        return result;
      },
      log,
      fail,
    });
    ending.with(() => clustr.close());
    // Only while this server has the home's ledger: after that another one may be starting in the same folders.
    ending.with(() => home.retract());
    // What a terminal host left behind when it died must not go on unseen.
    for (const { id, pids } of await host.orphans()) {
      log("Ending what a terminal host left behind", { terminal: id, pids });
      await host.kill(id, GRACE_MS);
    }
    await clustr.reopen();
    const opened = options.folder === undefined ? { workspace: "" } : await openFolder(clustr, options.folder);

    const server = await startServer({
      core: clustr,
      host,
      screens,
      version,
      log,
      secret: home.secret,
      logins: access,
      port: options.port,
      nextFree: options.port !== 0,
      doorSocket,
      doorPort: () => host.doors()[0]?.port ?? 0,
      olderDoors: () => host.doors(),
      page: pageFolder(),
      signal: stopped.signal,
    });
    url = server.url;
    ending.with(() => server.close());
    await home.announce({ url, token: personToken(home.secret), pid: process.pid, started: new Date().toISOString() });

    process.on("uncaughtException", fail);
    process.on("unhandledRejection", fail);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    return { url, login: access.link().login, ...opened, pid: process.pid, ended: ending.ended };
  } catch (error) {
    await ending.end();
    throw error;
  }
}

/** Opens the folder the server was started for. Damage to its ledger keeps no others, and no agents, waiting. */
async function openFolder(clustr: Clustr, folder: string): Promise<Pick<Daemon, "workspace" | "problem">> {
  try {
    const input = { path: folder, trust: true };
    const opened = await clustr.invoke("workspace.open", input, person, { requestId: newId() });
    return { workspace: (opened as Workspace).id };
  } catch (error) {
    if (damageIn(error) === undefined) throw error;
    return { workspace: "", problem: reasonOf(error) };
  }
}

/** The built page: beside the compiled server, or, when that runs from its sources, where the build puts it. */
function pageFolder(): string | undefined {
  const places = [path.join(import.meta.dirname, "page"), path.join(import.meta.dirname, "..", "dist", "page")];
  return places.find((place) => existsSync(place));
}
