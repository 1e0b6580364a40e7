import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { Stream } from "../../src/client/stream.ts";
import { connectTerminalHost } from "../../src/terminal/client.ts";
import { createScreens } from "../../src/terminal/screen/screens.ts";
import { scratch } from "../rig/rig.ts";
import { testHome } from "./home.ts";

/** Numbers in bursts, for about three seconds: every byte of the output is known by its offset. */
const LAST = 60_000;
const PROGRAM = `for (let n = 1, at = 0; n <= ${LAST}; at++) { let s = ""; for (let i = 0; i < 1000; i++) s += n++ + "\\n"; process.stdout.write(s); await new Promise((r) => setTimeout(r, 50)); }`;
const EXPECTED = Buffer.from(Array.from({ length: LAST }, (_, at) => `${at + 1}\r\n`).join(""));

test("a viewer of a real program loses no byte while the server ends and comes back, again and again", async () => {
  await using place = await scratch();
  const ended = new AbortController();
  const log = () => {};
  const runtimeDir = await place.folder("r");
  const host = await connectTerminalHost({
    home: await place.folder("h"),
    runtimeDir,
    doorTarget: `${runtimeDir}/d`,
    version: "test",
    signal: ended.signal,
    log,
    idleMs: 1000,
  });
  const screens = createScreens({ host, signal: ended.signal, log });
  try {
    const program = { command: process.execPath, args: ["--input-type=module", "-e", PROGRAM], env: {} };
    await using home = await testHome({ terminals: { host, screens }, program });
    await home.agent("counter");
    const output: Buffer[] = [];
    let shown = 0;
    const over = Promise.withResolvers<number | null>();
    const stream = new Stream({ base: home.server.url, workspace: home.workspace.id, token: home.human, on: {} });
    stream.attach("counter", {
      screen(_, drawn) {
        shown++;
        drawn();
      },
      output(bytes, drawn) {
        output.push(Buffer.from(bytes));
        drawn();
      },
      exit: (code) => over.resolve(code),
    });
    for (let restarts = 0; restarts < 4; restarts++) {
      await wait(400);
      await home.restartServer();
    }
    expect(await over.promise).toBe(0);
    stream.close();

    const received = Buffer.concat(output);
    const begins = EXPECTED.length - received.length;
    expect(received.length).toBeGreaterThan(EXPECTED.length / 2);
    expect(received.equals(EXPECTED.subarray(begins))).toBe(true);
    expect(shown).toBe(1);
  } finally {
    await host.shutdown(500);
    ended.abort();
    await host.close();
  }
}, 30_000);
