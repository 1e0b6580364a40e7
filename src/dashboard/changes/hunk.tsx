import { Button } from "../controls/button.tsx";
import type { Hunk } from "./types.ts";
import { CONFLICTS } from "./words.ts";

interface HunkProps {
  hunk: Hunk;
  /** Old and new side by side. */
  split: boolean;
  onComment: () => void;
  /** Undefined: it cannot be taken back now. */
  onRollBack: (() => void) | undefined;
}

/** Changed lines that belong together, with a few untouched ones around them. */
export function HunkView({ hunk, split, onComment, onRollBack }: HunkProps) {
  const { number, old_line, new_line, before, now, conflict, cut } = hunk;
  return (
    <article className="hunk" aria-label={`Hunk ${number}`}>
      <header>
        <span className="hunk-where">
          −{old_line},{before.length} +{new_line},{now.length}
        </span>
        {conflict && (
          <span className="hunk-held" title={CONFLICTS[conflict].why}>
            ▲ {CONFLICTS[conflict].short}
          </span>
        )}
        <span className="hunk-tools">
          <Button look="quiet" aria-label={`Comment on hunk ${number}`} onClick={onComment}>
            Comment
          </Button>
          {onRollBack && (
            <Button look="quiet" aria-label={`Roll back hunk ${number}`} onClick={onRollBack}>
              Roll back
            </Button>
          )}
        </span>
      </header>
      {split ? <Split hunk={hunk} /> : <Unified hunk={hunk} />}
      {cut !== undefined && <p className="diff-note muted">… {cut} more lines</p>}
    </article>
  );
}

interface Row {
  side: "same" | "removed" | "added";
  old?: number;
  new?: number;
  text: string;
}

function rowsOf({ old_line, new_line, before, now, above, below }: Hunk): Row[] {
  const same = (lines: string[], old: number, fresh: number): Row[] =>
    lines.map((text, at) => ({ side: "same", old: old + at, new: fresh + at, text }));
  return [
    ...same(above, old_line - above.length, new_line - above.length),
    ...before.map((text, at): Row => ({ side: "removed", old: old_line + at, text })),
    ...now.map((text, at): Row => ({ side: "added", new: new_line + at, text })),
    ...same(below, old_line + before.length, new_line + now.length),
  ];
}

const SIGN = { same: " ", removed: "−", added: "+" } as const;
const SAID = { same: "", removed: "removed", added: "added" } as const;

function Unified({ hunk }: { hunk: Hunk }) {
  return (
    <table className="code">
      <tbody>
        {rowsOf(hunk).map((row, at) => (
          <tr key={at} data-side={row.side}>
            <td className="code-number">{row.old}</td>
            <td className="code-number">{row.new}</td>
            <Text row={row} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Split({ hunk }: { hunk: Hunk }) {
  const rows = rowsOf(hunk);
  const same = (from: number, to?: number): [Row | undefined, Row | undefined][] =>
    rows.slice(from, to).map((row) => [row, row]);
  const removed = rows.filter(({ side }) => side === "removed");
  const added = rows.filter(({ side }) => side === "added");
  const pairs = Array.from(
    { length: Math.max(removed.length, added.length) },
    (_, at): [Row | undefined, Row | undefined] => [removed[at], added[at]],
  );
  const all = [...same(0, hunk.above.length), ...pairs, ...same(rows.length - hunk.below.length)];
  return (
    <table className="code" data-split>
      <tbody>
        {all.map(([left, right], at) => (
          <tr key={at}>
            <td className="code-number" data-side={left?.side ?? "none"}>
              {left?.old}
            </td>
            <Text row={left} />
            <td className="code-number" data-side={right?.side ?? "none"}>
              {right?.new}
            </td>
            <Text row={right} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Text({ row }: { row: Row | undefined }) {
  if (!row) return <td className="code-text" data-side="none" />;
  return (
    <td className="code-text" data-side={row.side}>
      <span className="code-sign" aria-hidden="true">
        {SIGN[row.side]}
      </span>
      {SAID[row.side] && <span className="unseen">{SAID[row.side]}</span>}
      {row.text === "" ? "\u200b" : row.text}
    </td>
  );
}
