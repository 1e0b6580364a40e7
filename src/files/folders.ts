import { createHash } from "node:crypto";
import { access, constants, realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { FolderLook, Folders } from "../core/ports/folders.ts";

/** The person's folders on this machine. */
export const folders: Folders = {
  async look(asked): Promise<FolderLook> {
    try {
      const real = await realpath(asked);
      if (!(await stat(real)).isDirectory()) return { problem: "not_a_folder" };
      await access(real, constants.R_OK | constants.X_OK);
      return { real };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EPERM") return { problem: "forbidden" };
      if (code === "ENOTDIR") return { problem: "not_a_folder" };
      return { problem: "missing" };
    }
  },
  real: realAsFarAsThere,
  resolve: (base, asked) => path.resolve(base, asked),
  idOf: (real) => createHash("sha256").update(real).digest("hex").slice(0, 10),
  nameOf: (asked) => path.basename(asked) || asked,
  inside(base, real) {
    const relative = path.relative(base, real);
    return (
      relative === "" || (!relative.startsWith(`..${path.sep}`) && relative !== ".." && !path.isAbsolute(relative))
    );
  },
};

async function realAsFarAsThere(asked: string): Promise<string> {
  try {
    return await realpath(asked);
  } catch {
    const above = path.dirname(asked);
    return above === asked ? asked : path.join(await realAsFarAsThere(above), path.basename(asked));
  }
}
