import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentLink } from "../../core/ports/service.ts";

const NAME = "asked.json";
/** Questions remembered, oldest forgotten first; far fewer are open at a time. */
const REMEMBERED = 100;

/**
 * Questions the person was shown, by key. They stay the person's, whatever policy is set since: Codex asks them again on
 * every new connection, of the next server too.
 */
export class Theirs {
  readonly #link: Pick<AgentLink, "log" | "file" | "runDir">;
  #keys: string[] = [];
  #saved: Promise<unknown> = Promise.resolve();

  constructor(link: Pick<AgentLink, "log" | "file" | "runDir">) {
    this.#link = link;
  }

  /** Reads what an earlier server of this run wrote down. */
  async restore(): Promise<void> {
    const text = await readFile(join(this.#link.runDir, NAME), "utf8").catch(() => "[]");
    try {
      this.#keys = (JSON.parse(text) as unknown[]).filter((key) => typeof key === "string");
    } catch {
      this.#link.log("The record of what a person was asked is damaged: a policy may settle what is still open");
    }
  }

  has(key: string): boolean {
    return this.#keys.includes(key);
  }

  add(key: string): void {
    if (this.has(key)) return;
    this.#keys = [...this.#keys, key].slice(-REMEMBERED);
    const write = (): Promise<unknown> => this.#link.file(NAME, JSON.stringify(this.#keys));
    this.#saved = this.#saved
      .then(write)
      .catch((error: unknown) =>
        this.#link.log("What a person is asked could not be written down", { error: String(error) }),
      );
  }
}
