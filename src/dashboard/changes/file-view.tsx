import "./diff.css";
import { useMemo, useState } from "react";
import type { Agent } from "../../contract/agent.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useCommands } from "../keys/command.ts";
import { keep, kept } from "../live/kept.ts";
import { useOnline } from "../live/here.tsx";
import { useLayout } from "../shell/layout.ts";
import { go } from "../route/route.ts";
import { Lines } from "./agent-list.tsx";
import { useAsked } from "./asked.ts";
import { CommentBox } from "./comment.tsx";
import { HunkView } from "./hunk.tsx";
import type { By, ChangedFile, Wanted } from "./types.ts";
import { useViewed } from "./viewed.ts";
import { CONFLICTS, instead, WHAT } from "./words.ts";

interface FileViewProps {
  agent: Agent;
  file: string | undefined;
  view: By;
  onRollBack: (wanted: Wanted) => void;
}

/** One file: what changed in it, hunk by hunk. */
export function FileView({ agent, file, view, onRollBack }: FileViewProps) {
  const { answer, failure, again } = useAsked(`file ${agent.id} ${view} ${file ?? ""}`, (client) =>
    client.call("change.diff", { name: agent.name, view, limit: 1, ...(file !== undefined && { file }) }),
  );
  const found = answer?.files[0];
  if (failure && !found)
    return (
      <Empty title="This file cannot be shown" role="alert" action={<Button onClick={again}>Retry</Button>}>
        {failure.message}
      </Empty>
    );
  if (!answer) return <Skeleton rows={6} />;
  if (!found)
    return (
      <Empty title={file === undefined ? `${agent.name} has changed nothing` : "Nothing of it is left here"}>
        {file === undefined
          ? "Choose another agent, or look at all changes since it started."
          : `${file} holds no change of ${agent.name} any more.`}
      </Empty>
    );
  return <File agent={agent} file={found} view={view} onRollBack={onRollBack} />;
}

function File({
  agent,
  file,
  view,
  onRollBack,
}: {
  agent: Agent;
  file: ChangedFile;
  view: By;
  onRollBack: (wanted: Wanted) => void;
}) {
  const online = useOnline();
  const phone = useLayout() === "phone";
  const viewed = useViewed();
  const [split, setSplit] = useState(() => kept<boolean>("diff.split") ?? false);
  const [comment, setComment] = useState<{ hunk?: number }>();
  const { path, from, what, kind, added, removed, hunks, more, conflict, mode } = file;
  const own = view === "by";
  const side = split && !phone;
  const done = viewed.has(agent.id, file);
  useCommands(
    useMemo(
      () => [
        {
          id: "changes.split",
          title: "Diff side by side, or not",
          group: "Changes",
          keys: "s",
          run: () => setSplit((was) => (keep("diff.split", !was), !was)),
        },
        {
          id: "changes.viewed",
          title: "Mark the file as viewed",
          group: "Changes",
          keys: "v",
          run: () => viewed.toggle(agent.id, file),
        },
        {
          id: "changes.comment",
          title: "Comment on the file to its agent",
          group: "Changes",
          keys: "c",
          run: () => setComment({}),
        },
        {
          id: "changes.rollback-file",
          title: "Roll back the file…",
          group: "Changes",
          keys: "shift+x",
          when: () => own,
          run: () => onRollBack({ agent: agent.name, file: path }),
        },
      ],
      [agent.id, agent.name, file, path, own, viewed, onRollBack],
    ),
  );
  return (
    <section className="diff scroll" aria-label={`Changes in ${path}`} tabIndex={0}>
      <header className="diff-head">
        {phone && <IconButton icon="back" label="Back to the files" onClick={() => go({ file: undefined })} />}
        <h2 className="clip" title={path}>
          {from !== undefined && from !== path && <span className="muted">{from} → </span>}
          {path}
        </h2>
        <span className="meta">{WHAT[what].word}</span>
        {kind === "text" && <Lines added={added} removed={removed} />}
        <span className="diff-tools">
          <label className="diff-viewed">
            <input type="checkbox" checked={done} onChange={() => viewed.toggle(agent.id, file)} />
            Viewed
          </label>
          {!phone && kind === "text" && (
            <Button
              look="quiet"
              aria-pressed={split}
              onClick={() => setSplit((was) => (keep("diff.split", !was), !was))}
            >
              {split ? "Unified" : "Split"}
            </Button>
          )}
          <Button look="quiet" icon="messages" onClick={() => setComment({})}>
            Comment
          </Button>
          {own && (
            <Button icon="restart" disabled={!online} onClick={() => onRollBack({ agent: agent.name, file: path })}>
              Roll back file…
            </Button>
          )}
        </span>
      </header>
      {conflict && (
        <p className="diff-conflict">
          <strong>▲ {CONFLICTS[conflict].why}</strong> {CONFLICTS[conflict].way}
        </p>
      )}
      {mode && kind === "text" && hunks.length > 0 && (
        <p className="diff-note muted">
          Its mode changed from {mode.before} to {mode.now}.
        </p>
      )}
      {comment && (
        <CommentBox
          agent={agent}
          path={path}
          hunk={hunks.find(({ number }) => number === comment.hunk)}
          onClose={() => setComment(undefined)}
        />
      )}
      {hunks.length === 0 && <p className="diff-note muted">{instead(file) ?? "There are no lines to show."}</p>}
      {hunks.map((hunk) => (
        <HunkView
          key={hunk.number}
          hunk={hunk}
          split={side}
          onComment={() => setComment({ hunk: hunk.number })}
          onRollBack={
            own && online && !hunk.conflict
              ? () => onRollBack({ agent: agent.name, file: path, hunk: hunk.number })
              : undefined
          }
        />
      ))}
      {more && (
        <p className="diff-note muted">There is more of it than fits here; clustr diff {agent.name} --file has all.</p>
      )}
    </section>
  );
}
