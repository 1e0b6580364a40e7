import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { openHomeFolder } from "./home.ts";

function place(): string {
  const made = mkdtempSync("/tmp/ch-");
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

it("keeps sockets beside the data, whatever the environment says: the next server finds the hosts of this one", async () => {
  const home = path.join(place(), "h");
  vi.stubEnv("XDG_RUNTIME_DIR", path.join(home, "xdg"));
  onTestFinished(() => void vi.unstubAllEnvs());
  const { runtime } = await openHomeFolder(home);
  vi.stubEnv("TMPDIR", path.join(home, "tmp"));
  expect((await openHomeFolder(home)).runtime).toBe(runtime);
  expect(runtime).toBe(path.join(home, "run"));
  expect(statSync(runtime).mode & 0o777).toBe(0o700);
});

it("gives a home with a long path a short folder of its own for sockets, and takes it away with the server", async () => {
  const home = path.join(place(), "long".repeat(30), "h");
  const opened = await openHomeFolder(home);
  expect(opened.runtime.length).toBeLessThanOrEqual(50);
  expect(opened.runtime).not.toContain("long");
  expect(statSync(opened.runtime).mode & 0o777).toBe(0o700);
  expect(statSync(path.dirname(opened.runtime)).mode & 0o777).toBe(0o700);
  mkdirSync(path.join(opened.runtime, "agent.1"));
  await opened.announce({ url: "http://127.0.0.1:1", token: "t", pid: process.pid, started: "now" });
  await opened.retract();
  expect(existsSync(opened.runtime)).toBe(false);
});

it("leaves the folder for sockets while a terminal host has one there", async () => {
  const { runtime, announce, retract } = await openHomeFolder(path.join(place(), "h"));
  writeFileSync(path.join(runtime, "host.sock"), "");
  await announce({ url: "http://127.0.0.1:1", token: "t", pid: process.pid, started: "now" });
  await retract();
  expect(existsSync(runtime)).toBe(true);
});

it("says what to do when the data folder cannot be one", async () => {
  const file = path.join(place(), "file");
  writeFileSync(file, "");
  await expect(openHomeFolder(file)).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("Set CLUSTR_HOME to a folder you own") as string,
  });
});

it("has one secret, however many open a new home at once", async () => {
  const home = path.join(place(), "h");
  const opened = await Promise.all(Array.from({ length: 10 }, () => openHomeFolder(home)));
  expect(new Set(opened.map(({ secret }) => secret.toString("hex"))).size).toBe(1);
  expect(statSync(path.join(home, "secret")).mode & 0o777).toBe(0o600);
  expect(readdirSync(home).filter((name) => name.endsWith(".new"))).toEqual([]);
});
