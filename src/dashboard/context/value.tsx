import { Skeleton } from "../controls/empty.tsx";
import { atClick } from "../route/part.tsx";

const Editor = atClick(() => import("../text/editor.tsx").then((module) => module.Editor));

/** A value to read: JSON laid out and coloured, other text as it was written. */
export function Value({ value, label }: { value: string; label: string }) {
  const json = laidOut(value);
  if (json !== undefined)
    return <Editor label={label} text={json} path="value.json" meanwhile={<Skeleton rows={4} />} />;
  return (
    <div className="context-text scroll" tabIndex={0} role="group" aria-label={label}>
      {value === "" ? <span className="muted">(empty)</span> : value}
    </div>
  );
}

/** A list or an object in JSON, with a line for each part; undefined for anything else. */
export function laidOut(value: string): string | undefined {
  const text = value.trim();
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}
