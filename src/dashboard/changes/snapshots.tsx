import "./changes.css";
import { useState } from "react";
import { toFailure } from "../../contract/error.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { Skeleton } from "../controls/empty.tsx";
import { Ago } from "../controls/time.tsx";
import { toast } from "../controls/toast.tsx";
import { useAct, useHere, useOnline } from "../live/here.tsx";
import { useAsked } from "./asked.ts";
import { count, WHAT } from "./words.ts";

type Restore = Output<Operations["snapshot.restore"]>;

/** The folder's states: taken before every agent, and whenever the person wants. */
export function Snapshots({ onClose }: { onClose: () => void }) {
  const { client } = useHere();
  const act = useAct();
  const online = useOnline();
  const { answer, failure, again } = useAsked("snapshots", (server) => server.call("snapshot.list", {}));
  const [plan, setPlan] = useState<{ id: string; label: string; files: Restore }>();
  const look = (id: string, label: string) =>
    act(async (server) => setPlan({ id, label, files: await server.call("snapshot.restore", { id, dry_run: true }) }));
  const restore = async (id: string) => {
    const done = await act(async () => {
      const { total, left } = await client.call("snapshot.restore", { id });
      const rest = left.length > 0 ? `; ${count(left.length, "file")} left, changed at that moment` : "";
      toast(`Restored ${count(total, "file")}${rest}.`, { action: { title: "Undo", run: () => undo() } });
    });
    if (done) onClose();
  };
  const undo = () => {
    client.call("change.undo", {}).then(
      () => toast("The folder is as it was before."),
      (error: unknown) => toast(toFailure(error).message, { trouble: true }),
    );
  };
  if (plan)
    return (
      <Dialog
        title={`Restore “${plan.label}”`}
        about="The whole folder becomes what it was then, everybody's later work included. It can be undone."
        size="wide"
        onClose={onClose}
        actions={
          <>
            <Button onClick={() => setPlan(undefined)}>Back</Button>
            <Button look="danger" disabled={!online || plan.files.total === 0} onClick={() => void restore(plan.id)}>
              Restore {count(plan.files.total, "file")}
            </Button>
          </>
        }
      >
        {plan.files.total === 0 && <p className="muted">The folder is already as it was then.</p>}
        <ul className="plan" aria-label="What would change">
          {plan.files.files.map(({ path, what }) => (
            <li key={path} data-what={what}>
              <span className="changes-letter" aria-hidden="true">
                {WHAT[what].letter}
              </span>
              <span className="changes-path">{path}</span>
              <span className="meta">{WHAT[what].word}</span>
            </li>
          ))}
        </ul>
      </Dialog>
    );
  return (
    <Dialog
      title="Snapshots"
      about="The folder's exact state, taken before every agent starts. Nothing of it is in your own repository."
      size="wide"
      onClose={onClose}
      actions={
        <Button
          icon="plus"
          disabled={!online}
          onClick={() => void act((server) => server.call("snapshot.take", {}), "Snapshot taken.").then(again)}
        >
          Take one now
        </Button>
      }
    >
      {!answer && !failure && <Skeleton rows={4} />}
      {failure && (
        <p role="alert" className="trouble">
          {failure.message}
        </p>
      )}
      {answer?.length === 0 && <p className="muted">None yet. The first is taken before the first agent starts.</p>}
      <ul className="plan" aria-label="Snapshots">
        {answer?.map(({ id, at, label, skipped_count }) => (
          <li key={id}>
            <span className="changes-path">{label}</span>
            {skipped_count > 0 && <span className="meta">{count(skipped_count, "file")} not kept</span>}
            <Ago at={at} />
            <Button look="quiet" disabled={!online} onClick={() => void look(id, label)}>
              Restore…
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
