import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TerminalHost } from "../../core/ports/terminal.ts";
import { freshMark, marked, readUntil, terminalHome, until } from "../../../test/suites/terminal-home.ts";
import { processOf, signal, startOf } from "./processes.ts";

const at = terminalHome();
let host: TerminalHost;
beforeAll(async () => {
  host = await at.connect();
});
afterAll(() => at.end());

const node = process.execPath;
/** A process that does nothing, but can be recognised. */
const idle = (mark: string) => `${node} -e 'setTimeout(() => {}, 600_000)' ${mark}`;

/** Seven processes that each escape another way of being killed. To be run with `<mark>-leader` as its name. */
function torture(mark: string): string {
  return `
    trap '' HUP
    ${idle(`${mark}-plain`)} &
    sh -c 'set -m; ${idle(`${mark}-own-group`).replaceAll("'", '"')} & wait' &
    setsid ${idle(`${mark}-own-session`)} &
    (nohup setsid sh -c '${idle(`${mark}-daemon`).replaceAll("'", '"')} & exit' >/dev/null 2>&1 &)
    sh -c 'trap "" TERM HUP INT; ${idle(`${mark}-immune-child`).replaceAll("'", '"')} & wait; wait' ${mark}-immune &
    wait; wait`;
}

it("ends a program and all it started, however it tried to get away", async () => {
  const mark = freshMark();
  await host.ensure(at.script("torture.1", "", { args: ["-c", torture(mark), `${mark}-leader`] }));
  const bystander = spawn(node, ["-e", "setTimeout(() => {}, 600_000)", "bystander"], { stdio: "ignore" });
  try {
    for (const kind of ["leader", "plain", "own-group", "own-session", "daemon", "immune", "immune-child"]) {
      await until(`${kind} is there`, () => marked(`${mark}-${kind}`).length === 1);
    }
    await until("the daemon has no parent", () => processOf(marked(`${mark}-daemon`)[0] ?? 0)?.parent === 1);
    expect(await host.kill("torture.1", 300)).toEqual({ survivors: [] });
    expect(marked(mark, false)).toEqual([]);
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  } finally {
    bystander.kill("SIGKILL");
  }
});

it("says of an ended program that it left something running, and ends that", async () => {
  const mark = freshMark();
  await host.ensure(at.script("left.1", `nohup setsid ${idle(mark)} >/dev/null 2>&1 & echo left; sleep 0.1`));
  await host.exited("left.1", new AbortController().signal);
  await until("it is there", () => marked(mark).length === 1);
  const left = async () => (await host.list()).find(({ id }) => id === "left.1")?.left;
  expect(await left()).toBe(true);
  expect(await host.kill("left.1", 200)).toEqual({ survivors: [] });
  expect(marked(mark)).toEqual([]);
  expect(await left()).toBe(false);
});

it("remembers processes that dropped the tag, left the session and lost their parent", async () => {
  const mark = freshMark();
  await host.ensure(
    at.script("escaped.1", `env -i setsid sh -c '${idle(mark).replaceAll("'", '"')} & sleep 4' & sleep 600`),
  );
  // The host looks every 3 s, so it has seen it before its parent ends.
  await until("it has no parent", () => processOf(marked(mark)[0] ?? 0)?.parent === 1);
  expect(await host.kill("escaped.1", 200)).toEqual({ survivors: [] });
  expect(marked(mark)).toEqual([]);
});

it("ends a program that was stopped", async () => {
  const { pid } = await host.ensure(
    at.script("stopped.1", "trap 'echo woken; exit 4' TERM; echo ready; while :; do sleep 0.05; done"),
  );
  await readUntil(host, "stopped.1", "ready");
  process.kill(pid, "SIGSTOP");
  expect(await host.kill("stopped.1", 3_000)).toEqual({ survivors: [] });
  expect(await host.exited("stopped.1", new AbortController().signal)).toMatchObject({ code: 4 });
});

it("never signals a process that only has the pid of the one meant", async () => {
  const other = spawn(node, ["-e", "setTimeout(() => {}, 600_000)"], { stdio: "ignore" });
  try {
    const pid = other.pid ?? 0;
    const start = startOf(pid) ?? "";
    signal({ pid, parent: 1, session: 1, start: `${Number(start) - 1}` }, "SIGKILL");
    await sleep(100);
    expect(other.signalCode).toBeNull();
    signal({ pid, parent: 1, session: 1, start }, "SIGKILL");
    await until("now it is gone", () => other.signalCode === "SIGKILL");
  } finally {
    other.kill("SIGKILL");
  }
});
