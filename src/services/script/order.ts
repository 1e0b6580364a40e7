import type { Answer } from "../../contract/attention.ts";

/** What Clustr wants of the program in the terminal, beside messages. */
export type Order = { id: string } & (
  | { order: "interrupt" }
  /** A person's answer to the question of this key. */
  | { order: "answer"; key: string; answer: Answer }
);

/** What became of an order. */
export interface Done {
  id: string;
  /** Why it had no effect, if so. */
  problem?: string | undefined;
}
