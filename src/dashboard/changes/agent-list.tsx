import { hueStyle, useHue } from "../agent/hue.ts";
import { AgentMark } from "../agent/mark.tsx";
import type { Agent } from "../../contract/agent.ts";
import { Button } from "../controls/button.tsx";
import { Skeleton } from "../controls/empty.tsx";
import { go } from "../route/route.ts";
import { useAsked } from "./asked.ts";
import type { By, ChangedFile, Summary } from "./types.ts";
import { useViewed } from "./viewed.ts";
import { count, WHAT } from "./words.ts";

const VIEWS: { id: By; title: string; about: string }[] = [
  { id: "by", title: "Its own", about: "What rolling it back would take away" },
  { id: "since", title: "Since it started", about: "All changes in the folder since then, by anybody" },
  { id: "run", title: "While it ran", about: "All changes in the folder during its latest run" },
];

interface AgentListProps {
  /** Those who changed something. */
  agents: Summary["agents"];
  selected: Agent;
  file: string | undefined;
  view: By;
  onFile: (path: string) => void;
  onRollBack: () => void;
}

/** Agents with what they changed; the files of the one that is selected. */
export function AgentList({ agents, selected, file, view, onFile, onRollBack }: AgentListProps) {
  const shown = agents.some(({ id }) => id === selected.id)
    ? agents
    : [{ id: selected.id, agent: selected.name, files: 0, added: 0, removed: 0, conflicts: 0 }, ...agents];
  return (
    <ul className="changes-agents" aria-label="Agents with changes">
      {shown.map((one) => (
        <li key={one.id}>
          <AgentRow
            agent={one}
            selected={one.id === selected.id}
            onSelect={() => go({ agent: one.agent, file: undefined, by: undefined })}
          />
          {one.id === selected.id && (
            <>
              <label className="changes-view">
                <span className="unseen">Which changes</span>
                <select
                  className="input"
                  value={view}
                  onChange={({ target }) =>
                    go({ agent: one.agent, by: target.value === "by" ? undefined : target.value, file: undefined })
                  }
                >
                  {VIEWS.map(({ id, title, about }) => (
                    <option key={id} value={id} title={about}>
                      {title}
                    </option>
                  ))}
                </select>
                {view === "by" && one.files > 0 && (
                  <Button look="quiet" icon="restart" onClick={onRollBack}>
                    Roll back…
                  </Button>
                )}
              </label>
              <Files agent={selected} view={view} file={file} onFile={onFile} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function AgentRow({
  agent: { agent: name, files, added, removed, conflicts },
  selected,
  onSelect,
}: {
  agent: Summary["agents"][number];
  selected: boolean;
  onSelect: () => void;
}) {
  return (
    <button
      type="button"
      className="changes-agent"
      style={hueStyle(useHue(name))}
      aria-current={selected || undefined}
      onClick={onSelect}
    >
      <AgentMark name={name} />
      <span className="clip">{name}</span>
      <span className="meta">{count(files, "file")}</span>
      <Lines added={added} removed={removed} />
      {conflicts > 0 && (
        <span className="changes-held" title="Files with later changes of others">
          ▲ {conflicts}
        </span>
      )}
    </button>
  );
}

/** Lines that came and went. */
export function Lines({ added, removed }: { added: number; removed: number }) {
  return (
    <span className="lines">
      <span className="lines-added">+{added}</span> <span className="lines-removed">−{removed}</span>
    </span>
  );
}

interface FilesProps {
  agent: Agent;
  view: By;
  file: string | undefined;
  onFile: (path: string) => void;
}

/** How many files a list shows; the rest is counted. */
const MOST = 500;

function Files({ agent, view, file, onFile }: FilesProps) {
  const { answer, failure } = useAsked(`files ${agent.id} ${view}`, (client) =>
    client.call("change.diff", { name: agent.name, view, detail: "counts", limit: MOST }),
  );
  const viewed = useViewed();
  if (!answer) return failure ? <p className="changes-note trouble">{failure.message}</p> : <Skeleton rows={2} />;
  if (answer.files.length === 0) return <p className="changes-note muted">Nothing has changed.</p>;
  return (
    <ul className="changes-files" aria-label={`Files of ${agent.name}`}>
      {answer.files.map((one) => (
        <li key={one.path}>
          <FileRow
            file={one}
            selected={one.path === file}
            viewed={viewed.has(agent.id, one)}
            onSelect={() => onFile(one.path)}
          />
        </li>
      ))}
      {answer.total.files > answer.files.length && (
        <li className="changes-note muted">and {answer.total.files - answer.files.length} more; clustr diff has all</li>
      )}
    </ul>
  );
}

function FileRow({
  file,
  selected,
  viewed,
  onSelect,
}: {
  file: ChangedFile;
  selected: boolean;
  viewed: boolean;
  onSelect: () => void;
}) {
  const { path, what, added, removed, kind, conflict } = file;
  const cut = path.lastIndexOf("/") + 1;
  return (
    <button
      type="button"
      className="changes-file"
      data-what={what}
      data-viewed={viewed}
      aria-current={selected || undefined}
      onClick={onSelect}
      title={path}
    >
      <span className="changes-letter" aria-hidden="true">
        {WHAT[what].letter}
      </span>
      <span className="unseen">{WHAT[what].word}</span>
      <span className="changes-path">
        <span className="muted">{path.slice(0, cut)}</span>
        {path.slice(cut)}
      </span>
      {conflict && (
        <span className="changes-held" title="It cannot be taken back as it is">
          ▲<span className="unseen">held</span>
        </span>
      )}
      {kind === "text" ? <Lines added={added} removed={removed} /> : <span className="meta">{kind}</span>}
    </button>
  );
}
