import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { readHosts } from "../../src/terminal/generation.ts";
import { scratch } from "../rig/rig.ts";
import { release, until } from "./release.ts";

/** A script that answers every message until it is stopped. */
const ECHO = {
  steps: [{ say: "I am here." }],
  on_message: [{ steps: [{ call: "send_message", with: { to: "human", content: "I heard: {{message.content}}" } }] }],
};

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
