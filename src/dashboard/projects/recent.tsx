import { useCallback, useEffect, useState } from "react";
import type { Client } from "../../client/client.ts";
import type { OperationName } from "../../contract/operations.ts";
import { toFailure } from "../../contract/error.ts";
import { Button } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { Icon } from "../controls/icon.tsx";
import { Ago } from "../controls/time.tsx";
import { toast } from "../controls/toast.tsx";
import { hrefOf } from "../route/route.ts";

/** A workspace that was opened before. */
interface Recent {
  id: string;
  name: string;
  path: string;
  at: string;
  open: boolean;
  missing: boolean;
  damaged: boolean;
  /** Why it could not be opened. */
  problem?: string | undefined;
}

/** Milliseconds: a ledger of a gigabyte takes a minute. */
const REPAIR_MS = 600_000;

/** Asked for here; named so that a change of its shape is noticed. */
const LIST = "workspace.recent" satisfies OperationName;

interface RecentListProps {
  client: Client;
  /** Id of the workspace on the screen. */
  here: string | undefined;
  onOpen: (path: string) => void;
  disabled: boolean;
}

/** Projects opened lately, the latest first; those that are open can be closed. */
export function RecentList({ client, here, onOpen, disabled }: RecentListProps) {
  const [recent, setRecent] = useState<Recent[]>();
  const [problem, setProblem] = useState<string>();
  const [repairing, setRepairing] = useState<string>();
  const load = useCallback(
    () =>
      client.call(LIST, {}).then(setRecent, (error: unknown) => {
        setProblem(toFailure(error).message);
      }),
    [client],
  );
  useEffect(() => void load(), [load]);
  const repair = async ({ id, path }: Recent) => {
    setRepairing(id);
    try {
      const { events, lost } = await client.call("workspace.repair", { id }, { timeoutMs: REPAIR_MS });
      toast(`Repaired: ${events} events kept, ${lost} lost. The damaged file is kept.`, {
        action: { title: "Open", run: () => onOpen(path) },
      });
    } catch (error) {
      toast(toFailure(error).message, { trouble: true });
    }
    setRepairing(undefined);
    void load();
  };
  const close = async ({ id, name, path }: Recent) => {
    try {
      await client.call("workspace.close", { id });
    } catch (error) {
      toast(toFailure(error).message, { trouble: true });
      return;
    }
    toast(`Closed ${name}. Everything kept about it stays.`, {
      action: { title: "Open again", run: () => onOpen(path) },
    });
    if (id === here) location.assign("/");
    else await load();
  };
  if (problem)
    return (
      <Empty title="The list could not be read" role="alert">
        {problem}
      </Empty>
    );
  if (!recent) return <Skeleton rows={3} />;
  if (recent.length === 0) return <Empty title="No project was opened yet">Type or choose a folder below.</Empty>;
  return (
    <ul className="projects-list" aria-label="Opened lately">
      {recent.map((one) => (
        <li key={one.id}>
          <Row one={one} here={one.id === here} disabled={disabled} onOpen={onOpen} />
          {one.open && (
            <Button look="quiet" disabled={disabled} aria-label={`Close ${one.name}`} onClick={() => void close(one)}>
              Close
            </Button>
          )}
          {one.damaged && (
            <Button
              disabled={repairing !== undefined}
              aria-label={`Repair ${one.name}`}
              onClick={() => void repair(one)}
            >
              {repairing === one.id ? "Repairing…" : "Repair"}
            </Button>
          )}
          {one.problem !== undefined && (
            <p role="status" className="trouble projects-problem">
              {one.problem}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  one: Recent;
  here: boolean;
  disabled: boolean;
  onOpen: (path: string) => void;
}

function Row({ one: { id, name, path, at, open, missing, damaged }, here, disabled, onOpen }: RowProps) {
  const words = (
    <>
      <Icon name="files" />
      <span className="projects-words">
        <span className="projects-name clip">{name}</span>
        <span className="projects-path" title={path}>
          <bdi>{path}</bdi>
        </span>
      </span>
      <span className="meta">
        {missing ? "gone" : damaged ? "damaged" : here ? "here" : open ? "open" : <Ago at={at} />}
      </span>
    </>
  );
  // What is open already has an address: a link can go into a tab of its own.
  if (open && !missing)
    return (
      <a className="projects-row" href={hrefOf({ workspace: id })} aria-current={here || undefined}>
        {words}
      </a>
    );
  return (
    <button type="button" className="projects-row" disabled={disabled || missing} onClick={() => onOpen(path)}>
      {words}
    </button>
  );
}
