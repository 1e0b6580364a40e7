import { createHash, randomBytes } from "node:crypto";
import { lstat, readdir, readFile, realpath, rm, rmdir, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { ClustrError } from "../contract/error.ts";
import { createFile, privateFolder, replaceFile } from "./private-files.ts";

/** Paths of sockets below the runtime folder must stay under the 104 bytes that macOS takes; this leaves room for them. */
const RUNTIME_LIMIT = 50;

/** Clustr's data folder (`CLUSTR_HOME`) and the short folder for its sockets. */
export interface HomeFolder {
  /** Real path, 0700. */
  path: string;
  /** 0700, short, of this user, the same for the same home. */
  runtime: string;
  /** 32 bytes from which all bearer tokens are computed; made once. */
  secret: Buffer;
  /** Publishes how to reach the server, 0600, for commands of this user. */
  announce(server: { url: string; token: string; pid: number; started: string }): Promise<void>;
  /** Takes the announcement back, if it is still this process's, and the folder for sockets when nobody has one there. */
  retract(): Promise<void>;
}

/** Opens the data folder, making it when it is not there. Rejects with `unavailable` when it cannot be private. */
export async function openHomeFolder(asked: string): Promise<HomeFolder> {
  try {
    await privateFolder(asked);
  } catch (error) {
    throw new ClustrError(
      "unavailable",
      `The data folder ${asked} cannot be used: ${(error as Error).message}. Set CLUSTR_HOME to a folder you own.`,
      { cause: error },
    );
  }
  const home = await realpath(asked);
  const announced = path.join(home, "server.json");
  const runtime = await runtimeFolder(home);
  return {
    path: home,
    runtime,
    secret: await secretOf(path.join(home, "secret")),
    announce: (server) => replaceFile(announced, `${JSON.stringify(server)}\n`),
    async retract() {
      const text = await readFile(announced, "utf8").catch(() => "");
      if (text.includes(`"pid":${process.pid},`)) await rm(announced, { force: true });
      await clearEmpty(runtime).catch(() => {});
    },
  };
}

async function secretOf(file: string): Promise<Buffer> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new ClustrError(
      "unavailable",
      `${file} cannot be read (${error.code}); without it no token can be checked. Give it back to your user with mode 600.`,
    );
  });
  if (text === undefined) {
    const secret = randomBytes(32);
    // Two first starts at once: the secret that is there first is everybody's.
    return (await createFile(file, `${secret.toString("hex")}\n`)) ? secret : secretOf(file);
  }
  if ((await stat(file)).mode & 0o077)
    throw new ClustrError("unavailable", `${file} can be read by others. Run: chmod 600 ${file}`);
  const secret = Buffer.from(text.trim(), "hex");
  if (secret.length !== 32)
    throw new ClustrError(
      "unavailable",
      `${file} is damaged. Delete it to make a new one; agents that are running will then have to be restarted.`,
    );
  return secret;
}

/**
 * Where sockets go: beside the data, or, where that has too long a path or a file system without sockets, a private folder
 * below the temp folder; owner and mode are checked there, for others can write in it. Never `$XDG_RUNTIME_DIR`: agents and
 * their hosts outlive a logout, which deletes that, and a server started with another environment must find them again.
 */
async function runtimeFolder(home: string): Promise<string> {
  const own = path.join(home, "run");
  if (Buffer.byteLength(own) <= RUNTIME_LIMIT) {
    await privateFolder(own);
    if (await takesSockets(own)) return own;
    await rmdir(own).catch(() => {});
  }
  const { uid } = userInfo();
  const mark = createHash("sha256").update(home).digest("hex").slice(0, 8);
  const bases = [...new Set(["/tmp", tmpdir()])].map((temp) => path.join(temp, `clustr-${uid}`));
  for (const base of bases) {
    const folder = path.join(base, mark);
    if (Buffer.byteLength(folder) > RUNTIME_LIMIT || !(await mine(base, uid))) continue;
    await privateFolder(folder);
    return folder;
  }
  throw new ClustrError(
    "unavailable",
    `Neither ${own} nor ${bases.join(" nor ")} can be a private folder for sockets. Set CLUSTR_HOME to a folder with a path of at most ${RUNTIME_LIMIT - 4} characters.`,
  );
}

/** Takes away the folder for sockets with the empty ones of agents that have ended, unless a terminal host is still there. */
async function clearEmpty(runtime: string): Promise<void> {
  const found = await readdir(runtime, { withFileTypes: true });
  if (!found.every((entry) => entry.isDirectory())) return;
  for (const { name } of found) await rmdir(path.join(runtime, name));
  await rmdir(runtime);
}

/** Some shared and network folders hold files but no sockets. */
function takesSockets(folder: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(path.join(folder, `probe-${process.pid}`), () => probe.close(() => resolve(true)));
  });
}

async function mine(base: string, uid: number): Promise<boolean> {
  try {
    await privateFolder(base);
    const found = await lstat(base);
    return found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0;
  } catch {
    return false;
  }
}
