import { execFile } from "node:child_process";
import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Finding } from "../examine.ts";
import type { Io } from "../io.ts";

/** Bytes below which a disk is called nearly full: a snapshot or a ledger's copy may need as much at once. */
const ROOM = 1_000_000_000;
/** Milliseconds that clocks of one machine may differ in, file systems over a network included. */
const LATE = 300_000;
/** Written all the time while a server runs: their times tell what the clock once said. */
const WITNESSES = ["server.log", "home.db-mark", "home.db"];

/** What the machine itself lacks. None of it can be mended from here. */
export async function machineFindings(io: Io, home: string): Promise<Finding[]> {
  const found = await Promise.all([gitFinding(io), diskFinding(home), clockFinding(home)]);
  return found.filter((finding) => finding !== undefined);
}

function gitFinding(io: Io): Promise<Finding | undefined> {
  const env = { PATH: io.env["PATH"] ?? "", LC_ALL: "C" };
  return new Promise((resolve) => {
    execFile("git", ["--version"], { env, timeout: 10_000 }, (error) => {
      const problem = "git cannot be run; without it no snapshot is taken, and no agent started.";
      resolve(error ? { fatal: true, problem, remedy: "Install git." } : undefined);
    });
  });
}

async function diskFinding(home: string): Promise<Finding | undefined> {
  const disk = await statfs(home).catch(() => undefined);
  if (!disk || disk.bavail * disk.bsize > ROOM) return undefined;
  return {
    fatal: false,
    problem: `The disk with ${home} is nearly full (${Math.floor((disk.bavail * disk.bsize) / 1_000_000)} MB left); below 200 MB ledgers are not copied.`,
    remedy: 'Free some space; "clustr prune" forgets old snapshots.',
  };
}

async function clockFinding(home: string): Promise<Finding | undefined> {
  const times = await Promise.all(
    WITNESSES.map((name) =>
      stat(join(home, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const last = Math.max(...times);
  if (last < Date.now() + LATE) return undefined;
  return {
    fatal: false,
    problem: `The clock was set back: files were written at ${new Date(last).toISOString()}, which is still to come. Order does not depend on it, but the times shown will be odd.`,
    remedy: "Set the clock right.",
  };
}
