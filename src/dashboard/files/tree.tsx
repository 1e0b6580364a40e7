import { useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from "react";
import { Icon } from "../controls/icon.tsx";
import { useHere } from "../live/here.tsx";
import { keep, kept } from "../live/kept.ts";
import { MarkOf } from "./mark.tsx";
import { useMarks, type FileMark } from "./marks.ts";
import { foldersAbove } from "./place.ts";
import { useFolders } from "./folders.ts";
import { rowsOf, type TreeRow } from "./rows.ts";

/** Folders that stay open in this browser; more than a person keeps in view. */
const MOST_OPEN = 100;

interface TreeProps {
  /** The file on the screen. */
  selected: string | undefined;
  /** Hidden and ignored files too. */
  all: boolean;
  onOpen: (path: string) => void;
}

/** The workspace's folder as a tree, with who wrote what lately. Arrows move, open and close, as in any tree. */
export function Tree({ selected, all, onOpen }: TreeProps) {
  const { workspace } = useHere();
  const place = `files.open.${workspace.id}`;
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(["", ...(kept<string[]>(place) ?? [])]));
  const { listings, more } = useFolders(open);
  const marks = useMarks();
  const touched = useMemo(() => new Set([...marks.keys()].flatMap(foldersAbove)), [marks]);
  const list = useRef<HTMLUListElement>(null);
  const [focused, focus] = useState<string>();
  const rows = rowsOf(listings, open, all);
  const stops = rows.filter((row) => row.is !== "note");
  const stop =
    stops.find(({ key }) => key === focused)?.key ?? stops.find(({ key }) => key === selected)?.key ?? stops[0]?.key;

  useEffect(() => keep(place, [...open].filter((folder) => folder !== "").slice(-MOST_OPEN)), [place, open]);
  const toggle = (path: string, wanted: boolean) => {
    const next = new Set(open);
    if (wanted) next.add(path);
    else next.delete(path);
    setOpen(next);
  };
  // What an address names is shown in the tree, too.
  const [shown, setShown] = useState<string>();
  if (selected !== shown) {
    setShown(selected);
    if (selected !== undefined) setOpen(new Set([...open, ...foldersAbove(selected)]));
  }
  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [selected]);

  const go = (key: string | undefined) => {
    if (key === undefined) return;
    focus(key);
    list.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = stops.findIndex(({ key }) => key === stop);
    const row = stops[at];
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const folder = row.is === "entry" && row.entry.kind === "folder" ? row : undefined;
    if (event.key === "ArrowDown") go(stops[at + 1]?.key);
    else if (event.key === "ArrowUp") go(stops[at - 1]?.key);
    else if (event.key === "Home") go(stops[0]?.key);
    else if (event.key === "End") go(stops.at(-1)?.key);
    else if (event.key === "ArrowRight" && folder) {
      if (folder.open) go(stops[at + 1]?.key);
      else toggle(folder.entry.path, true);
    } else if (event.key === "ArrowLeft") {
      if (folder?.open) toggle(folder.entry.path, false);
      else go(stops.slice(0, at).findLast((one) => one.depth < row.depth)?.key);
    } else if (event.key === "Enter" || event.key === " ") act(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const act = (row: TreeRow) => {
    focus(row.key);
    if (row.is === "note") return;
    if (row.is === "more") more(row.folder);
    else if (row.entry.kind === "folder") toggle(row.entry.path, !row.open);
    else onOpen(row.entry.path);
  };
  // Where there is no file yet it is no tree: there is nothing in it to go to.
  const [tree, none] = stops.length > 0 ? (["tree", "none"] as const) : [];
  return (
    <ul className="files-tree scroll" role={tree} aria-label="Files" ref={list} onKeyDown={onKeyDown}>
      {rows.map((row) =>
        row.is === "entry" ? (
          <Row
            key={row.key}
            row={row}
            selected={row.key === selected}
            stop={row.key === stop}
            mark={marks.get(row.entry.path)}
            touched={touched.has(row.entry.path)}
            onAct={() => act(row)}
            onFocus={() => focus(row.key)}
          />
        ) : row.is === "more" ? (
          <More key={row.key} row={row} stop={row.key === stop} onAct={() => act(row)} onFocus={() => focus(row.key)} />
        ) : (
          <li key={row.key} role={none} className="files-note" style={indent(row.depth)}>
            {row.text}
          </li>
        ),
      )}
    </ul>
  );
}

/** Reads on in a folder of which only the beginning is there. */
function More({
  row: { key, depth },
  stop,
  onAct,
  onFocus,
}: Pick<RowProps, "stop" | "onAct" | "onFocus"> & { row: TreeRow }) {
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- The tree has the keys.
    <li
      role="treeitem"
      className="files-row files-more"
      aria-level={depth}
      aria-selected={false}
      tabIndex={stop ? 0 : -1}
      data-key={key}
      style={indent(depth)}
      onClick={onAct}
      onFocus={onFocus}
    >
      More
    </li>
  );
}

interface RowProps {
  row: Extract<TreeRow, { is: "entry" }>;
  selected: boolean;
  /** Where Tab stops. */
  stop: boolean;
  mark: FileMark | undefined;
  /** Something below was written lately. */
  touched: boolean;
  onAct: () => void;
  onFocus: () => void;
}

function Row({ row: { entry, open, depth }, selected, stop, mark, touched, onAct, onFocus }: RowProps) {
  const { name, path, kind, ignored } = entry;
  return (
    // The tree has the keys, for all its rows.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <li
      role="treeitem"
      className="files-row"
      aria-level={depth}
      aria-expanded={kind === "folder" ? open : undefined}
      aria-selected={selected}
      tabIndex={stop ? 0 : -1}
      data-key={path}
      data-dim={ignored === true || name.startsWith(".") || undefined}
      style={indent(depth)}
      title={path}
      onClick={onAct}
      onFocus={onFocus}
    >
      <span className="files-turn">{kind === "folder" && <Icon name={open ? "down" : "resume"} />}</span>
      <Icon name={kind === "folder" ? "files" : kind === "link" ? "open" : "file"} />
      <span className="clip">{name}</span>
      {mark ? (
        <MarkOf mark={mark} />
      ) : (
        touched && <span className="files-touched" title="Something in it was written lately" />
      )}
    </li>
  );
}

function indent(depth: number): CSSProperties {
  return { "--depth": depth } as CSSProperties;
}
