/** What the rules file holds now; `changed`: when it was last written, in milliseconds since 1970. */
export type RulesText =
  | { text: string; changed: number }
  | { problem: "missing" }
  | { problem: "unreadable"; why: string };

/** The file in which people edit the rules with any editor. */
export interface RulesFile {
  readonly path: string;
  read(): Promise<RulesText>;
  /** Replaces the text (temporary file, then rename). */
  write(text: string): Promise<void>;
  /** Yields after every change that has come to rest, whoever made it, and once at the start: a change may have come before it. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}
