import "./toast.css";
import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./button.tsx";
import { Told } from "./told.tsx";

interface Toast {
  id: number;
  text: string;
  /** Something went wrong: stays until it is closed. */
  trouble?: boolean;
  /** How long it stays, unless it is trouble. */
  stayMs?: number;
  /** A way to take it back, or on. */
  action?: { title: string; run: () => void } | undefined;
}

/** How long a toast stays: with something to press, twice as long. */
const STAY_MS = 5_000;
const MOST = 3;

let toasts: Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();
const timers = new Map<number, number>();

function change(next: Toast[]): void {
  toasts = next;
  for (const changed of listeners) changed();
}

/** Says something for a moment, from anywhere. Returns how to take it away sooner. At most three are shown. */
export function toast(text: string, more: Omit<Toast, "id" | "text"> = {}): () => void {
  const id = ++last;
  change([...toasts, { id, text, ...more }].slice(-MOST));
  if (!more.trouble)
    timers.set(
      id,
      window.setTimeout(() => untoast(id), more.action ? STAY_MS * 2 : STAY_MS),
    );
  return () => untoast(id);
}

function untoast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (toasts.some((one) => one.id === id)) change(toasts.filter((one) => one.id !== id));
}

/** Where toasts appear. Once in the page. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => toasts,
  );
  return (
    <ol className="toasts" aria-live="polite" aria-label="Notes">
      {shown.map(({ id, text, trouble, action }) => (
        <li key={id} data-trouble={trouble}>
          <span>
            <Told text={text} />
          </span>
          {action && (
            <Button
              look="quiet"
              onClick={() => {
                untoast(id);
                action.run();
              }}
            >
              {action.title}
            </Button>
          )}
          <IconButton icon="close" label="Close" onClick={() => untoast(id)} />
        </li>
      ))}
    </ol>
  );
}
