import "./empty.css";
import type { ReactNode } from "react";

interface EmptyProps {
  /** What is not here, said plainly. */
  title: string;
  /** What would make it appear. */
  children?: ReactNode;
  /** At most one button. */
  action?: ReactNode;
  /** `alert` when it stands here because something went wrong. */
  role?: "alert" | "status";
}

/** What a panel says when it has nothing to show, or cannot. */
export function Empty({ title, children, action, role }: EmptyProps) {
  return (
    <div className="empty" role={role}>
      <p className="empty-title">{title}</p>
      {children && <div className="empty-text">{children}</div>}
      {action}
    </div>
  );
}

/** Rows where content is about to be. Shown only after 300 ms: what comes sooner needs no stand-in. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  return (
    <div className="skeleton" aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} />
      ))}
    </div>
  );
}
