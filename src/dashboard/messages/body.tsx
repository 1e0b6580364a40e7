import { Fragment, type ReactNode } from "react";
import { plainText } from "./plain.ts";

/** Code in fences, code in ticks, an address. */
const PARTS = /(\n*```[^\n]*\n[\s\S]*?(?:```|$)\n*)|(`[^`\n]+`)|(\bhttps?:\/\/[^\s<>"'`\])]+)/;

interface BodyProps {
  text: string;
  /** Words to mark. */
  find?: string | undefined;
}

/** What somebody wrote: text and nothing but text, with code set as code and addresses as links. */
export function Body({ text, find }: BodyProps) {
  const words = find?.split(/\s+/).filter(Boolean) ?? [];
  const pattern = words.length > 0 ? new RegExp(`(${words.map(escape).join("|")})`, "i") : undefined;
  return (
    <div className="message-text" dir="auto">
      {plainText(text)
        .split(PARTS)
        .map((part, at) => part && <Fragment key={at}>{shown(part, pattern)}</Fragment>)}
    </div>
  );
}

function shown(part: string, pattern: RegExp | undefined): ReactNode {
  const fence = /^\n*```[^\n]*\n/.exec(part)?.[0];
  if (fence !== undefined) {
    const code = part.slice(fence.length).replace(/(?:```)?\n*$/, "");
    return <pre dir="ltr">{marked(code.replace(/\n$/, ""), pattern)}</pre>;
  }
  if (part.length > 2 && part.startsWith("`") && part.endsWith("`"))
    return <code dir="ltr">{marked(part.slice(1, -1), pattern)}</code>;
  if (/^https?:\/\/\S+$/.test(part))
    return (
      <a href={part} target="_blank" rel="noopener noreferrer" dir="ltr">
        {marked(part, pattern)}
      </a>
    );
  return marked(part, pattern);
}

function marked(text: string, pattern: RegExp | undefined): ReactNode {
  if (!pattern) return text;
  // Every second part is what the pattern found.
  return text.split(pattern).map((part, at) => (at % 2 === 1 ? <mark key={at}>{part}</mark> : part));
}

function escape(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
