import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createClient, type Client } from "../../src/client/client.ts";
import { routes } from "../../src/client/routes.ts";
import { runDaemon } from "../../src/daemon.ts";
import { readHosts } from "../../src/terminal/generation.ts";
import { scratch } from "../rig/rig.ts";

/** A script that answers every message until it is stopped. */
const ECHO = {
  steps: [{ say: "I am here." }],
  on_message: [{ steps: [{ call: "send_message", with: { to: "human", content: "I heard: {{message.content}}" } }] }],
};

/** A server of one release in this very process, until it is told to end. */
async function release(
  version: string,
  home: string,
  folder: string,
): Promise<{ client: Client; end(): Promise<void> }> {
  const over = new AbortController();
  const daemon = await runDaemon({ home, folder, version, port: 0, signal: over.signal });
  const { token } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { token: string };
  return {
    client: createClient({ base: daemon.url, token, routes, workspace: daemon.workspace }),
    async end() {
      over.abort();
      await daemon.ended;
    },
  };
}

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (const limit = Date.now() + 20_000; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > limit) throw new Error("It did not happen within 20 s.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const heard = (client: Client, text: string) => () =>
  client
    .call("message.list", { limit: 100 })
    .then((all) => all.some(({ from, content }) => from === "eve" && content === `I heard: ${text}`));

const finished = (client: Client, wanted: string) => () =>
  client
    .call("agent.list", {})
    .then((all) => all.some(({ name, outcome }) => name === wanted && outcome === "finished"));

it("agents go on over an upgrade of the server, and spawning over a host's death", async () => {
  await using place = await scratch();
  const folder = await place.folder("project");
  const home = await place.folder("home");
  await writeFile(join(folder, "echo.json"), JSON.stringify(ECHO));
  const spawn = (client: Client, name: string) =>
    client.call("agent.spawn", { name, service: "script", task: "echo.json" });

  let { client, end } = await release("1.0.0", home, folder);
  await spawn(client, "eve");
  await until(finished(client, "eve"));
  await end();

  // Eve knows the door of her old host only.
  ({ client, end } = await release("1.0.1", home, folder));
  await client.call("message.send", { to: "eve", content: "one" });
  await until(heard(client, "one"));
  const [newest] = await readHosts(home);
  expect(newest?.generation).toBe(2);

  // Whoever is spawned after a host has died gets the door of the next one.
  process.kill(newest?.pid ?? 0, "SIGKILL");
  await spawn(client, "fay");
  await until(finished(client, "fay"));
  await client.call("message.send", { to: "eve", content: "two" });
  await until(heard(client, "two"));

  await client.call("server.shutdown", {});
  await end();
  expect(await readHosts(home)).toEqual([]);
  expect(existsSync(join(home, "run"))).toBe(false);
}, 60_000);
