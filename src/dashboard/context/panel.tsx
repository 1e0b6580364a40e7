import "./panel.css";
import { Empty } from "../controls/empty.tsx";
import { Time } from "../controls/time.tsx";
import { useView } from "../live/here.tsx";

/** The notes that all agents share, live. */
export function ContextPanel() {
  const context = useView((view) => view.context);
  const entries = Object.values(context).sort((a, b) => a.key.localeCompare(b.key));
  if (entries.length === 0) {
    return (
      <Empty title="No shared notes yet">
        <p>A whiteboard all agents read and write. They add to it, or you do:</p>
        <p>
          <code>clustr context set KEY VALUE</code>
        </p>
      </Empty>
    );
  }
  return (
    <div className="notes scroll" tabIndex={0} role="group" aria-label="Shared context">
      {entries.map(({ key, value, size, revision, by, at }) => (
        <article key={key}>
          <h3>{key}</h3>
          <p className="meta">
            revision {revision} by {by}, <Time at={at} />
          </p>
          <pre>{value}</pre>
          {size > value.length && (
            <p className="meta">
              The first {value.length} of {size} characters.
            </p>
          )}
        </article>
      ))}
    </div>
  );
}
