import { expect, it } from "vitest";
import type { Fact } from "../contract/event.ts";
import { applyEvent } from "../contract/fold.ts";
import { emptyView } from "../contract/view.ts";
import { memoryLedger } from "../ledger/memory.ts";
import { followLedger } from "./live-view.ts";

it("who waits for something in a view is let go when the view follows no longer, not when the time is up", async () => {
  const over = new AbortController();
  const fold = { first: emptyView(), apply: applyEvent };
  const live = await followLedger(memoryLedger<Fact>(), fold, over.signal, () => {});
  const waited = live.until((view) => view.seq > 0, 3_600_000);
  over.abort(new Error("The workspace was closed."));
  expect(await waited).toBe(false);
  expect(await live.until((view) => view.seq > 0, 3_600_000)).toBe(false);
});
