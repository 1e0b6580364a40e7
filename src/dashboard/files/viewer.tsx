import { useEffect, useEffectEvent, useState } from "react";
import { Button, IconButton } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { toast } from "../controls/toast.tsx";
import { useView } from "../live/here.tsx";
import { agentNamed } from "../agent/selected.ts";
import { atClick } from "../route/part.tsx";
import { roomOf } from "../route/rooms.ts";
import { useLayout } from "../shell/layout.ts";
import { goToRoom } from "../shell/places.ts";
import { useContent, type Content } from "./content.ts";
import { MarkOf } from "./mark.tsx";
import { useMarks } from "./marks.ts";

const Editor = atClick(() => import("../text/editor.tsx").then((module) => module.Editor));

interface ViewerProps {
  path: string;
  line: number | undefined;
  onBack: () => void;
}

/** One file to read, live: as agents write it, it changes here. */
export function Viewer({ path, line, onBack }: ViewerProps) {
  const phone = useLayout() === "phone";
  const mark = useMarks().get(path);
  const [parts, setParts] = useState(1);
  const { content, problem, again } = useContent(path, mark?.at, parts);
  const author = mark?.agent;
  const known = useView((view) => author !== undefined && agentNamed(view, author) !== undefined);
  const cut = path.lastIndexOf("/") + 1;
  return (
    <section className="files-view" aria-label={path}>
      <header className="files-head">
        {phone && <IconButton icon="back" label="Back to the files" onClick={onBack} />}
        <h2 className="files-name" title={path}>
          <bdi>
            <span className="muted">{path.slice(0, cut)}</span>
            {path.slice(cut)}
          </bdi>
        </h2>
        {mark && <MarkOf mark={mark} />}
        {content && !phone && <span className="meta">{sizeOf(content.size)}</span>}
        {known && roomOf("changes") && (
          <Button icon="changes" onClick={() => goToRoom("changes", { agent: author ?? "", file: path })}>
            {phone ? "Changes" : "Show changes"}
          </Button>
        )}
        <IconButton
          icon="copy"
          label="Copy the path"
          onClick={() => void navigator.clipboard.writeText(path).then(() => toast("Path copied."))}
        />
      </header>
      {problem !== undefined && mark?.what === "deleted" ? (
        <Empty title="It was deleted">
          By {mark.by}. {known && "Its last lines are among the changes."}
        </Empty>
      ) : problem !== undefined && !content ? (
        <Empty title="This file cannot be shown" role="alert" action={<Button onClick={again}>Retry</Button>}>
          {problem}
        </Empty>
      ) : !content ? (
        <Skeleton rows={6} />
      ) : (
        <Shown content={content} line={line} onMore={() => setParts((was) => was + 1)} />
      )}
      {problem !== undefined && content && mark?.what !== "deleted" && (
        <div className="files-foot" role="alert">
          <span className="meta">It may be another by now. {problem}</span>
          <Button onClick={again}>Retry</Button>
        </div>
      )}
    </section>
  );
}

function Shown({ content, line, onMore }: { content: Content; line: number | undefined; onMore: () => void }) {
  const { path, text, size, binary, picture, until, tooLong } = content;
  if (picture !== undefined)
    return (
      <div className="files-picture scroll" tabIndex={0} role="group" aria-label="Picture">
        <img src={picture} alt={path} />
      </div>
    );
  if (binary)
    return (
      <Empty title="This is no text">
        A binary file of {sizeOf(size)}. What agents change in it can be taken back as a whole.
      </Empty>
    );
  if (size === 0) return <Empty title="The file is empty" />;
  // The line that is asked for lies further on.
  if (line !== undefined && until !== undefined && !tooLong && !holds(text, line))
    return <ReadOn key={until} onMore={onMore} />;
  return (
    <>
      <Editor {...{ text, path, line }} label={`Text of ${path}`} numbers meanwhile={<Skeleton rows={6} />} />
      {until !== undefined && (
        <footer className="files-foot">
          <span className="meta">
            The first {sizeOf(until)} of {sizeOf(size)}
            {tooLong && "; the rest is for an editor."}
          </span>
          {!tooLong && <Button onClick={onMore}>Read on</Button>}
        </footer>
      )}
    </>
  );
}

/** Reads on by itself. */
function ReadOn({ onMore }: { onMore: () => void }) {
  const more = useEffectEvent(onMore);
  useEffect(() => more(), []);
  return <Skeleton rows={6} />;
}

function holds(text: string, line: number): boolean {
  let at = -1;
  for (let seen = 1; seen < line; seen++) {
    at = text.indexOf("\n", at + 1);
    if (at < 0) return false;
  }
  return true;
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 100) / 10} kB`;
  return `${Math.round(bytes / 100_000) / 10} MB`;
}
