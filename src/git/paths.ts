import path from "node:path";

/**
 * The name of a file on disk for a path below a folder. Paths carry one byte per character because names on disk need not
 * be UTF-8; Node takes such names as bytes.
 */
export function onDisk(folder: string, inside: string): Buffer {
  return Buffer.concat([Buffer.from(folder), Buffer.from("/"), Buffer.from(inside, "latin1")]);
}

/** Whether a path stays below its folder and is none of git's own: anything else is refused before a file is touched. */
export function isSafe(inside: string): boolean {
  const parts = inside.split("/");
  return (
    inside !== "" &&
    !inside.includes("\0") &&
    parts.every((part) => part !== "" && part !== "." && part !== ".." && part.toLowerCase() !== ".git")
  );
}

/** The folder a path lies in, "" for the top. */
export function parentOf(inside: string): string {
  const parent = path.posix.dirname(inside);
  return parent === "." ? "" : parent;
}
