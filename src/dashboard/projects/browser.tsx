import { useEffect, useState } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import type { FolderEntry } from "../../contract/operations/folders.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { Icon } from "../controls/icon.tsx";

interface Listed {
  path: string;
  parent?: string | undefined;
  folders: FolderEntry[];
  complete: boolean;
  next?: string | undefined;
}

interface FolderBrowserProps {
  client: Client;
  /** Absolute; undefined is the person's home folder. */
  at: string | undefined;
  onGo: (path: string) => void;
}

/** The folders of the machine the server runs on, one level at a time. Projects stand out. */
export function FolderBrowser({ client, at, onGo }: FolderBrowserProps) {
  const [shown, setShown] = useState<Listed>();
  const [problem, setProblem] = useState<{ at: string | undefined; why: string }>();
  const [hidden, setHidden] = useState(false);
  const [after, setAfter] = useState<{ path: string; name: string }>();
  const from = after && after.path === shown?.path && at === after.path ? after.name : undefined;

  useEffect(() => {
    const gone = new AbortController();
    const input = { ...(at !== undefined && { path: at }), ...(from !== undefined && { after: from }) };
    client.call("folder.list", { ...input, limit: 300 }, { signal: gone.signal }).then(
      (answer) => {
        setProblem(undefined);
        setShown((was) =>
          from !== undefined && was?.path === answer.path
            ? { ...answer, folders: [...was.folders, ...answer.folders] }
            : answer,
        );
      },
      (error: unknown) => !gone.signal.aborted && setProblem({ at, why: toFailure(error).message }),
    );
    return () => gone.abort();
  }, [client, at, from]);

  const folders = shown?.folders.filter((folder) => hidden || !folder.hidden) ?? [];
  const unseen = (shown?.folders.length ?? 0) - folders.length;
  return (
    <section className="projects-browser" aria-label="Folders">
      <header>
        <IconButton
          icon="back"
          label="The folder above"
          disabled={shown?.parent === undefined}
          onClick={() => shown?.parent !== undefined && onGo(shown.parent)}
        />
        <span className="projects-path" title={shown?.path}>
          <bdi>{shown?.path ?? ""}</bdi>
        </span>
        <label>
          <input type="checkbox" checked={hidden} onChange={({ target }) => setHidden(target.checked)} />
          Hidden
        </label>
      </header>
      {problem?.at === at && problem ? (
        <Empty title="This folder cannot be listed" role="alert">
          {problem.why}
        </Empty>
      ) : !shown ? (
        <Skeleton rows={4} />
      ) : folders.length === 0 ? (
        <Empty title="No folders in here">{unseen > 0 && `${unseen} hidden.`}</Empty>
      ) : (
        <ul aria-label={`Folders in ${shown.path}`}>
          {folders.map(({ name, path, git, unreadable }) => (
            <li key={path}>
              <button type="button" className="projects-row" disabled={unreadable} onClick={() => onGo(path)}>
                <Icon name="files" />
                <span className="projects-name clip">{name}</span>
                <span className="meta">{unreadable ? "not yours to read" : git ? "git project" : ""}</span>
              </button>
            </li>
          ))}
          {shown.next !== undefined && (
            <li>
              <Button look="quiet" onClick={() => setAfter({ path: shown.path, name: shown.next ?? "" })}>
                More folders
              </Button>
            </li>
          )}
          {!shown.complete && <li className="meta">There are too many to look at all; type the path instead.</li>}
        </ul>
      )}
    </section>
  );
}
