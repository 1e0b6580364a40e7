/** Characters of a detail that a person is shown; nobody decides by reading more. */
const DETAIL = 16_000;

/** A text on one line of at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}

/** The beginning of a text, and how much is not shown. */
export function cut(text: string, limit = DETAIL): string {
  return text.length > limit ? `${text.slice(0, limit)}\n… (${text.length - limit} more characters)` : text;
}
