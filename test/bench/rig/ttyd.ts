import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import type { PtyReader } from "./pty-reader.ts";

const OUTPUT = "0".charCodeAt(0);
const INPUT = "0";
const KEY_MS = 5;
/** How long something may take to arrive, ms, and how often all of a file is tried: it may lose some of it. */
const LIMIT_MS = 30_000;
const TRIES = 3;

/** The same figures for ttyd, which carries one terminal to one page; undefined where it is not on PATH. */
export function ttyd(): PtyReader | undefined {
  if (spawnSync("ttyd", ["--version"]).status !== 0) return undefined;
  return {
    async deliver(file, bytes) {
      for (let left = TRIES - 1; ; left--) {
        // It sends nothing more once the program has ended.
        await using terminal = await open(["sh", "-c", 'cat "$0"; sleep 60', file]);
        const began = performance.now();
        terminal.begin();
        if (await terminal.until((received) => received >= bytes)) return performance.now() - began;
        if (left === 0) throw new Error(`ttyd did not bring ${bytes} bytes in ${TRIES} tries`);
      }
    },
    async echoes(count) {
      await using terminal = await open(["sleep", "60"]);
      terminal.begin();
      await wait(200);
      const echoes: number[] = [];
      for (let key = 1; key <= count; key++, await wait(KEY_MS)) {
        const typed = performance.now();
        terminal.type("k");
        if (!(await terminal.until((received) => received >= key))) throw new Error(`ttyd did not echo key ${key}`);
        echoes.push(performance.now() - typed);
      }
      return echoes;
    },
  };
}

async function open(command: string[]) {
  const child = spawn("ttyd", ["--port", "0", "--interface", "127.0.0.1", "--writable", ...command], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const socket = new WebSocket(`ws://127.0.0.1:${await portOf(child)}/ws`, ["tty"]);
  let received = 0;
  let changed = () => {};
  socket.on("message", (data: Buffer) => {
    if (data[0] !== OUTPUT) return;
    received += data.length - 1;
    changed();
  });
  await once(socket, "open");
  return {
    /** The program starts when its page has said how large it is. */
    begin: () => socket.send(JSON.stringify({ AuthToken: "", columns: 80, rows: 24 })),
    type: (text: string) => socket.send(Buffer.from(INPUT + text)),
    /** Whether it came to that in time. */
    until: (enough: (received: number) => boolean) =>
      new Promise<boolean>((resolve) => {
        const late = setTimeout(() => resolve(false), LIMIT_MS);
        changed = () => {
          if (!enough(received)) return;
          clearTimeout(late);
          resolve(true);
        };
      }),
    async [Symbol.asyncDispose]() {
      socket.terminate();
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

async function portOf(child: ChildProcess): Promise<string> {
  if (child.stderr)
    for await (const line of createInterface({ input: child.stderr })) {
      const port = /Listening on port: (\d+)/.exec(line)?.[1];
      if (port !== undefined) {
        child.stderr.resume();
        return port;
      }
    }
  throw new Error("ttyd did not start");
}
