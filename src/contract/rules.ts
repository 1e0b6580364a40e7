import { z } from "zod";

/** Bytes of UTF-8 the rules may have: they are part of every agent's context. */
export const RULES_LIMIT = 256_000;

/** One revision of the rules; `by` is the address of who wrote it. */
export const Rules = z.object({
  text: z.string(),
  /** 0 before the first text was written. */
  revision: z.int(),
  by: z.string(),
  at: z.iso.datetime().optional(),
});
export type Rules = z.infer<typeof Rules>;
