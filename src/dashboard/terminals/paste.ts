/** Bytes one paste may have; the server takes no more before the program has read it. */
export const PASTE_LIMIT = 900_000;

/** Text that waits for a yes. */
export interface PendingPaste {
  text: string;
  lines: number;
}

/**
 * What may be pasted of a text: no control characters but tab and line ends. An escape sequence hidden in a copied text
 * could otherwise end the paste early and go on as if it were typed.
 */
export function cleanPaste(text: string): string {
  return (
    text
      .replace(/\r\n?/g, "\n")
      // oxlint-disable-next-line no-control-regex -- control characters are what this is about.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
  );
}

/** How many lines would be entered at once, or 0 when nothing is. A line end at the very end counts: it enters the line. */
export function linesEntered(text: string, bracketed: boolean): number {
  if (bracketed || !text.includes("\n")) return 0;
  return text.replace(/\n$/, "").split("\n").length;
}

/** The text without line ends, so that nothing is entered before the person does. */
export function asOneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}

export function isTooLong(text: string): boolean {
  return text.length > PASTE_LIMIT || new TextEncoder().encode(text).length > PASTE_LIMIT;
}
