import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentLink, Parcel } from "../../core/ports/service.ts";

const NAME = "codex.json";

/** What must outlive the server to take a running agent over without losing or doubling a prompt. */
export interface RunRecord {
  /** The thread the agent works in. */
  thread: string;
  /** Prompts sent to the app-server (or about to be) of which no model request has been seen. */
  handed: Parcel[];
}

/** The run's record on disk. Absent until the first prompt is about to be sent. */
export class RunFile {
  readonly #link: AgentLink;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(link: AgentLink) {
    this.#link = link;
  }

  async read(): Promise<RunRecord | undefined> {
    const text = await readFile(join(this.#link.runDir, NAME), "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as RunRecord;
    } catch {
      this.#link.log("The record of this run is damaged; what the conversation holds is asked of Codex instead");
      return undefined;
    }
  }

  /** Resolves when the record is written; later calls are written later. */
  write(record: RunRecord): Promise<unknown> {
    const text = JSON.stringify(record);
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#link.file(NAME, text));
    return this.#writing;
  }
}
