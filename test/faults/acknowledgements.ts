import { open, readFile, type FileHandle } from "node:fs/promises";
import type { OperationName } from "../../src/contract/operations.ts";

/** What a caller knows of a call. `unknown`: it broke off, so it happened once or not at all. */
export type Outcome = "ok" | "refused" | "unknown";

/** One call as the outside remembers it. */
export interface Remembered {
  /** Its request id. */
  id: string;
  caller: string;
  operation: OperationName;
  input: Record<string, unknown>;
  outcome: Outcome;
  /** What was answered: the output, or the failure. */
  answer?: unknown;
  /** When it was first sent and when its outcome was known, in ms of this process's own clock. */
  began: number;
  ended: number;
  /** It broke off at least once. */
  broken: boolean;
}

/**
 * The memory of what Clustr said, kept outside of it: one line per call in a file. An answer counts only once its line is
 * on the disk, so no crash of whatever kind can make us forget a promise that was given.
 */
export class Acknowledgements {
  readonly file: string;
  readonly #handle: FileHandle;
  #waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  #writing: Promise<void> | undefined;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.#handle = handle;
  }

  static async open(file: string): Promise<Acknowledgements> {
    return new Acknowledgements(file, await open(file, "a", 0o600));
  }

  /** Resolves when it is on the disk; what comes in the meantime shares the next sync. */
  remember(call: Remembered): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ line: `${JSON.stringify(call)}\n`, done, failed });
      this.#writing ??= this.#write();
    });
  }

  /** Everything remembered, read back from the disk. */
  async all(): Promise<Remembered[]> {
    const text = await readFile(this.file, "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Remembered);
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      try {
        await this.#handle.appendFile(batch.map(({ line }) => line).join(""));
        await this.#handle.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = undefined;
  }
}
