import { setTimeout as sleep } from "node:timers/promises";
import { ClustrError } from "../../contract/error.ts";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { connectRpc, type Listener, type Rpc } from "./rpc.ts";

/** Starting took up to 1.3 s on a loaded machine with two cores; a cold disk may take longer. */
const READY_MS = 45_000;
/** Between tries to connect. */
const RETRY_MS = 40;
/** Characters of what the server printed that are told when it ends. */
const WORDS_LIMIT = 600;

/** Connects to the agent's app-server as soon as it listens. Rejects with its last words when it ends instead. */
export async function reach(
  socket: string,
  server: AgentTerminal,
  listener: Listener,
  signal: AbortSignal,
): Promise<Rpc> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let ended: string | undefined;
  server.exited(either).then(
    async (exit) => {
      ended = await endOf(server, exit.code);
      over.abort();
    },
    () => undefined,
  );
  const deadline = performance.now() + READY_MS;
  try {
    for (;;) {
      try {
        // The connection itself outlives this function: it must not end with `over`.
        return await connectRpc(socket, listener, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (ended !== undefined) throw new ClustrError("unavailable", ended, { cause: error });
        if (performance.now() > deadline)
          throw new ClustrError(
            "unavailable",
            `Codex's app-server does not listen after ${READY_MS / 1000} s. No prompt was sent; restart the agent.`,
            { cause: error },
          );
      }
      await sleep(RETRY_MS, undefined, { signal: either }).catch(() => undefined);
    }
  } finally {
    over.abort();
  }
}

/** Why an agent cannot go on: its app-server has ended. */
export async function endOf(server: AgentTerminal, code: number | null): Promise<string> {
  const screen = await server.screen().catch(() => undefined);
  const words = (screen?.lines ?? [])
    .map(({ text }) => text.trim())
    .filter((text) => text !== "" && !text.startsWith("WARNING: proceeding"));
  const said = words.length > 0 ? ` It said: ${words.join(" ").slice(-WORDS_LIMIT)}.` : "";
  return `Codex's app-server ended (exit code ${code ?? "unknown"}).${said} The conversation is kept in Codex's own records; restart the agent to run its task again.`;
}
