import { useEffect, useState } from "react";
import { byteLength } from "../../contract/fold-messages.ts";
import { toFailure } from "../../contract/error.ts";
import type { Message } from "../../contract/message.ts";
import { useHere } from "../live/here.tsx";
import { Body } from "./body.tsx";
import { useKeptOpen } from "./kept-open.ts";
import { whole } from "./plain.ts";

/** A text longer than this is folded. */
const LINES = 14;
const LETTERS = 700;

/** A message's text; a long one is folded, and what the page has only the beginning of is fetched when it is opened. */
export function MessageText({ message, find }: { message: Message; find?: string | undefined }) {
  const { client } = useHere();
  const { id, seq, content, size } = message;
  const [open, setOpen] = useKeptOpen(`text ${id}`);
  const [full, setFull] = useState<string>();
  const [problem, setProblem] = useState("");
  const cut = isCut(message);
  const folded = fold(content);
  const wanted = open && cut && full === undefined;
  useEffect(() => {
    if (!wanted) return;
    let still = true;
    client.call("message.get", { seq }).then(
      (whole) => still && setFull(whole.content),
      (error: unknown) => still && setProblem(toFailure(error).message),
    );
    return () => void (still = false);
  }, [client, seq, wanted]);
  if (folded === undefined && !cut) return <Body text={content} find={find} />;
  return (
    <>
      <div className="message-fold" data-open={open} data-long={(full ?? content).length > 20_000}>
        <Body text={open ? (full ?? content) : (folded ?? content)} find={find} />
      </div>
      <button
        type="button"
        className="message-more"
        aria-expanded={open}
        onClick={() => {
          setProblem("");
          setOpen(!open);
        }}
      >
        {open ? (wanted && !problem ? "Loading the rest…" : "Show less") : `Show all, ${sizeWords(size)}`}
      </button>
      {open && problem && (
        <p className="message-problem" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** The beginning of a text that is too long to be shown at once; undefined when it is not. */
function fold(text: string): string | undefined {
  const end = placeOfLine(text, LINES);
  // Not for the sake of a few words.
  const more = text.length - LETTERS > 200 || placeOfLine(text, LINES + 6) >= 0;
  if (!more) return undefined;
  return `${whole(text.slice(0, end < 0 ? LETTERS : Math.min(end, LETTERS))).trimEnd()} …`;
}

/** Where the line of this number ends; -1 when there are not so many. */
function placeOfLine(text: string, number: number): number {
  let end = -1;
  for (let line = 0; line < number; line++) {
    end = text.indexOf("\n", end + 1);
    if (end < 0) break;
  }
  return end;
}

/** Whether the page has only the beginning. Most texts are short and plain, and are not measured. */
export function isCut({ size, content }: Message): boolean {
  return size > content.length && size > byteLength(content);
}

function sizeWords(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} kB` : "1 MB";
}
