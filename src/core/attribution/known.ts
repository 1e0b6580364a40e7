import type { FileChange, FileState } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { FileContent, Tree } from "../ports/tree.ts";
import { sameState } from "./same-state.ts";

/** What the folder held when it was last looked at: path, stamp and hash of every file that is followed. */
export class Known {
  readonly #tree: Tree;
  readonly #blobs: Blobs;
  readonly #files = new Map<string, { stamp: string | undefined; state: FileState }>();

  /** Of the last look: what came into view and need not be new. */
  #revealed = new Set<string>();

  constructor(tree: Tree, blobs: Blobs, files: ReadonlyMap<string, FileState> = new Map()) {
    this.#tree = tree;
    this.#blobs = blobs;
    for (const [path, state] of files) this.#files.set(path, { stamp: undefined, state });
  }

  state(path: string): FileState | undefined {
    return this.#files.get(path)?.state;
  }

  /** Whether what the last look found new at a path may have been there before. */
  wasRevealed(path: string): boolean {
    return this.#revealed.has(path);
  }

  paths(): string[] {
    return [...this.#files.keys()];
  }

  files(): Map<string, FileState> {
    return new Map([...this.#files].map(([path, { state }]) => [path, state]));
  }

  /** What has changed since the last look, everywhere or at some paths. */
  async look(paths?: readonly string[]): Promise<FileChange[]> {
    const listed = paths ? undefined : await this.#tree.list();
    const changes: FileChange[] = [];
    this.#revealed = new Set();
    for (const path of paths ?? new Set([...this.#files.keys(), ...(listed?.keys() ?? [])])) {
      const was = this.#files.get(path);
      // A file that is only ignored now is not gone.
      const seen = listed?.get(path) ?? (await this.#tree.see(path));
      if (was && was.stamp !== undefined && was.stamp === seen?.stamp) continue;
      const state = seen && (seen.state ?? (await this.#read(path)));
      this.note(path, state, seen?.stamp);
      if (!was && seen?.revealed) this.#revealed.add(path);
      if (!sameState(was?.state, state)) changes.push({ path, before: was?.state, after: state });
    }
    return changes;
  }

  /** Without a stamp the next look reads it again. */
  note(path: string, state: FileState | undefined, stamp?: string): void {
    if (state) this.#files.set(path, { stamp, state });
    else this.#files.delete(path);
  }

  async content(state: FileState | undefined): Promise<FileContent | undefined> {
    return state && { kind: state.kind, mode: state.mode, bytes: await this.#blobs.get(state.blob) };
  }

  async #read(path: string): Promise<FileState | undefined> {
    const content = await this.#tree.read(path);
    return content && { kind: content.kind, mode: content.mode, blob: await this.#blobs.put(content.bytes) };
  }
}
