import { join } from "node:path";
import { objectOf, readObject, stringsOf } from "../json.ts";
import type { Dialog } from "./belief.ts";
import type { AgentLink, Parcel, ProgramSpec } from "../../core/ports/service.ts";
import { text } from "./hooks.ts";

/** A parcel that was handed to the tool, or is just about to be, and was not yet seen by the model. */
export interface InFlight extends Parcel {
  channel: string;
  /** When it was handed, ms since 1970. */
  at: number;
  /** The hook request whose answer carried it: asked again, the answer must carry it again. */
  request?: string | undefined;
}

/** Settled ids remembered, to recognise a parcel that comes again after a crash. */
const REMEMBERED = 500;
const FILE = "run.json";

/**
 * What must be known of a run after a kill of the server, kept in one private file. Parcels are written down before they
 * are handed over: what a crash leaves behind is then either not begun, or in here with its fate to be found out.
 */
export class RunRecord {
  /** How the tool was, or is about to be, started; undefined until that was decided. */
  program: ProgramSpec | undefined;
  /** The conversation this run began or resumed. */
  session: string | undefined;
  resumed = false;
  /** A prompt was accepted in this run. */
  begun = false;
  /** A hook of a turn was heard in this run. Policy can forbid hooks: delivery must then do without them. */
  hooks = false;
  /** The last turn ended in a failure, which was reported. */
  failed = false;
  /** Dialogs that were open when last heard of. */
  dialogs: Dialog[] = [];
  readonly inFlight = new Map<string, InFlight>();
  #settled: string[] = [];
  readonly #link: AgentLink;
  #saved: Promise<unknown> = Promise.resolve();

  private constructor(link: AgentLink) {
    this.#link = link;
  }

  static async load(link: AgentLink): Promise<RunRecord> {
    const record = new RunRecord(link);
    const data = await readObject(join(link.runDir, FILE));
    record.program = programOf(data.program);
    record.session = text(data.session);
    record.resumed = data.resumed === true;
    record.begun = data.begun === true;
    record.hooks = data.hooks === true;
    record.failed = data.failed === true;
    record.dialogs = (Array.isArray(data.dialogs) ? data.dialogs : []) as Dialog[];
    record.#settled = stringsOf(data.settled);
    for (const item of Array.isArray(data.inFlight) ? data.inFlight.map(objectOf) : []) {
      const { id, text: content, channel, at, fromHuman, request } = item;
      if (
        typeof id === "string" &&
        typeof content === "string" &&
        typeof channel === "string" &&
        typeof at === "number"
      ) {
        record.inFlight.set(id, {
          id,
          text: content,
          channel,
          at,
          fromHuman: fromHuman === true,
          request: text(request),
        });
      }
    }
    return record;
  }

  /** Whether this parcel was handed over, or was about to be, at any time lately. */
  knows(id: string): boolean {
    return this.inFlight.has(id) || this.#settled.includes(id);
  }

  /** Parcels that were never touched before. Marks them at once, so that two hand-overs at the same time share nothing out twice. */
  claim(parcels: readonly Parcel[], channel: string, request?: string): InFlight[] {
    const fresh = parcels
      .filter((parcel) => !this.knows(parcel.id))
      .map((parcel) => ({ ...parcel, channel, at: Date.now(), request }));
    for (const parcel of fresh) this.inFlight.set(parcel.id, parcel);
    return fresh;
  }

  /** Takes a claim back: nothing was handed. */
  release(parcels: readonly Parcel[]): void {
    for (const { id } of parcels) this.inFlight.delete(id);
  }

  /** Marks parcels as seen and returns the ids that were not yet. */
  settle(ids: readonly string[]): string[] {
    const news = ids.filter((id) => this.inFlight.delete(id));
    this.#settled = [...this.#settled, ...news].slice(-REMEMBERED);
    return news;
  }

  /** Of these ids, those the model is known to have seen. */
  seen(ids: readonly string[]): string[] {
    return ids.filter((id) => this.#settled.includes(id));
  }

  /** Ids of messages the model has seen lately, oldest first. */
  get settled(): readonly string[] {
    return this.#settled;
  }

  /** The conversation does not hold these any more. */
  forget(ids: readonly string[]): void {
    this.#settled = this.#settled.filter((id) => !ids.includes(id));
  }

  /** Notes how far the run has come; written down when that is news. */
  async note(news: { begun: boolean; hooks: boolean; failed: boolean }): Promise<void> {
    if (this.begun === news.begun && this.hooks === news.hooks && this.failed === news.failed) return;
    Object.assign(this, news);
    await this.save();
  }

  /** Writes the record down, after what is being written already. */
  save(): Promise<void> {
    const write = async (): Promise<void> => {
      const { session, resumed, begun, hooks, failed, dialogs } = this;
      // JSON has no undefined: a variable to be removed from the environment is kept as null.
      const program = this.program && {
        ...this.program,
        env: Object.fromEntries(Object.entries(this.program.env).map(([name, value]) => [name, value ?? null])),
      };
      await this.#link.file(
        FILE,
        JSON.stringify({
          program,
          session,
          resumed,
          begun,
          hooks,
          failed,
          dialogs,
          inFlight: [...this.inFlight.values()],
          settled: this.#settled,
        }),
      );
    };
    const saved = this.#saved.then(write, write);
    this.#saved = saved.catch(() => {});
    return saved;
  }
}

function programOf(value: unknown): ProgramSpec | undefined {
  const { command, args, env } = objectOf(value);
  if (typeof command !== "string") return undefined;
  const entries = Object.entries(objectOf(env)).map(([name, one]): [string, string | undefined] => [
    name,
    typeof one === "string" ? one : undefined,
  ]);
  return { command, args: stringsOf(args), env: Object.fromEntries(entries) };
}
