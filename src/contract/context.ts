import { z } from "zod";

/** Bytes of UTF-8 a value may have. */
export const VALUE_LIMIT = 256_000;
/** Keys a workspace may have at once, and keys whose readers are remembered. */
export const KEYS_LIMIT = 10_000;

/** A label: one line of at most 200 characters, whatever they are, without a space at its ends. */
export const ContextKey = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, "A key is one line without control characters.")
  .refine((key) => key.trim() === key, "A key neither starts nor ends with a space.");

/** A key of the shared context with its present value. */
export const ContextEntry = z.object({
  key: ContextKey,
  value: z.string(),
  /** Counts writes and removals of this key, from 1. */
  revision: z.int(),
  /** Address of who wrote it. */
  by: z.string(),
  at: z.iso.datetime(),
  /** Ledger position of the write. */
  seq: z.int(),
});
export type ContextEntry = z.infer<typeof ContextEntry>;

/** One write or removal of a key, as its history has it. */
export const ContextRevision = ContextEntry.omit({ value: true }).extend({
  /** Absent when this revision removed the key. */
  value: z.string().optional(),
});
export type ContextRevision = z.infer<typeof ContextRevision>;
