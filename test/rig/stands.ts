import { emptyView, type View } from "../../src/contract/view.ts";
import type { Agent } from "../../src/contract/agent.ts";
import type { Fact } from "../../src/contract/event.ts";
import { applyEvent } from "../../src/contract/fold.ts";
import type { Signal } from "../../src/core/ports/service.ts";
import type { TerminalExit } from "../../src/core/ports/terminal.ts";
import { endOf, factsOf } from "../../src/core/status.ts";
import type { RigRun } from "./link.ts";

/** How an agent stands, in as many words as a person looks for. */
export type Stand = "spawning" | "working" | "held" | "idle" | "failed" | "gone";

/** One line of times, in ms of `performance.now()`: how it stands from there on. */
export type Line<T> = { at: number; is: T }[];

/** What a line says at a moment; undefined before its beginning. */
export function at<T>(line: Line<T>, moment: number): T | undefined {
  return line.findLast((entry) => entry.at <= moment)?.is;
}

/** What everybody who looks at Clustr is told of an agent: its signals through the core's own rules and the one fold. */
export class Reported {
  readonly line: Line<Stand> = [];
  /** Moments at which the status stopped (true) or began again (false) to be sure. */
  readonly doubts: Line<boolean> = [];
  #view: View = emptyView();

  constructor({ agent }: RigRun) {
    const { id, name, task, cwd, autonomy } = agent;
    const origin = { id, name, task, cwd, autonomy, service: "tool", depth: 0, external: false };
    this.#fold({
      type: "agent.spawned",
      data: { agent: { ...origin, spawned_by: "human", spawned_by_id: "human" }, rules_revision: 0 },
    });
  }

  /** Hears every signal of this run from now on. */
  listen(run: RigRun): void {
    const report = run.report.bind(run);
    run.report = async (signal: Signal) => {
      this.#note((agent, time) => (agent.live ? factsOf(agent, signal, time) : []));
      await report(signal);
    };
  }

  /** The agent's own terminal has ended. */
  ended(exit: TerminalExit): void {
    this.#note((agent) => (agent.live ? [endOf(agent, exit, "")] : []));
  }

  #note(facts: (agent: Agent, time: string) => Fact[]): void {
    const [agent] = Object.values(this.#view.agents);
    if (agent) for (const fact of facts(agent, new Date().toISOString())) this.#fold(fact);
  }

  #fold(fact: Fact): void {
    const seq = this.#view.seq + 1;
    const actor = { kind: "system" as const };
    this.#view = applyEvent(this.#view, {
      ...fact,
      seq,
      id: `e${seq}`,
      at: new Date().toISOString(),
      actor,
      subject: "",
    });
    const [agent] = Object.values(this.#view.agents);
    if (!agent) return;
    const now = performance.now();
    const is = standOf(agent);
    if (is !== this.line.at(-1)?.is) this.line.push({ at: now, is });
    if (!agent.sure !== (this.doubts.at(-1)?.is ?? false)) this.doubts.push({ at: now, is: !agent.sure });
  }
}

function standOf({ status, live, outcome, attention }: Agent): Stand {
  if (!live) return "gone";
  if (attention) return "held";
  if (status === "spawning") return "spawning";
  if (status === "running") return "working";
  return outcome === "failed" ? "failed" : "idle";
}

/** What the script knows. While the tool is between two of its states, either is right. */
export class Truth {
  readonly line: Line<Stand[]> = [];

  is(...stands: Stand[]): void {
    if (stands.join() !== this.now.join()) this.line.push({ at: performance.now(), is: stands });
  }

  get now(): Stand[] {
    return this.line.at(-1)?.is ?? [];
  }
}
