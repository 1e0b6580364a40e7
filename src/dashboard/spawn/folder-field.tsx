import { useEffect, useId, useState, type KeyboardEvent } from "react";
import { Field } from "../controls/field.tsx";
import { Icon } from "../controls/icon.tsx";
import { useHere } from "../live/here.tsx";

/** How long typing pauses before folders are looked for. */
const PAUSE_MS = 100;
const MOST = 7;

interface FolderFieldProps {
  value: string;
  onChange: (folder: string) => void;
  problem?: string | undefined;
}

/** A folder inside the workspace, typed, with the folders there are as suggestions. Empty: the workspace's own. */
export function FolderField({ value, onChange, problem }: FolderFieldProps) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useId();
  const found = useFolders(value, open);
  const choose = (path: string) => {
    onChange(`${path}/`);
    setAt(-1);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const one = found[at];
    if (step !== undefined && found.length > 0) {
      setOpen(true);
      setAt((at + step + found.length) % found.length);
    } else if (event.key === "Enter" && open && one !== undefined) choose(one);
    else if (event.key === "Escape" && open && found.length > 0) {
      setOpen(false);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  };
  return (
    <Field label="Folder" problem={problem}>
      {(control) => (
        <div className="spawn-folder">
          <input
            {...control}
            className="input"
            role="combobox"
            aria-expanded={open && found.length > 0}
            aria-controls={open && found.length > 0 ? list : undefined}
            aria-activedescendant={open && at >= 0 ? `${list}-${at}` : undefined}
            aria-autocomplete="list"
            autoComplete="off"
            spellCheck={false}
            placeholder="The whole workspace"
            value={value}
            onFocus={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onChange={({ target }) => {
              onChange(target.value);
              setOpen(true);
              setAt(-1);
            }}
            onKeyDown={onKeyDown}
          />
          {open && found.length > 0 && (
            <ul id={list} role="listbox" aria-label="Folders" className="spawn-folders">
              {found.map((path, index) => (
                // The field has the focus and the keys; a click is the other way.
                // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
                <li
                  key={path}
                  id={`${list}-${index}`}
                  role="option"
                  aria-selected={index === at}
                  // Before the field loses the focus, which would take the list away.
                  onPointerDown={(event) => {
                    event.preventDefault();
                    choose(path);
                  }}
                >
                  <Icon name="files" />
                  <span className="clip">{path}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Field>
  );
}

/** The folders inside the one that is typed so far whose names begin with the rest. */
function useFolders(typed: string, wanted: boolean): string[] {
  const { client } = useHere();
  const [answer, setAnswer] = useState<{ parent: string; paths: string[] }>();
  const cut = typed.lastIndexOf("/");
  const parent = cut < 0 ? "" : typed.slice(0, cut);
  const begun = typed.slice(cut + 1).toLowerCase();
  useEffect(() => {
    if (!wanted) return undefined;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      client.call("file.list", { folder: parent, limit: 500 }, { signal: gone.signal }).then(
        ({ entries }) =>
          setAnswer({
            parent,
            paths: entries
              .filter(({ kind, ignored, name }) => kind === "folder" && !ignored && !name.startsWith("."))
              .map(({ path }) => path),
          }),
        // Not a folder, or not there: nothing to suggest; what is wrong is said when it is used.
        () => !gone.signal.aborted && setAnswer({ parent, paths: [] }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, parent, wanted]);
  if (answer?.parent !== parent) return [];
  return answer.paths
    .filter((path) =>
      path
        .slice(path.lastIndexOf("/") + 1)
        .toLowerCase()
        .startsWith(begun),
    )
    .slice(0, MOST);
}
