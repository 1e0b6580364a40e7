import type { Client } from "../../client/client.ts";
import type { Agent } from "../../contract/agent.ts";
import { focusComposer } from "../composer/focus.ts";
import type { MenuItem } from "../controls/menu-item.ts";
import { toast } from "../controls/toast.tsx";
import { openShell } from "../shells/open.ts";

/** How long a removal can be taken back. Until then nothing has happened. */
const GRACE_MS = 6_000;

interface Ways {
  online: boolean;
  act: (action: (client: Client) => Promise<unknown>, done?: string) => Promise<boolean>;
  /** Shows why an agent has its status. */
  explain: () => void;
  /** Asks whether those it has spawned end with it; undefined when none of them is alive. */
  stopAll: (() => void) | undefined;
  /** Takes the agent off the screen while its removal can be taken back. */
  hide: (hidden: boolean) => void;
}

/** What can be done with an agent now; what cannot says why. */
export function actionsFor(agent: Agent, { online, act, explain, stopAll, hide }: Ways): MenuItem[][] {
  const { name, external, live, stopping } = agent;
  const item = (title: string, icon: MenuItem["icon"], why: string | undefined, run: () => unknown): MenuItem => {
    const problem = online ? why : "Not connected.";
    return { title, ...(icon && { icon }), disabled: problem !== undefined, ...(problem && { about: problem }), run };
  };
  const elsewhere = external ? "It was started outside Clustr." : undefined;
  return [
    [
      item("Write to it", "messages", live ? undefined : "It has ended.", () => focusComposer(name)),
      { title: "Why this status", icon: "why", run: explain },
      item("Shell in its folder", "terminal", elsewhere, () => openShell(name)),
    ],
    [
      item(
        "Interrupt",
        "interrupt",
        elsewhere ?? (agent.status === "running" ? undefined : "No turn of it runs."),
        () => act((client) => client.call("agent.interrupt", { name }), `Interrupted ${name}. It waits for word.`),
      ),
      ...(stopAll && (external || !live) ? [item("Stop those it spawned…", "stop", undefined, stopAll)] : []),
      live || external
        ? item(
            stopAll && !external ? "Stop…" : "Stop",
            "stop",
            elsewhere ?? (stopping ? "It is being stopped." : undefined),
            () =>
              stopAll
                ? stopAll()
                : act((client) => client.call("agent.stop", { name })).then(
                    (done) => done && toast(`Stopped ${name}. Its record stays.`, resumeOf(agent, act)),
                  ),
          )
        : item("Resume", "resume", agent.session ? undefined : "It has no conversation to continue.", () =>
            act((client) => client.call("agent.resume", { name }), `Resuming ${name}.`),
          ),
      item("Restart", "restart", elsewhere, () =>
        act((client) => client.call("agent.restart", { name }), `${name} runs its task again from the beginning.`),
      ),
    ],
    [
      {
        ...item("Remove", "remove", live && !external ? "Stop it first." : undefined, () => {
          hide(true);
          const timer = setTimeout(
            () => void act((client) => client.call("agent.remove", { name })).finally(() => hide(false)),
            GRACE_MS,
          );
          const undo = () => {
            clearTimeout(timer);
            hide(false);
          };
          toast(`Removed ${name}.`, { stayMs: GRACE_MS, action: { title: "Undo", run: undo } });
        }),
        danger: true,
      },
    ],
  ];
}

function resumeOf({ name, session }: Agent, act: Ways["act"]) {
  if (session === undefined) return {};
  return { action: { title: "Resume", run: () => void act((client) => client.call("agent.resume", { name })) } };
}
