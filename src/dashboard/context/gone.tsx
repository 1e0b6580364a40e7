import { useEffect, useState, type ReactNode } from "react";
import type { ContextRevision } from "../../contract/context.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { Ago } from "../controls/time.tsx";
import { whoWords } from "../text/who.ts";
import { useAct, useHere, useOnline } from "../live/here.tsx";

/** What an address leads to when its note was deleted, or never was: how it went, and a way to have it back. */
export function Gone({ name, actions }: { name: string; actions: ReactNode }) {
  const { client } = useHere();
  const act = useAct();
  const online = useOnline();
  const [revisions, setRevisions] = useState<ContextRevision[]>();
  useEffect(() => {
    let wanted = true;
    client.call("context.history", { key: name, limit: 2 }).then(
      (found) => wanted && setRevisions(found),
      () => wanted && setRevisions([]),
    );
    return () => {
      wanted = false;
    };
  }, [client, name]);
  if (!revisions) return null;
  const [removed, last] = revisions;
  if (!removed)
    return (
      <Empty title={`There is no note ${name}`} action={actions}>
        Nobody has written it yet.
      </Empty>
    );
  return (
    <>
      <Empty title={`${name} was deleted`}>
        By {whoWords(removed.by)} · <Ago at={removed.at} />. Its history stays.
      </Empty>
      <div className="context-gone">
        {last && (
          <Button
            look="primary"
            disabled={!online}
            onClick={() =>
              void act(
                (server) => server.call("context.restore", { key: name, revision: last.revision }),
                `${name} is back.`,
              )
            }
          >
            Bring it back
          </Button>
        )}
        {actions}
      </div>
    </>
  );
}
