import type { Parcel } from "../../core/ports/service.ts";

/** How many ids of the past are remembered, of turns that ended and of prompts that were seen. */
const REMEMBERED = 200;
/** Between ids in the one id that Codex keeps with a prompt; no message id has it. */
const BETWEEN = ",";

/** What of the mail must outlive the server, lest a prompt be lost or doubled. */
export interface MailRecord {
  /** Prompts sent to the app-server (or about to be) that no model request is known to have carried. */
  handed: Parcel[];
  /** Ids of the last ones that one has. */
  seen: string[];
}

/**
 * What has been handed to Codex and not been seen in a model request. Codex takes a prompt at any time: at rest it
 * begins a turn, else it waits in the running turn for the next model request. But a turn that is interrupted drops what
 * waits in it, so each prompt is remembered with its turn until Codex shows it as part of the conversation.
 */
export class Mail {
  readonly #open = new Map<string, { parcel: Parcel; turn: string | undefined }>();
  #endedTurns: string[] = [];
  #seen: string[] = [];

  /** Prompts without evidence, in the order they were handed over. */
  get open(): Parcel[] {
    return [...this.#open.values()].map(({ parcel }) => parcel);
  }

  /** What must be known after a restart. */
  get record(): MailRecord {
    return { handed: this.open, seen: this.#seen };
  }

  restore({ handed, seen }: MailRecord): void {
    this.#seen = seen;
    this.add(handed);
  }

  /** Already handed over in this run: sending it again would double it. */
  has(id: string): boolean {
    return this.#open.has(id) || this.wasSeen(id);
  }

  wasSeen(id: string): boolean {
    return this.#seen.includes(id);
  }

  /** Notes prompts that are about to be sent, or may have been by a server that died. */
  add(parcels: Parcel[]): void {
    for (const parcel of parcels) this.#open.set(parcel.id, { parcel, turn: undefined });
  }

  /** Codex did not take these. */
  drop(parcels: Parcel[]): void {
    for (const { id } of parcels) this.#open.delete(id);
  }

  /** The conversation that held these, or in which they were on their way, is gone: they may be handed over again. */
  forget(ids: string[]): void {
    const gone = new Set(ids);
    for (const id of gone) this.#open.delete(id);
    this.#seen = this.#seen.filter((id) => !gone.has(id));
  }

  /** Codex took these into this turn. Returns those that are lost because it has ended by now. */
  taken(parcels: Parcel[], turn: string): Parcel[] {
    for (const { id } of parcels) {
      const entry = this.#open.get(id);
      if (entry) entry.turn = turn;
    }
    return this.#endedTurns.includes(turn) ? this.#lostWith(turn) : [];
  }

  /** A turn has ended. Returns what was waiting in it and is gone with it. */
  ended(turn: string): Parcel[] {
    this.#endedTurns = [...this.#endedTurns, turn].slice(-REMEMBERED);
    return this.#lostWith(turn);
  }

  /** Ids whose evidence has come just now, of those that were handed over. */
  shown(ids: string[]): string[] {
    const fresh = ids.filter((id) => this.#open.delete(id));
    this.#seen = [...this.#seen, ...fresh].slice(-REMEMBERED);
    return fresh;
  }

  #lostWith(turn: string): Parcel[] {
    return [...this.#open.values()].filter((entry) => entry.turn === turn).map(({ parcel }) => parcel);
  }
}

/** The id Codex keeps with a prompt made of these parcels. */
export function promptId(parcels: Parcel[]): string {
  return parcels.map(({ id }) => id).join(BETWEEN);
}

/** Ids of the parcels a prompt in the conversation was made of; none for what a person typed. */
export function idsOf(clientId: string | null): string[] {
  return clientId === null ? [] : clientId.split(BETWEEN);
}
