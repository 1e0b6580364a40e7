import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { AgentLink } from "../../core/ports/service.ts";
import type { MailRecord } from "./mail.ts";

const NAME = "codex.json";

/** What must outlive the server to take a running agent over. */
export interface RunRecord extends MailRecord {
  /** The thread the agent works in. */
  thread: string;
}

/** The run's record on disk. Absent until the first prompt is about to be sent. */
export class RunFile {
  readonly #link: AgentLink;
  readonly #signal: AbortSignal;
  #writing: Promise<unknown> = Promise.resolve();

  /** After `signal` nothing is written any more: the next session of the run may have read the record by then. */
  constructor(link: AgentLink, signal: AbortSignal) {
    this.#link = link;
    this.#signal = signal;
  }

  async read(): Promise<RunRecord | undefined> {
    const text = await readFile(join(this.#link.runDir, NAME), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as RunRecord;
    } catch {
      this.#link.log("The record of a Codex run is damaged: prompts on their way when the server ended are not known");
      return undefined;
    }
  }

  /** Resolves when the record is written, as a whole or not at all; later calls are written later. */
  write(record: RunRecord): Promise<unknown> {
    const text = JSON.stringify(record);
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(async () => {
        this.#signal.throwIfAborted();
        const path = await this.#link.file(`${NAME}.new`, text);
        this.#signal.throwIfAborted();
        await rename(path, join(this.#link.runDir, NAME));
      });
    return this.#writing;
  }
}
