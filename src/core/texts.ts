import { ClustrError } from "../contract/error.ts";
import { byteLength } from "../contract/fold-messages.ts";

/** Rejects an empty, blank or too long text with a clear error. */
export function checkText(what: string, text: string, limit: number): void {
  if (text.length === 0) throw new ClustrError("invalid", `${what} is empty; write something.`);
  if (text.trim() === "")
    throw new ClustrError("invalid", `${what} holds nothing but white space; nothing was done. Write something.`);
  const bytes = byteLength(text);
  if (bytes > limit)
    throw new ClustrError(
      "too_large",
      `${what} has ${bytes} bytes; at most ${limit} are possible. Put it into a file and send its path.`,
    );
}
