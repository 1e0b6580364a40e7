import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { LOG_LIMIT, logFile } from "./log-file.ts";

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), "clustr-log-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

it("adds lines to what is there, in order, for its owner alone", async () => {
  const file = path.join(folder(), "server.log");
  const first = logFile(file);
  first.write("one\n");
  first.write("two\n");
  await first.flush();
  const second = logFile(file);
  second.write("three\n");
  await second.flush();
  expect(readFileSync(file, "utf8")).toBe("one\ntwo\nthree\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("outlives a disk that takes nothing, and says afterwards how many lines are missing", async () => {
  const place = path.join(folder(), "gone");
  const file = path.join(place, "server.log");
  const log = logFile(file);
  log.write("lost\n");
  log.write("lost too\n");
  await log.flush();
  mkdirSync(place);
  log.write("kept\n");
  await log.flush();
  expect(readFileSync(file, "utf8")).toBe('{"msg":"2 lines before this one could not be kept"}\nkept\n');
});

it("stays bounded: begins anew and keeps one older file", async () => {
  const file = path.join(folder(), "server.log");
  writeFileSync(file, "");
  chmodSync(file, 0o600);
  truncateSync(file, LOG_LIMIT + 1);
  const log = logFile(file);
  log.write("new\n");
  await log.flush();
  expect(readFileSync(file, "utf8")).toBe("new\n");
  expect(statSync(`${file}.old`).size).toBe(LOG_LIMIT + 1);
});
