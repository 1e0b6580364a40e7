import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { ClustrError } from "../../contract/error.ts";
import type { TerminalSpec } from "../../core/ports/terminal.ts";

/** Columns or rows a terminal may have. */
const SIZE_LIMIT = 1_000;

/** Rejects with `invalid`, saying what to do, when a terminal cannot be started like this. */
export async function checkUsable(spec: TerminalSpec): Promise<void> {
  if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/.test(spec.id)) {
    throw new ClustrError(
      "invalid",
      `"${spec.id}" cannot name a terminal. Use letters, digits, ".", "_" and "-", at most 200, not beginning with a dot.`,
    );
  }
  checkSize(spec.cols, spec.rows);
  if (!isAbsolute(spec.command))
    throw new ClustrError("invalid", `"${spec.command}" is not an absolute path of a program. Give the full path.`);
  const program = await stat(spec.command).catch(() => undefined);
  if (!program)
    throw new ClustrError("invalid", `There is no program ${spec.command}. Install it, or correct its path.`);
  const executable =
    program.isFile() &&
    (await access(spec.command, constants.X_OK).then(
      () => true,
      () => false,
    ));
  if (!executable)
    throw new ClustrError(
      "invalid",
      `${spec.command} cannot be run: it is ${program.isFile() ? "not executable (chmod +x may help)" : "not a program"}.`,
    );
  const folder = await stat(spec.cwd).catch(() => undefined);
  if (!folder)
    throw new ClustrError("invalid", `There is no folder ${spec.cwd} to start in. Create it, or choose another.`);
  if (!folder.isDirectory())
    throw new ClustrError("invalid", `${spec.cwd} is not a folder, so nothing can start in it. Choose a folder.`);
  if (
    !(await access(spec.cwd, constants.X_OK).then(
      () => true,
      () => false,
    ))
  ) {
    throw new ClustrError(
      "invalid",
      `The folder ${spec.cwd} may not be entered by you. Change its permissions, or choose another.`,
    );
  }
}

/** Rejects a size no terminal can have. */
export function checkSize(cols: number, rows: number): void {
  const good = (value: number) => Number.isInteger(value) && value >= 1 && value <= SIZE_LIMIT;
  if (!good(cols) || !good(rows))
    throw new ClustrError(
      "invalid",
      `A terminal of ${cols}x${rows} is not possible: both must be whole numbers from 1 to ${SIZE_LIMIT}.`,
    );
}
