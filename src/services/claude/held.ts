import type { HookCall } from "../../core/ports/service.ts";
import type { Hook } from "./hooks.ts";

/** Most requests held at one time; more are left to the terminal. */
const MOST = 64;

interface HeldRequest {
  hook: Hook;
  settle: (answer: object) => void;
}

/**
 * Permission requests whose hook call waits for a person, by the id of the call at the door. The tool's own dialog is open
 * meanwhile, and whoever answers first wins. Once the session is closed a held call is never answered: its connection
 * breaks with the server, and the door asks the next one.
 */
export class Held {
  readonly #requests = new Map<string, HeldRequest>();

  /** Holds a call until it is answered or let go. Resolves at once, without an opinion, when the caller has gone. */
  hold(hook: Hook, call: HookCall): Promise<object> {
    if (call.signal.aborted || this.#requests.size >= MOST) return Promise.resolve({});
    return new Promise((resolve) => {
      const settle = (answer: object): void => {
        if (this.#requests.get(call.requestId) === held) this.#requests.delete(call.requestId);
        call.signal.removeEventListener("abort", gone);
        resolve(answer);
      };
      const gone = (): void => settle({});
      const held: HeldRequest = { hook, settle };
      this.#requests.set(call.requestId, held);
      call.signal.addEventListener("abort", gone, { once: true });
    });
  }

  /** The request that is held under this id. */
  request(id: string | undefined): Hook | undefined {
    return id === undefined ? undefined : this.#requests.get(id)?.hook;
  }

  /** Answers one; false when it is not held (any more). */
  answer(id: string | undefined, answer: object): boolean {
    const held = id === undefined ? undefined : this.#requests.get(id);
    held?.settle(answer);
    return held !== undefined;
  }

  /** Lets go of every request whose dialog is over: answered in the terminal, by Esc, or because the call ran. */
  letGo(open: (id: string) => boolean): void {
    for (const [id, { settle }] of this.#requests) if (!open(id)) settle({});
  }
}
