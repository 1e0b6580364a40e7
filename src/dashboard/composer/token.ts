/** A name or path that is being typed after `@` or `#`, right before the caret. */
export interface Token {
  kind: "agent" | "file";
  typed: string;
  /** Where it begins in the text, at its sign, and where it ends. */
  from: number;
  to: number;
}

/** The token the caret stands behind, if any: its sign begins a word. */
export function tokenAt(text: string, caret: number): Token | undefined {
  const [, sign, typed] = /(?:^|\s)([@#])([\p{L}\p{N}_./-]*)$/u.exec(text.slice(0, caret)) ?? [];
  if (sign === undefined || typed === undefined) return undefined;
  return { kind: sign === "@" ? "agent" : "file", typed, from: caret - typed.length - 1, to: caret };
}

/** The text with a token replaced, and where the caret goes. */
export function replaceToken(text: string, { from, to }: Token, by: string): { text: string; caret: number } {
  const space = by === "" || /^\s/.test(text.slice(to)) ? "" : " ";
  return { text: text.slice(0, from) + by + space + text.slice(to), caret: from + by.length + (by === "" ? 0 : 1) };
}
