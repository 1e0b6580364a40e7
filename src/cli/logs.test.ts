import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Home, NOW } from "../../test/wire/command-line.ts";
import { linesOf } from "./log-lines.ts";

let home: Home;
beforeEach(() => (home = new Home()));
afterEach(() => home[Symbol.dispose]());

const line = (level: number, time: number, msg: string, more: object = {}) =>
  `${JSON.stringify({ level, time, pid: 7, ...more, msg })}\n`;
const HOUR = 3_600_000;

function write(): void {
  const now = NOW.getTime();
  writeFileSync(`${home.path}/server.log.old`, line(30, now - 5 * HOUR, "older"));
  writeFileSync(
    `${home.path}/server.log`,
    line(30, now - 2 * HOUR, "request", { method: "GET", path: "/api", status: 200 }) +
      line(50, now - HOUR, "something failed inside", { failure: "ab12cd34", error: "Error: no\n    at x (y.ts:1)" }) +
      line(30, now, "request", { path: "/\u001b[31mred", status: 500 }) +
      '{"cut off',
  );
}

test("the log reads as lines for people, without a server, the older file first", async () => {
  write();
  const { out, code } = await home.run(["logs"]);
  expect(code).toBe(0);
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}info {3}older$/);
  expect(lines[1]).toContain("request  method=GET path=/api status=200");
  expect(lines[2]).toMatch(/error {2}something failed inside {2}failure=ab12cd34 {2}Error: no$/);
  expect(lines[3]).toBe("    at x (y.ts:1)");
  expect(out).not.toContain("\u001b");
});

test("it can be narrowed to a time, a level, and one error", async () => {
  write();
  expect((await home.run(["logs", "--since", "90m"])).out.split("\n").filter((each) => /^\d/.test(each))).toHaveLength(
    2,
  );
  expect((await home.run(["logs", "--level", "error"])).out).toMatch(/^\S+ \S+ {2}error/);
  const { out } = await home.run(["logs", "--id", "ab12cd34", "--json"]);
  expect(JSON.parse(out)).toMatchObject({ failure: "ab12cd34", level: 50 });
  for (const wrong of [
    ["--level", "loud"],
    ["--since", "yesterday"],
  ]) {
    const { code, err } = await home.run(["logs", ...wrong]);
    expect([code, err]).toEqual([2, expect.stringContaining(`${wrong[0]} takes`)]);
  }
});

test("an agent does not get to read it", async () => {
  write();
  const { code, out } = await home.run(["logs"], { env: { CLUSTR_AGENT: `${home.path}/agent.json` } });
  expect([code, out]).toEqual([3, ""]);
});

test("no log is no failure", async () => {
  expect(await home.run(["logs"])).toMatchObject({ code: 0, out: "" });
});

test("followed, it goes on with every line once, over its beginning anew", async () => {
  const file = `${home.path}/server.log`;
  const stop = new AbortController();
  writeFileSync(file, line(30, 1, "one"));
  const seen: string[] = [];
  const following = (async () => {
    for await (const { message } of linesOf(file, true, stop.signal)) seen.push(message);
  })();
  await vi.waitFor(() => expect(seen).toEqual(["one"]));
  const [first, second] = [line(30, 2, "two").slice(0, 10), line(30, 2, "two").slice(10)];
  appendFileSync(file, first);
  appendFileSync(file, second);
  await vi.waitFor(() => expect(seen).toEqual(["one", "two"]), 5_000);
  appendFileSync(file, line(30, 3, "three"));
  renameSync(file, `${file}.old`);
  writeFileSync(file, line(30, 4, "four"));
  await vi.waitFor(() => expect(seen).toEqual(["one", "two", "three", "four"]), 5_000);
  stop.abort();
  await following;
});
