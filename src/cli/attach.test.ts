import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { spawn, type IPty } from "@lydell/node-pty";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { agent } from "../../test/wire/samples.ts";
import { WireServer } from "../../test/wire/server.ts";
import { RESTORE } from "./keys.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const WAIT = { timeout: 8000, interval: 30 };

let server: WireServer;
let home: Home;
let running: IPty[];

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: home.path }]);
  server.answer("agent.list", () => [agent(), agent({ id: "a2", name: "guest", external: true })]);
  home = new Home().serve(server);
  running = [];
});
afterEach(async () => {
  for (const pty of running) pty.kill("SIGKILL");
  home[Symbol.dispose]();
  await server.kill();
});

/** Runs a command in a real terminal, through a shell that shows afterwards whether the terminal was given back. */
function inTerminal(line: string): { pty: IPty; shown: () => string } {
  const script = `"${process.execPath}" "${main}" ${line}; echo "exit=$?"; stty -a | grep -o -e '-\\?icanon'; echo over`;
  const env = {
    PATH: process.env["PATH"] ?? "",
    CLUSTR_HOME: home.path,
    HOME: home.path,
    TERM: "xterm-256color",
    NODE_NO_WARNINGS: "1",
  };
  const pty = spawn("/bin/sh", ["-c", script], { cols: 90, rows: 30, cwd: home.path, env });
  running.push(pty);
  let shown = "";
  pty.onData((data) => (shown += data));
  return { pty, shown: () => shown };
}

test("the agent's terminal is shown, takes keys and sizes, and Ctrl-] gives this one back", async () => {
  server.sockets.print("ada", "I am ada\r\n> ");
  const { pty, shown } = inTerminal("attach ada");
  await vi.waitFor(() => expect(shown()).toContain("I am ada"), WAIT);
  expect(server.sockets.frames).toContainEqual({ type: "attach", channel: 1, agent: "ada", cols: 90, rows: 30 });
  server.sockets.print("ada", "\u001b[?2004hlive");
  await vi.waitFor(() => expect(shown()).toContain("live"), WAIT);
  pty.write("yes\r");
  await vi.waitFor(() => expect(server.sockets.typed).toBe("yes\r"), WAIT);
  pty.write("\u0003");
  await vi.waitFor(() => expect(server.sockets.typed).toBe("yes\r\u0003"), WAIT);
  pty.resize(100, 40);
  await vi.waitFor(
    () => expect(server.sockets.frames).toContainEqual({ type: "resize", channel: 1, cols: 100, rows: 40 }),
    WAIT,
  );
  pty.write("\u001d");
  await vi.waitFor(() => expect(shown()).toContain("over"), WAIT);
  expect(shown()).toContain("Detached; ada goes on.");
  expect(shown()).toContain("exit=0");
  expect(shown()).toContain(RESTORE);
  expect(shown()).toMatch(/\r\nicanon/);
  expect(server.sockets.typed).toBe("yes\r\u0003");
});

test("a server that restarts is waited for; keys typed meanwhile ring the bell and go nowhere", async () => {
  const { port } = server;
  server.sockets.print("ada", "before");
  const { pty, shown } = inTerminal("attach ada");
  await vi.waitFor(() => expect(shown()).toContain("before"), WAIT);
  const { terminals } = server.sockets;
  await server.kill();
  await vi.waitFor(() => {
    pty.write("x");
    expect(shown()).toContain("\u0007");
  }, WAIT);
  server = new WireServer();
  for (const [name, terminal] of terminals) server.sockets.terminals.set(name, terminal);
  server.sockets.print("ada", " and after");
  await server.listen(port);
  await vi.waitFor(() => expect(shown().replaceAll("\u0007", "")).toContain("before and after"), WAIT);
  expect(server.sockets.typed).toBe("");
  pty.write("\u001b[93;5u");
  await vi.waitFor(() => expect(shown()).toContain("exit=0"), WAIT);
});

test("the end of the agent's program ends it", async () => {
  server.sockets.print("ada", "bye");
  const { shown } = inTerminal("attach ada");
  await vi.waitFor(() => expect(shown()).toContain("bye"), WAIT);
  server.sockets.exit("ada", 3);
  await vi.waitFor(() => expect(shown()).toContain("over"), WAIT);
  expect(shown()).toContain("The terminal of ada has ended (exit code 3).");
  expect(shown()).toContain("exit=0");
});

test.skipIf(process.platform !== "linux")("SIGTERM gives the terminal back, too", async () => {
  server.sockets.print("ada", "hello");
  const { shown } = inTerminal("attach ada");
  await vi.waitFor(() => expect(shown()).toContain("hello"), WAIT);
  const shell = running[0]?.pid ?? 0;
  const child = Number(readFileSync(`/proc/${shell}/task/${shell}/children`, "utf8").trim());
  process.kill(child, "SIGTERM");
  await vi.waitFor(() => expect(shown()).toContain("over"), WAIT);
  expect(shown()).toContain("exit=130");
  expect(shown()).toMatch(/\r\nicanon/);
});

test.each([
  ["attach nobody", 'There is no agent "nobody". Known: ada, guest.', 4],
  ["attach guest", "guest was started outside Clustr", 2],
  ["attach ada --json", "attach needs a terminal", 2],
  ["attach ada < /dev/null", "attach needs a terminal", 2],
  ["attach ada | cat; exit", "attach needs a terminal", undefined],
])("%s: %s", async (line, message, code) => {
  const { shown } = inTerminal(line);
  await vi.waitFor(() => expect(shown()).toContain(message), WAIT);
  if (code !== undefined) await vi.waitFor(() => expect(shown()).toContain(`exit=${code}`), WAIT);
  expect(server.sockets.frames).toEqual([]);
});
