// oxlint-disable no-control-regex -- control characters are what this is about.
/** Colours and movements of a terminal: they mean nothing in a message. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** Marks that turn the direction of what follows: with them a text can be made to read as something else. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/** A text as it can be shown: without a terminal's escapes; other control characters become visible signs. */
export function plainText(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(ESCAPES, "")
    .replace(TURNS, "")
    .replace(CONTROLS, (sign) => (sign === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + sign.charCodeAt(0))));
}

/** The beginning of a text in one line. */
export function firstLine(text: string, most = 120): string {
  const line = plainText(text.slice(0, most * 4))
    .replace(/\s+/g, " ")
    .trim();
  return line.length > most ? `${whole(line.slice(0, most))}…` : line;
}

/** The text of a cut that may have split a character in two. */
export function whole(text: string): string {
  return text.replace(/[\uD800-\uDBFF]$/, "");
}
