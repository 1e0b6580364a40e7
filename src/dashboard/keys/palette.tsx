import "./palette.css";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Icon } from "../controls/icon.tsx";
import { useHere } from "../live/here.tsx";
import { roomOf } from "../route/rooms.ts";
import { filesFound, findAll, type Found } from "./find.ts";

/** One box over everything: type, move with the arrows, Enter. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { live } = useHere();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDialogElement>(null);
  const list = useId();
  const files = useFiles(text);
  const found = useMemo(() => files ?? findAll(text, live.newest().view), [files, text, live]);
  useEffect(() => {
    const opener = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // What was run may have put the focus elsewhere.
      if (opener instanceof HTMLElement && (document.activeElement ?? document.body) === document.body) opener.focus();
    };
  }, []);
  useEffect(() => {
    void box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at, text]);

  const run = (one: Found | undefined) => {
    if (!one) return;
    onClose();
    // After the dialog has gone: what runs may want the focus.
    setTimeout(one.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((to + found.length) % found.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(found[at]);
    }
  };
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Esc does the same by keyboard.
    <dialog
      ref={box}
      className="palette"
      aria-label="Search or run a command"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="palette-field">
        <Icon name="search" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={found[at] && `${list}-${at}`}
          aria-label="Search or run a command"
          placeholder="Search or run a command"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id={list} role="listbox" aria-label="Found">
        {found.map((one, index) => (
          // The field has the focus and the keys; a click is the other way.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={one.id}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => setAt(index)}
            onClick={() => run(one)}
          >
            <Icon name={one.icon} />
            <span className="palette-title clip">{one.title}</span>
            <span className="palette-about clip">{one.about}</span>
            {one.keys && <kbd>{one.keys}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="palette-none">Nothing called “{text}”.</p>}
      <p className="palette-help">
        <kbd>&gt;</kbd> commands <kbd>@</kbd> agents <kbd>/</kbd> messages <kbd>:</kbd> notes
        {roomOf("files") && (
          <>
            {" "}
            <kbd>#</kbd> files
          </>
        )}
      </p>
    </dialog>
  );
}

/** How long typing pauses before files are looked for. */
const PAUSE_MS = 80;

/** Files that fit what was typed after `#`; undefined when something else is looked for. */
function useFiles(text: string): Found[] | undefined {
  const { client } = useHere();
  const [paths, setPaths] = useState<string[]>([]);
  const query = text.startsWith("#") && roomOf("files") ? text.slice(1).trim() : undefined;
  useEffect(() => {
    if (query === undefined) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      client.call("file.find", { query }, { signal: gone.signal }).then(
        (found) => setPaths(found.paths),
        () => !gone.signal.aborted && setPaths([]),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, query]);
  return useMemo(() => (query === undefined ? undefined : filesFound(paths)), [query, paths]);
}
