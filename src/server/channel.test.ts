import { afterAll, beforeAll, expect, test } from "vitest";
import { testHome, type TestHome } from "../../test/server/home.ts";
import { WireClient } from "../../test/server/wire-client.ts";

let home: TestHome;
beforeAll(async () => {
  home = await testHome();
});
afterAll(() => home[Symbol.asyncDispose]());

const KEYS = ["c", "l", "s", "\r"];

test.each([
  ["a detach", (client: WireClient) => client.send({ type: "detach", channel: 1 })],
  ["the end of the page", (client: WireClient) => client.socket.close()],
])(
  "keys typed while a terminal is still being opened arrive, in order, though %s follows at once",
  async (what, go) => {
    const name = `typed-before-${what.replaceAll(" ", "-")}`;
    const { terminal } = await home.agent(name);
    const client = await WireClient.open(home);
    await client.next("view");
    client.send({ type: "attach", channel: 1, agent: name, cols: 80, rows: 24 });
    for (const key of KEYS) client.type(1, key);
    go(client);
    await expect.poll(() => home.host.typed(terminal)).toBe(KEYS.join(""));
    // Nobody is left who looks, or whose window counts.
    await expect.poll(() => home.host.followers()).toBe(0);
    const other = await WireClient.open(home);
    other.send({ type: "attach", channel: 1, agent: name, cols: 100, rows: 30 });
    await expect.poll(() => home.host.sizes(terminal).at(-1), { timeout: 5_000 }).toBe("100x30");
    expect(client.all("screen")).toEqual([]);
    client.close();
    other.close();
  },
);

test("keys typed into a channel after its detach are nobody's", async () => {
  const { terminal } = await home.agent("left");
  const client = await WireClient.open(home);
  client.send({ type: "attach", channel: 1, agent: "left" });
  await client.next("screen");
  client.send({ type: "detach", channel: 1 });
  client.type(1, "x");
  client.send({ type: "ping" });
  await client.next("pong");
  expect(home.host.typed(terminal)).toBe("");
  client.close();
});
