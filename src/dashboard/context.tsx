import type { View } from "../contract/view.ts";
import { Time } from "./time.tsx";

/** The notes that all agents share, live. */
export function ContextPanel({ context }: { context: View["context"] }) {
  const entries = Object.values(context).sort((a, b) => a.key.localeCompare(b.key));
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Shared context">
      {entries.length === 0 && (
        <p className="empty">
          No shared notes yet. Agents write them, or you: <code>clustr context set KEY VALUE</code>
        </p>
      )}
      {entries.map(({ key, value, size, revision, by, at }) => (
        <article key={key}>
          <h2>{key}</h2>
          <p className="muted">
            revision {revision} by {by}, <Time at={at} />
          </p>
          <pre>{value}</pre>
          {size > value.length && (
            <p className="muted">
              The first {value.length} of {size} characters.
            </p>
          )}
        </article>
      ))}
    </div>
  );
}
