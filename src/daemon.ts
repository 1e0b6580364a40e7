import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { pino } from "pino";
import { ClustrError } from "./contract/error.ts";
import type { Fact, HomeFact } from "./contract/event.ts";
import type { Workspace } from "./contract/workspace.ts";
import { person, server as itself } from "./core/caller.ts";
import { createClustr, type Clustr } from "./core/clustr.ts";
import { createDetections } from "./core/detections.ts";
import { agentEnvironment } from "./core/environment.ts";
import { damageIn } from "./core/ports/damage.ts";
import type { Service } from "./core/ports/service.ts";
import { openWorkspace } from "./core/workspace.ts";
import { backups, clearDrafts } from "./files/archive/backups.ts";
import { folderBrowser } from "./files/folder-browser.ts";
import { folders } from "./files/folders.ts";
import { openHomeFolder } from "./files/home.ts";
import { launcherEntries } from "./files/launcher-entries.ts";
import { logFile } from "./files/log-file.ts";
import { privateFiles, privateFolder, socketFolders } from "./files/private-files.ts";
import { projectFiles } from "./files/project-files.ts";
import { redaction, withoutTexts } from "./files/redact.ts";
import { rulesFile } from "./files/rules-file.ts";
import { uploadFolder } from "./files/uploads.ts";
import { adoptStore } from "./git/adopt.ts";
import { projectNames } from "./git/names.ts";
import { openSnapshots } from "./git/open-snapshots.ts";
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

/** How long agents get to end at a shutdown, and then whatever is left of them. */
const STOP_MS = 12_000;
const GRACE_MS = 3_000;

/** When ledgers are copied: soon after they were opened and found whole, then when something was written since. */
const COPIES_MS = { firstMs: 5_000, everyMs: 600_000 };

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
  const logs = logFile(path.join(home.path, "server.log"));
  const redact = redaction(process.env, [home.secret.toString("hex")]);
  const logger = pino(
    { base: { pid: process.pid }, formatters: { log: withoutTexts } },
    { write: (line: string) => logs.write(redact(line)) },
  );
  // What went wrong has an error among its details.
  const log = (message: string, details: Record<string, unknown> = {}): void =>
    logger["error" in details ? "error" : "info"](details, message);
  const copies: CopyKeeping = {
    ...COPIES_MS,
    failed: (problem) => log("A ledger could not be copied; it is tried again", { error: String(problem) }),
  };
  const stopped = new AbortController();
  const closing: (() => Promise<void>)[] = [];
  const ended = Promise.withResolvers<void>();

  const close = async (): Promise<void> => {
    for (const step of closing.toReversed())
      await step().catch((error: unknown) => log("Closing failed", { error: String(error) }));
    stopped.abort(new ClustrError("unavailable", "The server has ended."));
    await logs.flush();
    ended.resolve();
  };
  let ending: Promise<void> | undefined;
  const end = (): void => void (ending ??= close());
  const fail = (error: unknown): void => {
    logger.fatal({ error: error instanceof Error ? error.stack : String(error) }, "The server cannot go on");
    process.stderr.write(`clustr: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    end();
  };

  try {
    const homeLedger = await openMending<HomeFact>(path.join(home.path, "home.db"), copies, {
      lossless: options.mend !== true,
      mended(file, repaired) {
        log("The ledger of the home was damaged and has been mended", { ...repaired });
        process.stderr.write(`clustr: ${mendingOf(file, repaired)}\n`);
      },
    });
    closing.push(() => homeLedger.close());
    const doorSocket = path.join(home.runtime, "door.sock");
    const host = await connectTerminalHost({
      home: home.path,
      runtimeDir: home.runtime,
      doorTarget: doorSocket,
      version,
      signal: stopped.signal,
      log,
    });
    closing.push(() => host.close());
    const screens = createScreens({ host, signal: stopped.signal, log });
    let url = "";
    const access = createAccess({ secret: home.secret, url: () => url });
    const services = new Map<string, Service>(allServices.map((service) => [service.id, service]));
    const env = agentEnvironment(process.env, { pathEntries: launcherEntries(import.meta.dirname), marks });
    const detections = createDetections(services, env, Date.now, stopped.signal);
    const sockets = socketFolders(home.runtime);

    const workspaces = path.join(home.path, "workspaces");
    await clearDrafts(workspaces);
    const exchange = backups(workspaces, {
      version,
      fill: fillLedger,
      open: (file) => openSqliteLedger<Fact>(file),
      adopt: adoptStore,
      adoptTerminal: (id, journal, at) => adoptTerminal(home.path, id, journal, at),
      agentsHere: () => agentsWithTerminals(home.path),
      newId,
    });
    const folderOf = ({ id }: Workspace): string => path.join(workspaces, id);
    const open = async (
      info: Workspace,
      limits: Parameters<typeof openWorkspace>[0]["limits"],
      unable: (error: unknown) => void,
    ) => {
      const base = folderOf(info);
      await privateFolder(base);
      const ledger = await openSqliteLedger<Fact>(path.join(base, "ledger.db"), { copies });
      const opened = openWorkspace({
        ...{
          info,
          limits,
          ledger,
          host,
          screens,
          sockets,
          access,
          folders,
          backups: exchange,
          services,
          detections,
          env,
          umask,
          log,
          fail: unable,
          newId,
          now: Date.now,
        },
        files: privateFiles(base),
        openStore: () =>
          openSnapshots({
            store: path.join(base, "snapshots.git"),
            folder: info.path,
            umask,
            mended: (what) =>
              log("The snapshots of a workspace were damaged and have been mended", { path: info.path, ...what }),
          }),
        projectFiles: projectFiles(info.path),
        uploads: uploadFolder(path.join(base, "uploads")),
        projectNames: projectNames(path.join(base, "names.git"), info.path),
        rulesFile: rulesFile(path.join(base, "rules.md")),
        workspace: info.id,
        door: async () => `http://127.0.0.1:${await host.doorPort()}`,
        node: process.execPath,
        ticks: () => performance.now(),
      });
      // Whoever tries again must not find the ledger taken by this very server.
      opened.catch(() => ledger.close());
      return opened;
    };
    const shutdown = async (keepAgents: boolean) => {
      const result = keepAgents
        ? { agents_ended: 0, survivors: [] }
        : await endAgents(clustr, () => host.shutdown(GRACE_MS));
      // The answer goes out first.
      setTimeout(end, 100);
      return result;
    };
    const clustr = await createClustr({
      ...{ homeLedger, folders, browser: folderBrowser, detections, access, open, shutdown, log, fail, newId },
      backups: exchange,
      repair: (info) => repairLedger(path.join(folderOf(info), "ledger.db")),
      now: Date.now,
    });
    closing.push(() => clustr.close());
    // Only while this server has the home's ledger: after that another one may be starting in the same folders.
    closing.push(() => home.retract());
    // What a terminal host left behind when it died must not go on unseen.
    for (const { id, pids } of await host.orphans()) {
      log("Ending what a terminal host left behind", { terminal: id, pids });
      await host.kill(id, GRACE_MS);
    }
    await clustr.reopen();
    const opened = options.folder === undefined ? { workspace: "" } : await openFolder(clustr, options.folder);

    const server = await startServer({
      ...{
        core: clustr,
        host,
        screens,
        version,
        log,
        secret: home.secret,
        logins: access,
        doorSocket,
        page: pageFolder(),
      },
      port: options.port,
      nextFree: options.port !== 0,
      doorPort: () => host.doors()[0]?.port ?? 0,
      olderDoors: () => host.doors(),
      signal: stopped.signal,
    });
    url = server.url;
    closing.push(() => server.close());
    await home.announce({ url, token: personToken(home.secret), pid: process.pid, started: new Date().toISOString() });

    process.on("uncaughtException", fail);
    process.on("unhandledRejection", fail);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    return { url, login: access.link().login, ...opened, pid: process.pid, ended: ended.promise };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens the folder the server was started for. Damage to its ledger keeps no others, and no agents, waiting. */
async function openFolder(clustr: Clustr, folder: string): Promise<Pick<Daemon, "workspace" | "problem">> {
  const call = { requestId: newId() };
  try {
    const opened = await clustr.invoke("workspace.open", { path: folder, trust: true }, person, call);
    return { workspace: (opened as Workspace).id };
  } catch (error) {
    if (damageIn(error) === undefined) throw error;
    return { workspace: "", problem: (error as Error).message };
  }
}

/** Stops every agent of every workspace, then the host with whatever is left in it. */
async function endAgents(
  clustr: Clustr,
  shutdownHost: () => Promise<{ ended: number; survivors: number[] }>,
): Promise<{ agents_ended: number; survivors: number[] }> {
  const stops = clustr.workspaces().flatMap((workspace) =>
    Object.values(workspace.view().agents)
      .filter((agent) => agent.live && !agent.external)
      .map((agent) =>
        clustr.invoke("agent.stop", { name: agent.name }, itself, {
          workspace: workspace.info.id,
          requestId: newId(),
        }),
      ),
  );
  const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
  await Promise.race([Promise.allSettled(stops), late]);
  const { survivors } = await shutdownHost();
  return { agents_ended: stops.length, survivors };
}

/** The built page: beside the compiled server, or, when that runs from its sources, where the build puts it. */
function pageFolder(): string | undefined {
  const places = [path.join(import.meta.dirname, "page"), path.join(import.meta.dirname, "..", "dist", "page")];
  return places.find((place) => existsSync(place));
}

/** Sixty random bits in letters and digits: short enough for file names and sockets, never twice. */
function newId(): string {
  return randomBytes(8).readBigUInt64BE().toString(36).padStart(13, "0").slice(1);
}
