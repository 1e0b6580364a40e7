import { chmod, lstat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { createConnection, type ListenOptions } from "node:net";
import { ClustrError } from "../contract/error.ts";

/** Ports tried after a taken one. */
const NEXT_PORTS = 50;
/** How long somebody behind a socket may take to answer, ms; who has not refused by then counts as alive. */
const PROBE_MS = 1_000;

/**
 * Listens on 127.0.0.1 and, where the machine has it, on ::1, with the same port: otherwise another program could
 * answer for `localhost`. `port` 0 takes any. Rejects with `conflict` when the port is taken and `nextFree` is false.
 */
export async function listenLocal(
  servers: { four: Server; six: Server },
  port: number,
  nextFree: boolean,
): Promise<number> {
  const last = port === 0 || nextFree ? Math.min(port === 0 ? NEXT_PORTS : port + NEXT_PORTS, 65_535) : port;
  for (let attempt = port; attempt <= last; attempt++) {
    const wanted = port === 0 ? 0 : attempt;
    const failure = await listen(servers.four, { host: "127.0.0.1", port: wanted });
    if (failure === undefined) {
      const address = servers.four.address();
      const taken = typeof address === "object" && address ? address.port : wanted;
      const six = await listen(servers.six, { host: "::1", port: taken, ipv6Only: true });
      // A machine without IPv6 says one of these; there `localhost` cannot mean ::1.
      if (six === undefined || six === "EADDRNOTAVAIL" || six === "EAFNOSUPPORT") return taken;
      await new Promise((resolve) => servers.four.close(resolve));
    } else if (failure !== "EADDRINUSE") {
      throw new ClustrError(
        failure === "EACCES" ? "invalid" : "unavailable",
        `Port ${wanted} cannot be used (${failure}). Choose another with --port.`,
      );
    }
  }
  throw new ClustrError(
    "conflict",
    `Port ${port} is taken by another program. Choose another with --port, or --port 0 for any.`,
  );
}

/**
 * Listens on a unix socket with mode 0600. What a dead server left behind is replaced; a living one is not:
 * rejects with `conflict`.
 */
export async function listenSocket(server: Server, path: string): Promise<void> {
  const state = await stateOf(path);
  if (state === "alive")
    throw new ClustrError(
      "conflict",
      "Another Clustr server already serves this home. Use it, or end it with `clustr shutdown`.",
    );
  if (state === "stale") await unlink(path);
  const failure = await listen(server, { path });
  if (failure !== undefined)
    throw new ClustrError("unavailable", `The agents' socket cannot be opened at ${path} (${failure}).`);
  await chmod(path, 0o600);
}

/** Whether somebody listens behind a path. Only a refused connection proves that nobody does. */
async function stateOf(path: string): Promise<"free" | "stale" | "alive"> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return "free";
  // Connecting to an ordinary file is refused too; it is none of ours to remove.
  if (!stats.isSocket()) return "alive";
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const timer = setTimeout(() => settle("alive"), PROBE_MS);
    const settle = (state: "free" | "stale" | "alive") => {
      clearTimeout(timer);
      probe.destroy();
      resolve(state);
    };
    probe.on("connect", () => settle("alive"));
    probe.on("error", ({ code }: NodeJS.ErrnoException) =>
      settle(code === "ECONNREFUSED" ? "stale" : code === "ENOENT" ? "free" : "alive"),
    );
  });
}

/** Resolves once listening, or with the error's code. */
function listen(server: Server, options: ListenOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off("listening", ready);
      resolve(error.code ?? error.message);
    };
    const ready = () => {
      server.off("error", failed);
      resolve(undefined);
    };
    server.once("error", failed).once("listening", ready).listen(options);
  });
}
