import "./shells.css";
import { useState } from "react";
import { shellAddress } from "../../contract/shell-address.ts";
import type { Shell } from "../../contract/shell.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { Ago } from "../controls/time.tsx";
import { toast } from "../controls/toast.tsx";
import { useAct, useHere, useOnline, useView } from "../live/here.tsx";
import { atClick } from "../route/part.tsx";
import { go, useRoute } from "../route/route.ts";
import { openShell } from "./open.ts";

const ShellPane = atClick(() => import("./shell-pane.tsx").then((module) => module.ShellPane));

/** The person's own shells: beside the agents, in the same folder, seen and used by nobody else. */
export function Shells() {
  const { shell: wanted } = useRoute();
  const online = useOnline();
  const act = useAct();
  const shells = useView((view) => view.shells);
  const [busy, setBusy] = useState(false);
  const shown = shells.find(({ id }) => id === wanted) ?? shells[0];
  const open = async () => {
    setBusy(true);
    await openShell();
    setBusy(false);
  };
  const close = async ({ id }: Shell) => {
    if (await act((client) => client.call("shell.close", { id }))) toast("Closed the shell and all it started.");
  };
  if (!shown)
    return (
      <Empty
        title="No shell is open"
        action={
          <Button look="primary" icon="plus" disabled={!online || busy} onClick={() => void open()}>
            {busy ? "Opening…" : "Open a shell"}
          </Button>
        }
      >
        A terminal of your own in the workspace's folder, to look around or run a command beside the agents. It goes on
        when this page is closed.
      </Empty>
    );
  return (
    <div className="shells" data-pane>
      <header className="shells-head">
        <div className="shells-tabs" role="group" aria-label="Shells">
          {shells.map((one, index) => (
            <button
              key={one.id}
              type="button"
              aria-current={one.id === shown.id || undefined}
              onClick={() => go({ shell: one.id })}
            >
              {nameOf(index)} <Folder shell={one} />
            </button>
          ))}
        </div>
        <IconButton icon="plus" label="Open another shell" disabled={!online || busy} onClick={() => void open()} />
        <span className="shells-facts meta">
          <Ago at={shown.at} />
        </span>
        <Button look="quiet" icon="stop" disabled={!online} onClick={() => void close(shown)}>
          Close
        </Button>
      </header>
      <ShellPane
        key={shown.id}
        address={shellAddress(shown.id)}
        name={nameOf(shells.indexOf(shown))}
        cwd={shown.cwd}
        meanwhile={<Skeleton />}
      />
    </div>
  );
}

function nameOf(index: number): string {
  return `shell ${index + 1}`;
}

/** Whose folder, or which. */
function Folder({ shell: { cwd, agent } }: { shell: Shell }) {
  const { workspace } = useHere();
  const inside = cwd === workspace.path ? "" : cwd.slice(workspace.path.length + 1);
  const where = [agent && `with ${agent}`, inside].filter(Boolean).join(", ");
  return where === "" ? null : <span className="muted clip">{where}</span>;
}
