import { useEffect, useState } from "react";
import { toFailure } from "../../contract/error.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { useHere, useOnline } from "../live/here.tsx";
import { remember, remembered } from "../live/remembered.ts";

/** Bytes of a part, and how much of a file is shown at most: more is for an editor. */
const PART = 500_000;
const MOST = 4_000_000;
/** Bytes of a picture that is drawn. */
const PICTURE = 1_000_000;
/** A file that is written again and again is read once, when that is over. Milliseconds. */
const SETTLE_MS = 250;

const PICTURES: Record<string, string> = {
  ...{ png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp" },
};

/** A file as far as it is shown. */
export interface Content {
  path: string;
  text: string;
  size: number;
  binary: boolean;
  /** A picture as an address; pictures are drawn, never run. */
  picture?: string;
  /** How much of it is here, in bytes; it goes on after that. */
  until?: number | undefined;
  /** It goes on, but is not shown any further. */
  tooLong: boolean;
}

/**
 * A file's content, read again when it was written. `written` is when that was last seen; `parts` how many parts are
 * wanted. A `problem` beside content is one of reading it anew, or further.
 */
export function useContent(
  path: string,
  written: string | undefined,
  parts: number,
): { content: Content | undefined; problem: string | undefined; again: () => void } {
  const { client, workspace } = useHere();
  const online = useOnline();
  const place = `${workspace.id} content ${path}`;
  const [content, setContent] = useState(() => remembered<Content>(place));
  const [problem, setProblem] = useState<{ path: string; why: string }>();
  const [turn, setTurn] = useState(0);
  const fresh = content?.path !== path;
  useEffect(() => {
    if (!online) return undefined;
    const gone = new AbortController();
    const { signal } = gone;
    const read = async () => {
      let text = "";
      let next: number | undefined = 0;
      for (let part = 0; part < parts && next !== undefined; part++) {
        const answer: Output<Operations["file.read"]> = await client.call(
          "file.read",
          { path, offset: next, limit: PART },
          { signal },
        );
        const { size, binary } = answer;
        if (binary) {
          const picture = await pictureOf(size);
          return { path, text: "", size, binary, tooLong: false, ...(picture !== undefined && { picture }) };
        }
        text += answer.content;
        next = answer.next;
        if (next === undefined || part === parts - 1)
          return { path, text, size, binary, until: next, tooLong: next !== undefined && next >= MOST };
      }
      return undefined;
    };
    const pictureOf = async (size: number) => {
      const kind = PICTURES[path.slice(path.lastIndexOf(".") + 1).toLowerCase()];
      if (kind === undefined || size > PICTURE) return undefined;
      const answer = await client.call("file.read", { path, limit: PICTURE, as: "base64" }, { signal });
      return `data:${kind};base64,${answer.content}`;
    };
    const timer = setTimeout(
      () =>
        void read().then(
          (found) => {
            if (signal.aborted || !found) return;
            remember(place, found);
            setContent(found);
            setProblem(undefined);
          },
          (error: unknown) => !signal.aborted && setProblem({ path, why: toFailure(error).message }),
        ),
      fresh ? 0 : SETTLE_MS,
    );
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
    // `fresh` follows from the answer.
  }, [client, online, path, written, parts, turn]); // oxlint-disable-line react/exhaustive-deps
  return {
    content: fresh ? undefined : content,
    problem: problem?.path === path ? problem.why : undefined,
    again: () => setTurn((was) => was + 1),
  };
}
