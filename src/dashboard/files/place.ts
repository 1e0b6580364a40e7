/** Where an address points to in the workspace. */
export type Place = { path: string } | { outside: string } | undefined;

/**
 * A path as an address has it, as one inside the workspace: `root` is the workspace's own folder. Programs print paths
 * that are absolute, or relative to the folder they run in (`from`, absolute).
 */
export function placeOf(path: string | undefined, from: string | undefined, root: string): Place {
  if (path === undefined || path === "") return undefined;
  const whole = path.startsWith("/") ? path : `${from ?? root}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const plain = `/${parts.join("/")}`;
  if (plain === root || root === "/") return { path: plain === root ? "" : plain.slice(1) };
  return plain.startsWith(`${root}/`) ? { path: plain.slice(root.length + 1) } : { outside: plain };
}

/** The folders a path lies in, from the outermost; the workspace's own, which is empty, first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
