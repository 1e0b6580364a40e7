import { WebSocket } from "ws";
import type { ClientFrame } from "../../src/contract/wire.ts";
import type { RunningClustr } from "../rig/clustr.ts";

/**
 * Everything a person's socket is answered for these frames, until it is closed, has had `refusals` refusals, or nothing
 * came for a while.
 */
export function answersTo(clustr: RunningClustr, refusals: number, ...frames: ClientFrame[]): Promise<string[]> {
  const socket = new WebSocket(`${clustr.ready.url.replace("http", "ws")}/ws`, {
    headers: { authorization: `Bearer ${clustr.token}` },
  });
  const answers: string[] = [];
  const refused = () => answers.filter((text) => text.includes('"type":"refused"')).length;
  return new Promise((resolve, reject) => {
    let quiet: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.terminate(), QUIET_MS);
    };
    socket.on("open", () => {
      for (const frame of frames) socket.send(JSON.stringify(frame));
      wait();
    });
    socket.on("message", (data: Buffer, binary) => {
      answers.push(binary ? `bytes ${data.toString()}` : data.toString());
      if (refused() >= refusals) socket.terminate();
      else wait();
    });
    socket.on("close", () => {
      clearTimeout(quiet);
      resolve(answers);
    });
    socket.on("error", reject);
  });
}

/** A loopback that says nothing for so long has said all. */
const QUIET_MS = 1_500;
