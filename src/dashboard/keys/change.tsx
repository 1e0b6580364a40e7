import { useEffect, useRef, useState } from "react";
import { prefer, preferences } from "../preferences/store.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { usualKeys } from "./chosen.ts";
import { printKeys, registered, type Command } from "./command.ts";
import { chordOf } from "./press.ts";
import { refusalOf } from "./refusal.ts";

/** How long a plain key waits for a second one that makes it a sequence, e.g. `g i`. */
const SECOND_MS = 900;

/** Keys that were pressed and are not the command's yet: refused, or another command has them. */
interface Trouble {
  keys: string;
  why: string;
  /** The command that has them; it can give them away. */
  has?: Command;
}

/** The keys of one command: shown, pressed anew, taken away, put back. */
export function KeysOf({ command }: { command: Command }) {
  const { id, title, keys, fixed } = command;
  const [pressing, press] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>();
  const button = useRef<HTMLButtonElement>(null);
  const chosen = Object.hasOwn(preferences().keys, id);
  const choose = (wanted: string) => {
    press(false);
    const problem = wanted === "" || wanted === keys ? undefined : problemOf(command, wanted);
    setTrouble(problem);
    if (!problem && wanted !== keys) give({ [id]: wanted === usualKeys(command) ? null : wanted });
    button.current?.focus();
  };
  const shown = keys ? printKeys(keys) : "none";
  if (fixed) return <kbd>{shown}</kbd>;
  return (
    <>
      <span className="key-chosen" data-chosen={chosen || undefined}>
        {chosen && (
          <IconButton
            icon="restart"
            label={`Usual keys for ${title}: ${usualKeys(command) ? printKeys(usualKeys(command) ?? "") : "none"}`}
            onClick={() => {
              const wanted = usualKeys(command) ?? "";
              const problem = wanted === "" ? undefined : problemOf(command, wanted);
              setTrouble(problem);
              if (!problem) give({ [id]: null });
              button.current?.focus();
            }}
          />
        )}
        <button
          ref={button}
          type="button"
          className="key-change"
          aria-label={pressing ? `Press the keys for ${title}` : `${title}: ${shown}. Change`}
          onClick={() => {
            setTrouble(undefined);
            press(true);
          }}
        >
          <kbd>{pressing ? "Press keys…" : shown}</kbd>
        </button>
        {pressing && <Recorder onKeys={choose} onCancel={() => press(false)} />}
      </span>
      {pressing && <span className="key-note">Esc leaves it as it is, Backspace takes the keys away.</span>}
      {trouble && (
        <span className="key-note" role="alert">
          {printKeys(trouble.keys)}: {trouble.why}
          {trouble.has && !trouble.has.fixed && (
            <Button
              look="quiet"
              onClick={() => {
                give({ [trouble.has?.id ?? id]: "", [id]: trouble.keys === usualKeys(command) ? null : trouble.keys });
                setTrouble(undefined);
                button.current?.focus();
              }}
            >
              Take them from it
            </Button>
          )}
        </span>
      )}
    </>
  );
}

function give(keys: Record<string, string | null>): void {
  prefer({ keys });
}

/** Why a command cannot simply have these keys. */
function problemOf(command: Command, keys: string): Trouble | undefined {
  const why = refusalOf(keys, command.inTerminal);
  if (why !== undefined) return { keys, why };
  const has = [...registered].find(
    (other) => other.id !== command.id && other.keys !== undefined && overlap(other.keys, keys),
  );
  if (!has) return undefined;
  const name = has.group === "" ? `“${has.title}”, one of a row` : `“${has.title}”`;
  return has.keys === keys
    ? { keys, has, why: `${name} has them.` }
    : { keys, why: `they begin like those of ${name}, perhaps of others too.` };
}

/** Whether one would never be reached because of the other. */
function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
}

/** Takes the next keys pressed, one chord or two plain ones; the page gets none of them. */
function Recorder({ onKeys, onCancel }: { onKeys: (keys: string) => void; onCancel: () => void }) {
  const done = useRef({ onKeys, onCancel });
  useEffect(() => {
    done.current = { onKeys, onCancel };
  });
  useEffect(() => {
    const gone = new AbortController();
    let begun = "";
    let timer = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      if (event.isComposing || event.repeat || /^(Control|Shift|Alt|Meta)$/.test(event.key)) return;
      clearTimeout(timer);
      if (event.key === "Escape") return done.current.onCancel();
      if (event.key === "Backspace" && begun === "") return done.current.onKeys("");
      const chord = chordOf(event);
      if (begun !== "") return done.current.onKeys(`${begun} ${chord}`);
      if (chord.length > 1) return done.current.onKeys(chord);
      begun = chord;
      timer = window.setTimeout(() => done.current.onKeys(begun), SECOND_MS);
    };
    const { signal } = gone;
    addEventListener("keydown", onKeyDown, { capture: true, signal });
    // A click anywhere else ends it.
    addEventListener("pointerdown", () => done.current.onCancel(), { capture: true, signal });
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, []);
  return null;
}
