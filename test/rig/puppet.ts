import type { Answer } from "../../src/contract/attention.ts";
import type {
  AgentLink,
  AgentSession,
  Evidence,
  HandOver,
  HookCall,
  Parcel,
  Service,
} from "../../src/core/ports/service.ts";
import type { TerminalHost, TerminalInfo, TerminalSpec } from "../../src/core/ports/terminal.ts";

/** An agent without a tool: the test says what it reports and takes what it is handed. */
export class Puppet implements Service {
  readonly id = "puppet";
  readonly title = "Puppet";
  readonly links = new Map<string, AgentLink>();
  readonly handed: { agent: string; parcels: Parcel[] }[] = [];
  /** What `deliver` answers; by default everything is taken. */
  deliver: (agent: string, parcels: Parcel[]) => Promise<HandOver> = async () => ({ channel: "hand" });
  /** Set to make the next starts fail. */
  refusal: Error | undefined;
  /** Ids the conversation of an agent is said to hold already. */
  known: string[] = [];
  /** What a conversation is asked for what it holds. */
  knows: (ids: string[]) => Promise<string[]> = async (ids) => ids.filter((id) => this.known.includes(id));
  /** Set to make the next starts wait. */
  hold: Promise<void> | undefined;
  /** Answers that reached an agent, in order. */
  readonly answered: { agent: string; key: string; answer: Answer }[] = [];
  /** What an answer brings about; by default the agent goes on. */
  effect: (agent: string) => Promise<void> = (agent) => this.link(agent).report({ type: "resolved" });
  /** Agents whose turn was stopped, in order; each then rests. */
  readonly interrupted: string[] = [];
  /** What every agent's sources tell. */
  evidence: Evidence[] = [];
  /** Set to make looking for the tool fail. */
  missing: Error | undefined;

  async detect() {
    if (this.missing) throw this.missing;
    return { service: this.id, title: this.title, ready: true, path: "/bin/true", findings: [] };
  }

  async open(link: AgentLink): Promise<AgentSession> {
    if (this.refusal) throw this.refusal;
    this.links.set(link.agent.name, link);
    const { name } = link.agent;
    if (this.hold) {
      await this.hold;
      await link.side("late", { command: "/bin/true", args: [], env: {} });
    }
    return {
      hook: async (call: HookCall) => ({ parcels: await link.takeParcels(call.requestId, "hook") }),
      deliver: async (parcels) => {
        const result = await this.deliver(name, parcels);
        if ("channel" in result) this.handed.push({ agent: name, parcels });
        return result;
      },
      answer: async (key, answer) => {
        this.answered.push({ agent: name, key, answer });
        await this.effect(name);
      },
      interrupt: async () => {
        this.interrupted.push(name);
        await link.report({ type: "idle" });
      },
      evidence: () => this.evidence,
      knows: (ids) => this.knows(ids),
      leave: async () => {},
      close: async () => {},
    };
  }

  link(agent: string): AgentLink {
    const link = this.links.get(agent);
    if (!link) throw new Error(`${agent} was not started.`);
    return link;
  }
}

/** A terminal host without programs: it only knows which puppets were started, and what was started and killed since. */
export class PuppetHost implements TerminalHost {
  readonly started = new Set<string>();
  /** Terminals that have ended and are still remembered. */
  readonly ended = new Set<string>();
  readonly #puppet: Puppet;
  readonly #killed = new Set<string>();

  constructor(puppet: Puppet) {
    this.#puppet = puppet;
  }

  /** Terminals in which something runs. */
  get running(): string[] {
    const puppets = [...this.#puppet.links.values()].map(({ agent }) => `${agent.id}.${agent.run}`);
    return [...new Set([...puppets, ...this.started])].filter((id) => !this.#killed.has(id));
  }
  async ensure({ id }: TerminalSpec) {
    this.started.add(id);
    return infoOf(id);
  }
  async list() {
    const exit = { code: 0, signal: null, at: new Date(0).toISOString() };
    return [...this.running.map(infoOf), ...[...this.ended].map((id) => ({ ...infoOf(id), exit }))];
  }
  async info(id: string) {
    return (await this.list()).find((info) => info.id === id);
  }
  async kill(id: string) {
    this.#killed.add(id);
    return { survivors: [] };
  }
  async write() {}
  async resize() {}
  async *follow() {}
  exited() {
    return new Promise<never>(() => {});
  }
  async forget() {}
  async doorPort() {
    return 1;
  }
  async shutdown() {
    return { ended: 0, survivors: [] };
  }
  async close() {}
}

function infoOf(id: string): TerminalInfo {
  return { id, epoch: "e", pid: 1, cols: 80, rows: 24, firstOffset: 0, endOffset: 0 };
}
