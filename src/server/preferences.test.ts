import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testHome, type TestHome } from "../../test/server/home.ts";
import { WireClient } from "../../test/server/wire-client.ts";
import { person } from "../core/caller.ts";

let home: TestHome;
beforeAll(async () => {
  home = await testHome();
});
afterAll(() => home[Symbol.asyncDispose]());

describe("what the person prefers", () => {
  test("is told to every window at once, and again after each change and after a reconnect", async () => {
    const [one, two] = [await WireClient.open(home), await WireClient.open(home)];
    const themes = (client: WireClient) => client.all("preferences").map(({ preferences }) => preferences.theme);
    await two.until(() => themes(two).length > 0, "preferences");
    const change = { theme: "light", window: { workspace: home.workspace.id, left: 300 } };
    const set = (requestId: string) => home.core.invoke("preferences.set", change, person, { requestId });
    await set(randomUUID());
    for (const client of [one, two]) await client.until(() => themes(client).includes("light"), "the new theme");
    // The same again is no change: nobody is told.
    await set(randomUUID());
    const third = await WireClient.open(home, { after: home.core.workspace(home.workspace.id)?.view().seq ?? 0 });
    const { preferences } = await third.next("preferences");
    expect(preferences).toEqual({ theme: "light", keys: {}, windows: { [home.workspace.id]: { left: 300 } } });
    expect(themes(one)).toEqual([undefined, "light"]);
    for (const client of [one, two, third]) client.close();
  });

  test("is nothing an agent may read or change", async () => {
    const agent = home.core.agent(home.workspace.id, (await home.agent("curious")).id);
    if (!agent) throw new Error("no agent");
    for (const name of ["preferences.get", "preferences.set"] as const)
      await expect(home.core.invoke(name, {}, agent, { requestId: randomUUID() })).rejects.toMatchObject({
        code: "forbidden",
      });
  });
});
