import "./files.css";
import { useMemo, useRef, useState } from "react";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { useCommands } from "../keys/command.ts";
import { useHere } from "../live/here.tsx";
import { keep, kept } from "../live/kept.ts";
import { go, useRoute } from "../route/route.ts";
import { Found } from "./find.tsx";
import { placeOf } from "./place.ts";
import { Tree } from "./tree.tsx";
import { Viewer } from "./viewer.tsx";

/** The workspace's files: where they are, who writes them now, and what is in them. */
export function Files() {
  const { workspace } = useHere();
  const { path, line, from } = useRoute();
  const [query, setQuery] = useState("");
  const [all, setAll] = useState(() => kept<boolean>("files.all") ?? false);
  const field = useRef<HTMLInputElement>(null);
  const place = placeOf(path, from, workspace.path);
  const inside = place && "path" in place && place.path !== "" ? place.path : undefined;
  const open = (wanted: string | undefined) => go({ path: wanted, line: undefined, from: undefined });
  useCommands(
    useMemo(
      () => [{ id: "files.find", title: "Find a file", group: "Files", keys: "f", run: () => field.current?.focus() }],
      [],
    ),
  );
  return (
    <div className="files" data-file={path !== undefined}>
      <div className="files-side">
        <header className="files-tools">
          <input
            ref={field}
            type="search"
            className="input"
            aria-label="Find a file"
            placeholder="Find a file"
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={({ target }) => setQuery(target.value)}
            onKeyDown={({ key, currentTarget }) => {
              const first = currentTarget.closest(".files-side")?.querySelector<HTMLElement>(".files-found button");
              if (key === "Escape") setQuery("");
              else if (key === "ArrowDown") first?.focus();
              else if (key === "Enter") first?.click();
            }}
          />
          <Button
            look="quiet"
            aria-pressed={all}
            data-tip="Show hidden and ignored files"
            onClick={() => setAll((was) => (keep("files.all", !was), !was))}
          >
            Hidden
          </Button>
        </header>
        {query.trim() === "" ? (
          <Tree selected={inside} all={all} onOpen={open} />
        ) : (
          <Found query={query.trim()} selected={inside} onOpen={open} />
        )}
      </div>
      {place === undefined ? (
        <Empty title="Choose a file">
          Files that were written lately carry a mark of who wrote them. A file that is shown here stays as it is on
          disk.
        </Empty>
      ) : inside === undefined ? (
        <Empty
          title="This is outside the workspace"
          action={<Button onClick={() => open(undefined)}>Show the workspace's files</Button>}
        >
          {"outside" in place ? place.outside : workspace.path} is not shown here.
        </Empty>
      ) : (
        <Viewer key={inside} path={inside} line={lineOf(line)} onBack={() => open(undefined)} />
      )}
    </div>
  );
}

function lineOf(text: string | undefined): number | undefined {
  const line = Number(text);
  return Number.isInteger(line) && line > 0 ? line : undefined;
}
