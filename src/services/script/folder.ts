import { appendFile, mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import path from "node:path";

/** The agent's folder as a script may change it: nothing outside, links followed. Paths are relative to the folder. */
export class Folder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(await this.#inside(file), text);
  }

  async append(file: string, text: string): Promise<void> {
    await appendFile(await this.#inside(file), text);
  }

  /** Replaces the one place where `from` stands. @throws Error when it stands nowhere or more than once. */
  async edit(file: string, from: string, to: string): Promise<void> {
    const target = await this.#inside(file);
    const parts = (await readFile(target, "utf8")).split(from);
    if (from === "" || parts.length !== 2)
      throw new Error(`${file} has the text to replace ${parts.length - 1} times; it must be there exactly once`);
    await writeFile(target, parts.join(to));
  }

  async read(file: string): Promise<string> {
    return readFile(await this.#inside(file), "utf8");
  }

  /** A file by its one name: relative to the folder, links followed, without `.` and `..`. Creates nothing. */
  async nameOf(file: string): Promise<string> {
    const root = await realpath(this.#root);
    let known = path.resolve(root, file);
    let rest = "";
    for (;;) {
      const real = await realpath(known).catch(() => undefined);
      if (real !== undefined) return path.relative(root, path.join(real, rest));
      rest = path.join(path.basename(known), rest);
      known = path.dirname(known);
    }
  }

  /** The absolute path of a file whose folder exists afterwards. */
  async #inside(file: string): Promise<string> {
    const root = await realpath(this.#root);
    const wanted = path.resolve(root, file);
    if (!isWithin(wanted, root)) throw new Error(`${file} lies outside the agent's folder`);
    await mkdir(path.dirname(wanted), { recursive: true });
    const real = path.join(await realpath(path.dirname(wanted)), path.basename(wanted));
    const target = await realpath(real).catch(() => real);
    if (!isWithin(target, root)) throw new Error(`${file} leads outside the agent's folder`);
    return target;
  }
}

function isWithin(file: string, folder: string): boolean {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
