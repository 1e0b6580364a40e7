import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** How long an answer may take before the next case is begun, ms. */
const ANSWER_MS = 2_000;

export type Target = number | string;

function open(to: Target): Socket {
  const socket = typeof to === "number" ? connect(to, "127.0.0.1") : connect(to);
  socket.on("error", () => {}); // That it was cut off is an answer, too.
  return socket;
}

/**
 * Sends bytes; what was answered, at most 64 kB of it, once it is complete or the other side has hung up. Bytes may
 * promise more than they bring: after `patience` ms without an answer our own side is ended.
 */
export async function ask(to: Target, bytes: Buffer, patience: number): Promise<string> {
  const socket = open(to);
  let answer = "";
  socket.write(bytes);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ANSWER_MS);
    setTimeout(() => socket.end(), patience).unref();
    const whole = (): boolean => {
      const head = answer.indexOf("\r\n\r\n");
      const length = /content-length: (\d+)/i.exec(answer.slice(0, Math.max(head, 0)))?.[1];
      return head >= 0 && length !== undefined && answer.length >= head + 4 + Number(length);
    };
    socket.on("data", (data: Buffer) => {
      if (answer.length < 65_536) answer += data.toString("latin1");
      if (whole()) socket.destroy();
    });
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.destroy();
  return answer;
}

/** Sends bytes after a greeting, waits a moment for what comes of it, and is gone. */
export async function tell(to: Target, greeting: Buffer, until: string, bytes: Buffer, ms: number): Promise<void> {
  const socket = open(to);
  const closed = once(socket, "close");
  if (greeting.length > 0) {
    socket.write(greeting);
    const greeted = new Promise<void>((resolve) => {
      socket.on("data", (data: Buffer) => data.toString("latin1").includes(until) && resolve());
    });
    await Promise.race([greeted, closed, new Promise((resolve) => setTimeout(resolve, ANSWER_MS).unref())]);
  } else socket.resume();
  if (!socket.destroyed) socket.write(bytes);
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, ms))]);
  socket.destroy();
}

/** Carries out some work for each of many cases, so many at once. */
export async function each<T>(cases: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    for (let i = next++; i < cases.length; i = next++) await work(cases[i] as T);
  };
  await Promise.all(Array.from({ length: atOnce }, run));
}
