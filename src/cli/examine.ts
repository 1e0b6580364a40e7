import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createClient } from "../client/client.ts";
import { routes } from "../client/routes.ts";
import { hasCode } from "../contract/error.ts";
import { services } from "../services/registry.ts";
import type { Cli } from "./cli.ts";
import type { Io } from "./io.ts";
import { homeMends } from "./mend/home-folder.ts";
import { machineFindings } from "./mend/machine.ts";
import type { Mend } from "./mend/mend.ts";
import { workspaceMends, type Recent } from "./mend/workspaces.ts";
import { homeOf, readAccess } from "./server-file.ts";

/** What a service finds of its tool on this machine. */
export type Detection = Awaited<ReturnType<(typeof services)[number]["detect"]>>;
/** Something to know or to do: `fatal` when nothing works without it. */
export type Finding = Detection["findings"][number];

/** What `clustr doctor` found. */
export interface Report {
  /** Agents of at least one coding tool can run here. */
  usable: boolean;
  /** Clustr itself can run, and agents that follow a script with it. */
  sound: boolean;
  clustr: string;
  node: { version: string; path: string; findings: Finding[] };
  home: { path: string; exists: boolean; findings: Finding[] };
  server: { running: boolean; url?: string; pid?: number; workspaces?: number; findings: Finding[] };
  /** What the machine lacks: git, room, the right time. */
  machine: { findings: Finding[] };
  services: Detection[];
  /** What `--fix` mends. */
  mends: Mend[];
}

/** As in `bin/clustr.js`, which refuses less, and in package.json. */
const NODE_NEEDED = [22, 14] as const;
const DETECT_MS = 15_000;

/** Looks at everything Clustr needs, without a server and without changing anything. */
export async function examine(cli: Cli, fix: boolean): Promise<Report> {
  const { io } = cli;
  const path = resolve(io.cwd, homeOf(io));
  const [home, { recent, ...server }, found, machine] = await Promise.all([
    examineHome(path),
    examineServer(io, path),
    detectAll(io),
    machineFindings(io, path),
  ]);
  const mends =
    io.env["CLUSTR_AGENT"] || !home.exists ? [] : await mendsOf(cli, path, { running: server.running, recent, fix });
  const node = { version: process.version.slice(1), path: process.execPath, findings: nodeFindings(process.version) };
  const sound = [...node.findings, ...home.findings, ...machine].every(({ fatal }) => !fatal);
  const usable = sound && found.some(({ ready, builtIn }) => ready && builtIn !== true);
  return {
    usable,
    sound,
    clustr: cli.version,
    node,
    home: { path, ...home },
    server,
    machine: { findings: machine },
    services: found,
    mends,
  };
}

/** Every service's own findings; one that throws or hangs is reported, never waited for without end. */
function detectAll(io: Io): Promise<Detection[]> {
  const env = Object.fromEntries(
    Object.entries(io.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const signal = AbortSignal.any([io.signal, AbortSignal.timeout(DETECT_MS)]);
  return Promise.all(
    services.map(async (service) => {
      try {
        return await service.detect(env, signal);
      } catch (error) {
        io.signal.throwIfAborted();
        const problem = `${service.title} could not be examined: ${error instanceof Error ? error.message : String(error)}`;
        return {
          service: service.id,
          title: service.title,
          ready: false,
          findings: [{ fatal: true, problem, remedy: "Run the tool once by hand to see what is wrong." }],
        };
      }
    }),
  );
}

function nodeFindings(version: string): Finding[] {
  const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return [];
  return [
    { fatal: true, problem: `Node ${version} is too old.`, remedy: `Install Node ${NODE_NEEDED.join(".")} or newer.` },
  ];
}

/** Nobody else may look into the home folder or the files that hold tokens. */
async function examineHome(path: string): Promise<Pick<Report["home"], "exists" | "findings">> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return { exists: false, findings: [] };
  if (!info.isDirectory())
    return {
      exists: true,
      findings: [
        {
          fatal: true,
          problem: `${path} is not a folder.`,
          remedy: "Move it away, or set CLUSTR_HOME to another folder.",
        },
      ],
    };
  const open = [exposure(path, info, "700")];
  const file = join(path, "server.json");
  const fileInfo = await stat(file).catch(() => undefined);
  if (fileInfo) open.push(exposure(file, fileInfo, "600"));
  return { exists: true, findings: open.filter((finding) => finding !== undefined) };
}

function exposure(path: string, { mode, uid }: { mode: number; uid: number }, wanted: string): Finding | undefined {
  if (process.platform === "win32") return undefined;
  if (process.getuid && uid !== process.getuid())
    return {
      fatal: true,
      problem: `${path} belongs to another user.`,
      remedy: "Set CLUSTR_HOME to a folder of your own.",
    };
  if ((mode & 0o077) === 0) return undefined;
  return {
    fatal: true,
    problem: `Other users can reach ${path} (mode ${(mode & 0o777).toString(8)}).`,
    remedy: `chmod ${wanted} ${path}`,
  };
}

async function mendsOf(
  cli: Cli,
  home: string,
  { running, recent, fix }: { running: boolean; recent: Recent | undefined; fix: boolean },
): Promise<Mend[]> {
  // A server that answers strangely is left alone.
  const workspaces = running === (recent !== undefined) ? await workspaceMends(cli, home, recent, fix) : [];
  return [...(await homeMends(home)), ...workspaces];
}

async function examineServer(io: Io, home: string): Promise<Report["server"] & { recent?: Recent }> {
  const access = await readAccess(join(home, "server.json"));
  if (!access) return { running: false, findings: [] };
  const client = createClient({ base: access.url, token: access.token, routes });
  try {
    const open = await client.call("workspace.list", {}, { signal: io.signal, timeoutMs: 5_000 });
    return {
      running: true,
      url: access.url,
      workspaces: open.length,
      recent: await client.call("workspace.recent", {}, { signal: io.signal, timeoutMs: 10_000 }).catch(() => []),
      ...(access.pid === undefined ? {} : { pid: access.pid }),
      findings: [],
    };
  } catch (error) {
    io.signal.throwIfAborted();
    // Nobody there: the file is left from a server that was killed. Any other answer is worth saying.
    if (hasCode(error, "unavailable") && error.message.includes("does not answer"))
      return { running: false, findings: [] };
    return {
      running: false,
      url: access.url,
      findings: [
        {
          fatal: false,
          problem: error instanceof Error ? error.message : String(error),
          remedy: 'Start the server again with "clustr" in the project folder.',
        },
      ],
    };
  }
}
