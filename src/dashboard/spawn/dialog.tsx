import "./dialog.css";
import { useCallback, useRef, useState } from "react";
import type { Agent, Autonomy } from "../../contract/agent.ts";
import { toFailure, type Failure } from "../../contract/error.ts";
import { showAgent } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { Field } from "../controls/field.tsx";
import { toast } from "../controls/toast.tsx";
import { onMac, printKeys } from "../keys/command.ts";
import { useHere, useOnline, useView } from "../live/here.tsx";
import { keep, kept } from "../live/kept.ts";
import { AutonomyChoice } from "./autonomy.tsx";
import { examplesFor } from "./examples.ts";
import { FolderField } from "./folder-field.tsx";
import { useFound } from "./found.ts";
import { suggestName, whyNot } from "./names.ts";
import { ServiceCards } from "./service-cards.tsx";
import { Starting } from "./starting.tsx";

type Part = "name" | "task" | "service" | "folder" | "form";

/** Asks what it takes to start an agent, starts it, and shows how far it has come. */
export function SpawnDialog({ onClose }: { onClose: () => void }) {
  const { client, live, workspace } = useHere();
  const online = useOnline();
  const agents = useView((view) => view.agents);
  const { services, problem: unknown } = useFound();
  const [name, setName] = useState(() => suggestName(live.newest().view?.agents ?? {}));
  const [task, setTask] = useState(() => kept<string>(`spawn.task.${workspace.id}`) ?? "");
  const [wished, setWished] = useState(() => kept<string>("spawn.service"));
  const [folder, setFolder] = useState("");
  const [model, setModel] = useState("");
  const [autonomy, setAutonomy] = useState<Autonomy>(() => kept<Autonomy>("spawn.autonomy") ?? "auto");
  const [refused, setRefused] = useState<{ part: Part; message: string; of: string }>();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [started, setStarted] = useState<string>();
  const form = useRef<HTMLFormElement>(null);

  const ready = services?.filter((service) => service.ready) ?? [];
  const chosen = ready.find(({ service }) => service === wished) ?? ready.find(({ built_in }) => !built_in) ?? ready[0];
  const scripted = chosen?.built_in === true;
  const wrongName = whyNot(name, agents);
  // Once it is ours, its own name is no clash.
  const problemOf = (part: Part, now: string) =>
    refused?.part === part && refused.of === now ? refused.message : undefined;
  const typed = { name, task, service: chosen?.service ?? "", folder, form: "" };

  const spawn = async () => {
    setTried(true);
    if (busy || !online) return;
    if (wrongName !== undefined || task.trim() === "" || !chosen) {
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setBusy(true);
    setRefused(undefined);
    const cwd = folder.trim().replace(/\/+$/, "");
    try {
      const agent = await client.call("agent.spawn", {
        ...{ name, task, service: chosen.service, autonomy },
        ...(cwd !== "" && { cwd }),
        ...(model.trim() !== "" && { model: model.trim() }),
      });
      keep("spawn.service", chosen.service);
      // What asks nothing is chosen anew each time: nobody should get it by habit.
      keep("spawn.autonomy", autonomy === "full" ? undefined : autonomy);
      keep(`spawn.task.${workspace.id}`, undefined);
      setStarted(agent.id);
    } catch (error) {
      const failure = toFailure(error);
      const part = partOf(failure, cwd);
      setRefused({ part, message: failure.message, of: typed[part] });
    } finally {
      setBusy(false);
    }
  };
  const write = (text: string) => {
    setTask(text);
    keep(`spawn.task.${workspace.id}`, text === "" ? undefined : text);
  };

  if (started !== undefined)
    return <Begun id={started} agent={agents[started]} onClose={onClose} onBack={() => setStarted(undefined)} />;
  const send = printKeys("mod+enter");
  return (
    <Dialog
      title="Spawn an agent"
      onClose={onClose}
      size="wide"
      actions={
        <>
          <span className="spawn-note" role="status">
            {online ? problemOf("form", "") : "Not connected: what you wrote is kept."}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={busy || !online} onClick={() => void spawn()}>
            {busy ? "Spawning…" : "Spawn"} <kbd>{send}</kbd>
          </Button>
        </>
      }
    >
      <form
        ref={form}
        className="spawn"
        onSubmit={(event) => {
          event.preventDefault();
          void spawn();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(onMac ? event.metaKey : event.ctrlKey)) return;
          event.preventDefault();
          void spawn();
        }}
      >
        <Field label="Name" problem={wrongName ?? problemOf("name", name)}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={name}
              maxLength={64}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={({ target }) => setName(target.value)}
              onFocus={({ target }) => target.select()}
            />
          )}
        </Field>
        <Field
          label="Task"
          problem={tried && task.trim() === "" ? "Say what the agent shall do." : problemOf("task", task)}
          about={scripted ? "A list of steps in JSON: it plays them and thinks nothing." : undefined}
        >
          {(control) => (
            <textarea
              {...control}
              data-autofocus
              className="input spawn-task"
              data-script={scripted}
              rows={4}
              value={task}
              spellCheck={!scripted}
              placeholder="Complete in itself: it sees nothing of what you told others."
              onChange={({ target }) => write(target.value)}
            />
          )}
        </Field>
        {task.trim() === "" && (
          <div className="spawn-examples" role="group" aria-label="Example tasks">
            <span className="meta">For example</span>
            {examplesFor(scripted).map((example) => (
              <Button key={example.title} look="quiet" onClick={() => write(example.task)}>
                {example.title}
              </Button>
            ))}
          </div>
        )}
        <ServiceCards
          services={services}
          chosen={chosen?.service}
          onChoose={setWished}
          problem={noneReady(services) ?? unknown ?? problemOf("service", typed.service)}
        />
        <div className="spawn-pair">
          <FolderField value={folder} onChange={setFolder} problem={problemOf("folder", folder)} />
          <Field label="Model">
            {(control) => (
              <input
                {...control}
                className="input"
                value={model}
                maxLength={200}
                autoComplete="off"
                spellCheck={false}
                placeholder="The tool's own choice"
                onChange={({ target }) => setModel(target.value)}
              />
            )}
          </Field>
        </div>
        <AutonomyChoice chosen={autonomy} onChoose={setAutonomy} />
      </form>
    </Dialog>
  );
}

function noneReady(services: ReturnType<typeof useFound>["services"]): string | undefined {
  return services && !services.some(({ ready }) => ready)
    ? "None is ready. Install one as said above; it is looked for again every few seconds."
    : undefined;
}

/** Where a refusal belongs: at what it is about, else at the foot. */
function partOf({ code, message }: Failure, cwd: string): Part {
  if (code === "conflict") return "name";
  if (code === "invalid" && cwd !== "" && message.includes(cwd)) return "folder";
  if (code === "unavailable" && message.startsWith("Nothing was spawned")) return "service";
  return "form";
}

interface BegunProps {
  id: string;
  agent: Agent | undefined;
  onClose: () => void;
  /** Back to the form, with everything that was written there. */
  onBack: () => void;
}

/** The dialog from the request to the first prompt; closes by itself then, and shows the agent. */
function Begun({ id, agent, onClose, onBack }: BegunProps) {
  const { live } = useHere();
  const show = useCallback(() => {
    const all = live.newest().view?.agents ?? {};
    const now = all[id];
    onClose();
    if (now) showAgent(now, Object.values(all));
  }, [live, id, onClose]);
  const begun = useCallback(() => {
    show();
    const name = live.newest().view?.agents[id]?.name;
    if (name) toast(`${name} is at work.`);
  }, [show, live, id]);
  const failed = agent?.status === "done" && agent.outcome !== "finished";
  return (
    <Dialog
      // Made anew when it fails, so that the way back has the focus.
      key={failed ? "failed" : "starting"}
      title={failed ? `${agent.name} could not start` : "Starting"}
      onClose={onClose}
      actions={
        failed ? (
          <>
            <Button onClick={show}>Show it</Button>
            <Button look="primary" data-autofocus onClick={onBack}>
              Back to the form
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Go on without waiting</Button>
            <Button look="primary" data-autofocus disabled={!agent} onClick={show}>
              Show its terminal
            </Button>
          </>
        )
      }
    >
      {agent ? <Starting agent={agent} onBegun={begun} /> : <p className="muted">Asking the server…</p>}
    </Dialog>
  );
}
