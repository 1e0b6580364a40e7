import { createHash } from "node:crypto";
import { ClustrError } from "../../src/contract/error.ts";
import type { Blobs } from "../../src/core/ports/blobs.ts";
import type { FileContent, Seen, Tree } from "../../src/core/ports/tree.ts";

/** A folder in memory, with files and links, that keeps every promise of the port but durability. */
export class MemoryFolder implements Tree {
  readonly #files = new Map<string, { content: FileContent; stamp: string }>();
  #writes = 0;

  async read(path: string): Promise<FileContent | undefined> {
    return this.#files.get(path)?.content;
  }

  async list(): Promise<Map<string, Seen>> {
    return new Map([...this.#files].map(([path, { stamp }]) => [path, { stamp }]));
  }

  async see(path: string): Promise<Seen | undefined> {
    const found = this.#files.get(path);
    return found && { stamp: found.stamp };
  }

  async swap(path: string, expected: FileContent | undefined, next: FileContent | undefined): Promise<boolean> {
    if (shown(this.#files.get(path)?.content) !== shown(expected)) return false;
    const parts = path.split("/");
    const above = parts.slice(0, -1).map((_part, i) => parts.slice(0, i + 1).join("/"));
    const below = [...this.#files.keys()].some((other) => other.startsWith(`${path}/`));
    if (next && (below || above.some((folder) => this.#files.has(folder)))) return false;
    this.write(path, next);
    return true;
  }

  /** What somebody does behind everybody's back. */
  write(path: string, content: FileContent | undefined): void {
    if (content) this.#files.set(path, { content, stamp: String(++this.#writes) });
    else this.#files.delete(path);
  }

  /** Everything in it, in a form that compares. */
  shown(): Record<string, string> {
    const paths = [...this.#files.keys()].sort();
    return Object.fromEntries(paths.map((path) => [path, shown(this.#files.get(path)?.content)]));
  }
}

export function shown(content: FileContent | undefined): string {
  if (!content) return "nothing";
  const text = Buffer.from(content.bytes).toString("latin1");
  return content.kind === "link" ? `-> ${text}` : `${content.mode.toString(8)} ${text}`;
}

export function memoryBlobs(): Blobs {
  const kept = new Map<string, Uint8Array>();
  return {
    async put(bytes) {
      const hash = createHash("sha1").update(bytes).digest("hex");
      kept.set(hash, bytes.slice());
      return hash;
    },
    async get(hash) {
      const bytes = kept.get(hash);
      if (!bytes) throw new ClustrError("not_found", `No content ${hash}.`);
      return bytes;
    },
  };
}

export function file(text: string, mode = 0o644): FileContent {
  return { kind: "file", mode, bytes: Buffer.from(text, "latin1") };
}

export function link(target: string): FileContent {
  return { kind: "link", mode: 0o777, bytes: Buffer.from(target, "latin1") };
}
