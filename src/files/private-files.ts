import { chmod, link, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { ClustrError } from "../contract/error.ts";
import type { PrivateFiles, SocketFolders } from "../core/ports/private-files.ts";

const SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Clustr's own files below `base`: folders 0700, files 0600, set explicitly because the umask stays the person's. */
export function privateFiles(base: string): PrivateFiles {
  const inBase = (name: string): string => {
    if (!SAFE.test(name)) throw new ClustrError("internal", `"${name}" is no name for a private file.`);
    return path.join(base, name);
  };

  const folder = async (name: string): Promise<string> => {
    const full = inBase(name);
    await privateFolder(full);
    return full;
  };

  return {
    folder,
    async write(name, content) {
      const full = inBase(name);
      try {
        await replaceFile(full, content, PASSING);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        // Its folder is mostly there: mail is written down before it is handed over, and that should not take long.
        await privateFolder(path.dirname(full));
        await replaceFile(full, content, PASSING);
      }
      return full;
    },
    remove: (name) => rm(inBase(name), { recursive: true, force: true }),
  };
}

/** Folders for sockets below a short runtime folder. */
export function socketFolders(runtime: string): SocketFolders {
  return {
    async folder(id) {
      const full = path.join(runtime, socketName(id));
      await privateFolder(full);
      return full;
    },
    remove: (id) => rm(path.join(runtime, socketName(id)), { recursive: true, force: true }),
  };
}

function socketName(id: string): string {
  if (!SAFE.test(id)) throw new ClustrError("internal", `"${id}" is no name for a folder of sockets.`);
  return id;
}

/** Makes a folder and its parents; the folder itself ends up 0700. */
export async function privateFolder(full: string): Promise<void> {
  await mkdir(full, { recursive: true, mode: 0o700 });
  await chmod(full, 0o700);
}

/** Whether a file must be on the disk when it is written: it outlives a power cut. */
interface Lasting {
  lasting: boolean;
}
/** Files of runs serve processes that a power cut ends as well, and messages wait for them. */
const PASSING: Lasting = { lasting: false };

/** Writes a 0600 file whole: readers see the old or the new text, never a part, also after a loss of power, unless told otherwise. */
export async function replaceFile(full: string, content: string | Uint8Array, how?: Lasting): Promise<void> {
  await withTemporary(full, content, (temporary) => rename(temporary, full), how);
}

/** The same for a file that is not there yet; false, and nothing is written, when somebody else was faster. */
export function createFile(full: string, content: string): Promise<boolean> {
  return withTemporary(full, content, async (temporary) => {
    try {
      await link(temporary, full);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Some file systems have no links: there two at the same moment cannot be told apart.
      if (code !== "EEXIST") return rename(temporary, full).then(() => true);
      await rm(temporary, { force: true });
      return false;
    }
    await rm(temporary, { force: true });
    return true;
  });
}

async function withTemporary<T>(
  full: string,
  content: string | Uint8Array,
  settle: (temporary: string) => Promise<T>,
  { lasting }: Lasting = { lasting: true },
): Promise<T> {
  const temporary = `${full}.${process.pid}.${Math.random().toString(36).slice(2)}.new`;
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(content);
      if (lasting) await file.sync();
    } finally {
      await file.close();
    }
    return await settle(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
