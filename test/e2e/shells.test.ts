import { join } from "node:path";
import { expect, test } from "vitest";
import { Stream } from "../../src/client/stream.ts";
import { shellAddress } from "../../src/contract/shell-address.ts";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";

/** Follows a terminal as a page does, and types into it. */
function follow(clustr: RunningClustr, address: string) {
  const seen = { text: "", exits: 0 };
  let reachable = false;
  const stream = new Stream({
    base: clustr.ready.url,
    workspace: clustr.ready.workspace,
    token: clustr.token,
    on: {},
    find: () => ({ base: clustr.ready.url, token: clustr.token }),
  });
  const channel = stream.attach(
    address,
    {
      screen: (screen, drawn) => {
        seen.text += Buffer.from(screen.bytes).toString();
        drawn();
      },
      output: (bytes, drawn) => {
        seen.text += Buffer.from(bytes).toString();
        drawn();
      },
      exit: () => void seen.exits++,
      reachable: (yes) => void (reachable = yes),
    },
    { cols: 100, rows: 30 },
  );
  return {
    seen,
    stream,
    reachable: () => reachable,
    type: (text: string) => channel.write(text),
    pid: () => Number(/pid-(\d+)-\r/.exec(seen.text)?.[1] ?? 0),
  };
}

// oxlint-disable-next-line no-control-regex
const MOVED = /\u001b\[\d+;\d+H/g;

test("a person's shell in an agent's folder outlives the server, holds nothing of an agent, and ends with the shutdown", async () => {
  await using place = await scratch();
  const project = await place.folder("project");
  await place.folder("project/src");
  const env = { ...cleanEnv(await place.folder("user")), SHELL: "/bin/sh" };
  let pid = 0;
  {
    await using clustr = await startClustr(project, join(place.path, "home"), env);
    const task = JSON.stringify({ steps: [{ say: "here" }] });
    await clustr.client.call("agent.spawn", { name: "ada", service: "script", task, cwd: "src" });
    const shell = await clustr.client.call("shell.open", { agent: "ada" });
    expect(shell).toMatchObject({ cwd: join(project, "src"), agent: "ada" });

    const first = follow(clustr, shellAddress(shell.id));
    await expect.poll(() => first.reachable(), { timeout: 10_000 }).toBe(true);
    first.type("pwd; env | cut -d= -f1 | grep -i -e clustr -e token; echo done-$((40+2))\n");
    await expect.poll(() => first.seen.text, { timeout: 10_000 }).toContain("done-42");
    expect(first.seen.text).toContain(shell.cwd);
    // Whoever follows from in between gets the screen first, and then the cursor is moved to where it goes on.
    const plain = first.seen.text.replaceAll(MOVED, "");
    const names = plain.split(/\r?\n/).filter((line) => /^[A-Z_]+$/.test(line));
    // The host's own tag, by which it finds what a terminal started.
    expect(names, plain).toEqual(["CLUSTR_TERMINAL"]);

    first.type("kept=yes\n");
    await expect.poll(() => first.seen.text, { timeout: 10_000 }).toContain("kept=yes");
    await clustr.kill();
    await clustr.restart();
    expect(await clustr.client.call("shell.list", {})).toEqual([shell]);
    await expect.poll(() => first.reachable(), { timeout: 15_000 }).toBe(true);
    first.type("echo still-$kept-$((1+1))\n");
    await expect.poll(() => first.seen.text, { timeout: 15_000 }).toContain("still-yes-2");

    first.type("exit\n");
    await expect.poll(() => first.seen.exits, { timeout: 10_000 }).toBe(1);
    await expect.poll(() => clustr.client.call("shell.list", {})).toEqual([]);
    first.stream.close();

    const open = await clustr.client.call("shell.open", {});
    const second = follow(clustr, shellAddress(open.id));
    await expect.poll(() => second.reachable(), { timeout: 10_000 }).toBe(true);
    second.type("echo pid-$$-\n");
    await expect.poll(() => second.pid(), { timeout: 10_000 }).toBeGreaterThan(0);
    pid = second.pid();
    expect(() => process.kill(pid, 0)).not.toThrow();
    second.stream.close();
  }
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});
