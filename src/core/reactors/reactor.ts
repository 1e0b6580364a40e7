import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";

/** What every reactor of a workspace works with, beside the signal that ends it. */
export interface ReactorParts {
  ledger: Ledger;
  live: LiveView;
  newId(): string;
  /** Milliseconds since 1970, by the machine's clock: it may be set back, or forward. */
  now(): number;
  /** Milliseconds of a clock that never jumps. */
  ticks(): number;
  log(message: string, details?: Record<string, unknown>): void;
}
