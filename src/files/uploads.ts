import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { ClustrError } from "../contract/error.ts";
import type { UploadedFile, Uploads } from "../core/ports/uploads.ts";
import { privateFolder, replaceFile } from "./private-files.ts";

const NAME = /^[a-z0-9][a-z0-9-]*\.[a-z]+$/;

/** Uploads in a folder of ours: 0700, each 0600. */
export function uploadFolder(folder: string): Uploads {
  const fileOf = (name: string): string => {
    if (!NAME.test(name)) throw new ClustrError("internal", `"${name}" is no name for an upload.`);
    return path.join(folder, name);
  };
  const look = async (name: string): Promise<UploadedFile | undefined> => {
    const full = fileOf(name);
    const found = await stat(full).catch(() => undefined);
    return found?.isFile() ? { name, path: full, size: found.size, saved: found.mtimeMs } : undefined;
  };

  return {
    async save(name, bytes) {
      const full = fileOf(name);
      await privateFolder(folder);
      const now = new Date();
      if ((await look(name))?.size === bytes.length) await utimes(full, now, now);
      else await replaceFile(full, bytes);
      return { name, path: full, size: bytes.length, saved: now.getTime() };
    },
    async list() {
      const names = await readdir(folder).catch(() => [] as string[]);
      const found = await Promise.all(names.filter((name) => NAME.test(name)).map(look));
      return found.filter((one) => one !== undefined);
    },
    read: async (name) => (NAME.test(name) ? readFile(fileOf(name)).catch(() => undefined) : undefined),
    remove: (name) => rm(fileOf(name), { force: true }),
  };
}
