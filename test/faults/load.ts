import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "./caller.ts";
import { counting } from "./load/context.ts";
import { LISTENER, talking } from "./load/messages.ts";
import { spawning } from "./load/agents.ts";
import type { Turn } from "./load/turn.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

export interface LoadOptions {
  clients?: number;
  /** Calls a second of each client, when answers come fast enough. */
  pace?: number;
  /** Whether script agents are started and stopped all along. */
  agents?: boolean;
}

export interface Load {
  readonly clients: readonly Caller[];
  /** Resolves when every call under way is answered, or was given up. */
  stop(): Promise<void>;
}

/**
 * Puts a world under load: clients that write to each other and to a script agent, write one key and keys of their own by
 * compare-and-set, and read their mail; and script agents that come and go. Resolves when all of them are there.
 */
export async function underLoad(
  world: World,
  random: Random,
  { clients = 4, pace = 50, agents = true }: LoadOptions = {},
): Promise<Load> {
  const task = JSON.stringify({ steps: [], on_message: [{ steps: [{ say: "GOT {{message.content}}" }] }] });
  await world.clustr.client.call("agent.spawn", { name: LISTENER, service: "script", task });
  const names = Array.from({ length: clients }, (_, i) => `client-${i + 1}`);
  const joined = await Promise.all(names.map((name) => world.join(name)));
  let over = false;
  const repeat = async (turn: Turn, every: number): Promise<void> => {
    while (!over && !world.signal.aborted) {
      const next = performance.now() + every;
      await turn().catch((error: unknown) => world.signal.aborted || world.violate("run", String(error)));
      await pause(Math.max(0, next - performance.now()));
    }
  };
  const shared = { acknowledged: 0 };
  const loops = joined.map((caller) => {
    const own = random.fork();
    const peers = [...names.filter((name) => name !== caller.name)];
    const talk = talking(caller, peers, own);
    const count = counting(world, caller, shared, own);
    return repeat(() => (own.chance(0.6) ? talk() : count()), 1000 / pace);
  });
  if (agents) loops.push(repeat(spawning(world.person("spawner"), random.fork()), 200));
  return {
    clients: joined,
    async stop() {
      over = true;
      await Promise.all(loops);
    },
  };
}
