import { expect, it } from "vitest";
import type { HomeFact } from "../contract/event.ts";
import { memoryLedger } from "../ledger/memory.ts";
import { openHome } from "./home.ts";

it("who records something in a home that is followed no longer is told so, and does not wait for ever", async () => {
  const over = new AbortController();
  const ledger = memoryLedger<HomeFact>();
  const home = await openHome(ledger, over.signal, () => {});
  const fact: HomeFact = { type: "login.granted", data: { hash: "a" } };
  await home.record(fact, "login/a", "first");
  expect(home.view().logins).toEqual(["a"]);
  over.abort(new Error("The server was closed."));
  await expect(home.record(fact, "login/a", "second")).rejects.toThrow("The server was closed.");
});
