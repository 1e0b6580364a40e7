import { useState } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { Skeleton } from "../controls/empty.tsx";
import { toast } from "../controls/toast.tsx";
import { useHere, useOnline } from "../live/here.tsx";
import { Lines } from "./agent-list.tsx";
import { useAsked } from "./asked.ts";
import type { Rollback, Wanted } from "./types.ts";
import { CONFLICTS, count, WHAT } from "./words.ts";

/** First shows exactly what taking back would do, then does it; a toast takes it back again. */
export function RollbackDialog({ wanted, onClose }: { wanted: Wanted; onClose: () => void }) {
  const { agent, file, hunk } = wanted;
  const { client } = useHere();
  const online = useOnline();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const input = { name: agent, ...(file !== undefined && { file }), ...(hunk !== undefined && { hunk }) };
  const { answer: plan, failure } = useAsked(
    `plan ${JSON.stringify(input)}`,
    (server) => server.call("change.rollback", { ...input, dry_run: true }),
    { keeps: false },
  );
  const done = plan?.files.filter(({ conflict }) => !conflict) ?? [];
  const left = plan?.files.filter(({ conflict }) => conflict) ?? [];
  const carryOut = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      tell(client, agent, await client.call("change.rollback", input));
      onClose();
    } catch (error) {
      setProblem(toFailure(error).message);
    } finally {
      setBusy(false);
    }
  };
  const what = hunk !== undefined ? `hunk ${hunk} of ${file ?? ""}` : (file ?? `everything ${agent} changed`);
  const trouble = problem ?? failure?.message;
  return (
    <Dialog
      title={`Roll back ${what}`}
      about={`Only what ${agent} changed is taken back; lines of others stay. A snapshot is taken first, and it can be undone.`}
      onClose={onClose}
      size="wide"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            data-autofocus
            disabled={busy || !online || done.length === 0}
            onClick={() => void carryOut()}
          >
            {busy ? "Rolling back…" : `Roll back ${count(done.length, "file")}`}
          </Button>
        </>
      }
    >
      {!plan && !trouble && <Skeleton rows={3} />}
      {plan && plan.files.length === 0 && <p className="muted">There is nothing to take back.</p>}
      {done.length > 0 && <PlannedFiles label="Will be taken back" files={done} />}
      {left.length > 0 && (
        <>
          <h3 className="plan-left">▲ Left as {left.length === 1 ? "it is" : "they are"}</h3>
          <PlannedFiles label="Left as they are" files={left} />
        </>
      )}
      {trouble && (
        <p role="alert" className="trouble">
          {trouble}
        </p>
      )}
    </Dialog>
  );
}

function PlannedFiles({ label, files }: { label: string; files: Rollback["files"] }) {
  return (
    <ul className="plan" aria-label={label}>
      {files.map(({ path, what, added, removed, conflict }) => (
        <li key={path} data-what={what} data-held={conflict}>
          <span className="changes-letter" aria-hidden="true">
            {conflict ? "▲" : WHAT[what].letter}
          </span>
          <span className="changes-path">{path}</span>
          {conflict ? (
            <span className="plan-why">
              {CONFLICTS[conflict].why} {CONFLICTS[conflict].way}
            </span>
          ) : (
            <span className="meta">{effect(what)}</span>
          )}
          {!conflict && added + removed > 0 && <Lines added={added} removed={removed} />}
        </li>
      ))}
    </ul>
  );
}

/** What taking back does to a file. */
function effect(what: Rollback["files"][number]["what"]): string {
  return { created: "comes back", changed: "changes", deleted: "goes", moved: "moves back" }[what];
}

function tell(client: Client, agent: string, { id, files }: Rollback): void {
  const done = files.filter(({ conflict }) => !conflict).length;
  const left = files.length - done;
  const text = `Took back ${count(done, "file")} of ${agent}${left > 0 ? `; ${count(left, "file")} left as before` : ""}.`;
  const undo = () => {
    client.call("change.undo", id === undefined ? {} : { id }).then(
      ({ files: back }) => toast(`Brought back ${count(back.filter(({ conflict }) => !conflict).length, "file")}.`),
      (error: unknown) => toast(toFailure(error).message, { trouble: true }),
    );
  };
  toast(text, id === undefined ? {} : { action: { title: "Undo", run: undo } });
}
