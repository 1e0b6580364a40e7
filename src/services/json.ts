import { readFile } from "node:fs/promises";

// What tools write is theirs to change: these read it without trust, and what has another shape reads as nothing.

/** A value as an object, or an empty one. */
export function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** The strings among the items of a list; none when it is no list. */
export function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

/** The JSON object in a file; empty when the file is missing, damaged or holds something else. */
export async function readObject(path: string): Promise<Record<string, unknown>> {
  try {
    return objectOf(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return {};
  }
}
