import childProcess from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import workerThreads from "node:worker_threads";
import Database from "better-sqlite3";

/*
 * Points below the ports: SQLite's transactions, the renaming of files, programs that are started. And the way into the
 * processes and threads that the server makes: they get the same preload.
 */

type Fire = (point: string) => void;

export function wrapTransactions(fire: Fire, file: string): void {
  const name = path.basename(file);
  const { exec } = Database.prototype;
  Database.prototype.exec = function (sql) {
    if (sql !== "COMMIT" && sql !== "BEGIN IMMEDIATE") return exec.call(this, sql);
    fire(`${name} ${sql.toLowerCase()} before`);
    const result = exec.call(this, sql);
    fire(`${name} ${sql.toLowerCase()} after`);
    return result;
  };
}

/** Renaming is the moment in which a file that is replaced as a whole changes. */
export function wrapFiles(fire: Fire): void {
  const { renameSync } = fs;
  fs.renameSync = (from, to) => {
    fire(`rename ${kindOf(to)} before`);
    renameSync(from, to);
    fire(`rename ${kindOf(to)} after`);
  };
  const { rename } = fs.promises;
  fs.promises.rename = async (from, to) => {
    fire(`rename ${kindOf(to)} before`);
    await rename(from, to);
    fire(`rename ${kindOf(to)} after`);
  };
  syncBuiltinESMExports();
}

/** In a ledger's thread every link and deletion is a step of mending. */
export function wrapSteps(fire: Fire): void {
  const { rmSync, linkSync } = fs;
  fs.rmSync = (file, options) => {
    fire(`rm ${kindOf(file)} before`);
    rmSync(file, options);
    fire(`rm ${kindOf(file)} after`);
  };
  fs.linkSync = (from, to) => {
    fire(`link ${kindOf(to)} before`);
    linkSync(from, to);
    fire(`link ${kindOf(to)} after`);
  };
  syncBuiltinESMExports();
}

/** Programs the server starts: the terminal host, which gets the preload, and git, by its subcommand. */
export function wrapPrograms(fire: Fire, preload: string): void {
  const { spawn } = childProcess;
  const wrapped = (command: string, args: readonly string[], options: childProcess.SpawnOptions) => {
    const host = args.some((arg) => arg.includes("host/main"));
    const name = host
      ? "host"
      : `${path.basename(command)} ${args.find((arg) => /^[a-z]+(-[a-z]+)*$/.test(arg)) ?? ""}`;
    fire(`start ${name} before`);
    const child = spawn(command, host ? ["--import", preload, ...args] : args, options);
    fire(`start ${name} after`);
    child.once("exit", () => fire(`end ${name}`));
    return child;
  };
  Object.assign(childProcess, { spawn: wrapped });
  syncBuiltinESMExports();
}

/** Threads do not inherit the preload by themselves. */
export function wrapThreads(preload: string): void {
  const { Worker } = workerThreads;
  Object.assign(workerThreads, {
    Worker: class extends Worker {
      constructor(file: string | URL, options: workerThreads.WorkerOptions) {
        super(file, { ...options, execArgv: ["--import", preload] });
      }
    },
  });
  syncBuiltinESMExports();
}

/** A file by what it is, whichever agent or workspace it belongs to. */
function kindOf(file: fs.PathLike): string {
  const text = Buffer.isBuffer(file) ? file.toString() : String(file);
  const name = path.basename(text);
  if (text.includes("/project/")) return "a file of the project";
  return `${path.basename(path.dirname(text))}/${name}`
    .replace(/damaged-[\dTZ-]+/, "damaged")
    .replaceAll(/[a-z0-9]{10,}(\.\d+)?/g, "ID");
}
