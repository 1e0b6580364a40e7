/** What the rules file holds now. */
export type RulesText = { text: string } | { problem: "missing" } | { problem: "unreadable"; why: string };

/** The file in which people edit the rules with any editor. */
export interface RulesFile {
  readonly path: string;
  read(): Promise<RulesText>;
  /** Replaces the text (temporary file, then rename). */
  write(text: string): Promise<void>;
  /** Yields after every change that has come to rest, whoever made it. */
  changes(signal: AbortSignal): AsyncIterable<void>;
}
