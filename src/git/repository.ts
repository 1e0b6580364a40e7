import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

/** What we read of the person's own repository, without ever running git in it. */
export interface Repository {
  /** Its folder of this working tree: index, HEAD. */
  gitDir: string;
  /** Its folder of everything shared between working trees: objects, config, info. */
  common: string;
  config: ReadonlyMap<string, string>;
}

/** The repository whose top is this folder; undefined when there is none, or it cannot be read. */
export async function repositoryOf(folder: string): Promise<Repository | undefined> {
  const dot = path.join(folder, ".git");
  const found = await stat(dot).catch(() => undefined);
  if (!found) return undefined;
  const gitDir = found.isDirectory() ? dot : path.resolve(folder, (await textOf(dot)).replace(/^gitdir: /, "").trim());
  const common = path.resolve(gitDir, (await textOf(path.join(gitDir, "commondir"))).trim() || ".");
  const objects = await stat(path.join(common, "objects")).catch(() => undefined);
  if (!objects?.isDirectory()) return undefined;
  return { gitDir, common, config: plainConfig(await textOf(path.join(common, "config"))) };
}

/** A setting as a yes or no, or undefined when it is not made. */
export function flagOf({ config }: Pick<Repository, "config">, name: string): boolean | undefined {
  const value = config.get(name)?.toLowerCase();
  return value === undefined ? undefined : ["true", "yes", "on", "1", ""].includes(value);
}

/** Attribute files that say how contents change on their way to disk, the person's own included. */
export async function attributesOf(repository: Repository, folder: string, inTree: readonly string[]): Promise<string> {
  const files = [
    path.join(repository.common, "info/attributes"),
    path.join(homedir(), ".config/git/attributes"),
    ...inTree.map((file) => path.join(folder, file)),
  ];
  const named = repository.config.get("core.attributesfile");
  if (named !== undefined) files.push(path.resolve(named.replace(/^~(?=\/)/, homedir())));
  return (await Promise.all(files.map(textOf))).join("\n");
}

/** The text of a file, "" when it cannot be read. */
export async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}

/**
 * Settings of a config file as `section.key`, sections with a name left out. Read by hand and without includes: we only
 * look for a few plain settings, and git itself would follow whatever the file says.
 */
export function plainConfig(text: string): Map<string, string> {
  const config = new Map<string, string>();
  let section = "";
  for (const line of text.split(/\r?\n/)) {
    const head = /^\s*\[([A-Za-z0-9.-]+)\s*("[^]*")?\s*\]/.exec(line);
    if (head) section = head[2] === undefined ? (head[1] ?? "").toLowerCase() : "";
    const setting = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=\s*(.*?)\s*)?(?:[;#].*)?$/.exec(line);
    if (!head && setting && section !== "")
      config.set(`${section}.${(setting[1] ?? "").toLowerCase()}`, setting[2] ?? "");
  }
  return config;
}
