import { createHash, randomBytes } from "node:crypto";
import { lstat, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { ClustrError } from "../contract/error.ts";
import { privateFolder, replaceFile } from "./private-files.ts";

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
  /** Takes the announcement back, if it is still this process's. */
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
  return {
    path: home,
    runtime: await runtimeFolder(home),
    secret: await secretOf(path.join(home, "secret")),
    announce: (server) => replaceFile(announced, `${JSON.stringify(server)}\n`),
    async retract() {
      const text = await readFile(announced, "utf8").catch(() => "");
      if (text.includes(`"pid":${process.pid},`)) await rm(announced, { force: true });
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
    await replaceFile(file, `${secret.toString("hex")}\n`);
    return secret;
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

/** `$XDG_RUNTIME_DIR`, else a private folder in the temp folder; owner and mode are checked, for others can write there. */
async function runtimeFolder(home: string): Promise<string> {
  const mark = createHash("sha256").update(home).digest("hex").slice(0, 8);
  const { uid } = userInfo();
  const given = process.env["XDG_RUNTIME_DIR"];
  const bases = given ? [path.join(given, "clustr")] : [];
  bases.push(path.join(tmpdir(), `clustr-${uid}`), path.join("/tmp", `clustr-${uid}`));
  for (const base of bases) {
    const folder = path.join(base, mark);
    if (Buffer.byteLength(folder) > RUNTIME_LIMIT || !(await mine(base, uid))) continue;
    await privateFolder(folder);
    return folder;
  }
  throw new ClustrError(
    "unavailable",
    `None of ${bases.join(", ")} can be a private folder for sockets. Set XDG_RUNTIME_DIR to a short folder that only you can enter.`,
  );
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
