import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { join } from "node:path";
import { readAccess } from "../server-file.ts";
import { isAlive, type Mend } from "./mend.ts";

/** Entries that are looked at; a home has a few thousand, most of them in stores of snapshots. */
const MOST = 300_000;
/** How a file is called until it is whole: whose process writes it stands in its name. */
const DRAFT = /\.(\d+)\.[a-z0-9]+\.new$/;

/** Projects that Clustr made there: theirs is the person's umask, as everywhere, and their folder is closed to others. */
const PROJECTS = new Set(["demo", "sample"]);

interface Entry {
  path: string;
  mode: number;
  kind: "folder" | "file" | "socket";
}

/** What a kill, or a careless copy, left in the home folder. Looks only. */
export async function homeMends(home: string): Promise<Mend[]> {
  const entries = await entriesOf(home);
  return [
    ...modeMends(entries),
    ...draftMends(entries),
    ...(await announcementMends(home)),
    ...(await socketMends(entries)),
  ];
}

function modeMends(entries: Entry[]): Mend[] {
  const open = entries.filter(({ mode, kind }) => kind !== "socket" && (mode & 0o077) !== 0);
  if (open.length === 0) return [];
  return [
    {
      problem: `Others may read or write ${open.length} of the files and folders of Clustr, the first ${open[0]?.path ?? ""}`,
      how: "take their permission away (chmod go=)",
      fix: async () => {
        for (const { path, mode } of open) await chmod(path, mode & 0o700);
        return undefined;
      },
    },
  ];
}

function draftMends(entries: Entry[]): Mend[] {
  const left = entries.filter(({ path, kind }) => {
    const pid = DRAFT.exec(path)?.[1];
    return kind === "file" && pid !== undefined && !isAlive(Number(pid));
  });
  if (left.length === 0) return [];
  return [
    {
      problem: `${left.length} half-written files were left by a process that was killed, the first ${left[0]?.path ?? ""}`,
      how: "delete them: what they were to replace is whole",
      fix: async () => {
        for (const { path } of left) await rm(path, { force: true });
        return undefined;
      },
    },
  ];
}

async function announcementMends(home: string): Promise<Mend[]> {
  const file = join(home, "server.json");
  const access = await readAccess(file);
  if (access?.pid === undefined || isAlive(access.pid)) return [];
  return [
    {
      problem: `${file} names a server (process ${access.pid}) that was killed`,
      how: "delete the file",
      fix: async () => {
        // Somebody may have started one since.
        if ((await readAccess(file))?.pid === access.pid) await rm(file, { force: true });
        return undefined;
      },
    },
  ];
}

async function socketMends(entries: Entry[]): Promise<Mend[]> {
  const sockets = entries.filter(({ kind }) => kind === "socket");
  const dead = await Promise.all(sockets.map(async ({ path }) => ((await answers(path)) ? [] : [path])));
  return dead.flat().map((path) => ({
    problem: `Nobody listens at the socket ${path}`,
    how: "delete it",
    fix: async () => {
      if (!(await answers(path))) await rm(path, { force: true });
      return undefined;
    },
  }));
}

/** False only when the system says that nobody is there. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const settle = (there: boolean): void => {
      socket.destroy();
      resolve(there);
    };
    socket.setTimeout(2_000, () => settle(true));
    socket.once("connect", () => settle(true));
    socket.once("error", (error: NodeJS.ErrnoException) => settle(error.code !== "ECONNREFUSED"));
  });
}

/** Everything in the home folder that is this user's; links are not followed, nor looked at. */
async function entriesOf(home: string): Promise<Entry[]> {
  const found: Entry[] = [];
  const folders = [home];
  for (let folder = folders.pop(); folder !== undefined && found.length < MOST; folder = folders.pop()) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of folder === home ? ["", ...names] : names) {
      const path = join(folder, name);
      const info = await lstat(path).catch(() => undefined);
      if (!info || (process.getuid && info.uid !== process.getuid())) continue;
      const kind = info.isDirectory() ? "folder" : info.isFile() ? "file" : info.isSocket() ? "socket" : undefined;
      if (folder === home && PROJECTS.has(name)) continue;
      if (kind) found.push({ path, mode: info.mode & 0o777, kind });
      if (kind === "folder" && name !== "") folders.push(path);
    }
  }
  return found;
}
