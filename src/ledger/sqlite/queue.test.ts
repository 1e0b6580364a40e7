import { describe, expect, it } from "vitest";
import { ClustrError } from "../../contract/error.ts";
import type { Draft } from "../record.ts";
import { Unanswered } from "./link.ts";
import type { Verdict } from "./protocol.ts";
import { AppendQueue } from "./queue.ts";

const draft = (data: string): Draft => ({ id: data, subject: "s", type: "t", actor: "", data, expectLast: undefined });

/** A queue whose transactions the test ends by hand. */
function heldQueue() {
  const batches: { size: number; done: () => void; fail: (error: Error) => void }[] = [];
  const queue = new AppendQueue(
    (drafts) =>
      new Promise<Verdict[]>((resolve, reject) => {
        batches.push({
          size: drafts.length,
          done: () => resolve(drafts.map(({ id }) => ({ outcome: "written", seq: Number(id), at: "" }))),
          fail: reject,
        });
      }),
  );
  return { queue, batches };
}

describe("group commit", () => {
  it("takes what comes in one breath, and then all that came while the disk was busy, in one transaction each", async () => {
    const { queue, batches } = heldQueue();
    const first = [1, 2, 3].map((i) => queue.append(draft(`${i}`)));
    await expect.poll(() => batches.length).toBe(1);
    const second = [4, 5, 6, 7].map((i) => queue.append(draft(`${i}`)));
    batches[0]?.done();
    expect((await Promise.all(first)).map((v) => "seq" in v && v.seq)).toEqual([1, 2, 3]);
    await expect.poll(() => batches.length).toBe(2);
    batches[1]?.done();
    expect((await Promise.all(second)).map((v) => "seq" in v && v.seq)).toEqual([4, 5, 6, 7]);
    expect(batches.map(({ size }) => size)).toEqual([3, 4]);
    await queue.idle();
  });

  it("bounds a transaction, by number and by size", async () => {
    const { queue, batches } = heldQueue();
    for (let i = 0; i < 1_001; i++) void queue.append(draft(`${i}`));
    void queue.append(draft("x".repeat(3_000_000)));
    void queue.append(draft("y".repeat(3_000_000)));
    for (let i = 0; i < 3; i++) {
      await expect.poll(() => batches.length).toBe(i + 1);
      batches[i]?.done();
    }
    await queue.idle();
    expect(batches.map(({ size }) => size)).toEqual([1_000, 2, 1]);
  });

  it("refuses what it cannot hold, and takes more as soon as there is room", async () => {
    const { queue, batches } = heldQueue();
    const big = "x".repeat(15_000_000);
    const held = Array.from({ length: 4 }, () => queue.append(draft(big)));
    expect(await queue.append(draft(big))).toMatchObject({ outcome: "unavailable", failure: { code: "unavailable" } });
    for (let i = 0; i < 4; i++) {
      await expect.poll(() => batches.length).toBe(i + 1);
      batches[i]?.done();
    }
    expect((await Promise.all(held)).map(({ outcome }) => outcome)).toEqual(Array(4).fill("written"));
    void queue.append(draft(big));
    await expect.poll(() => batches.length).toBe(5);
  });

  it("says unknown only of what was on its way; the rest was certainly not written", async () => {
    const { queue, batches } = heldQueue();
    const sent = queue.append(draft("1"));
    await expect.poll(() => batches.length).toBe(1);
    const waiting = queue.append(draft("2"));
    batches[0]?.fail(new Unanswered("unavailable", "The thread is gone."));
    expect(await sent).toMatchObject({ outcome: "unknown" });
    expect(await waiting).toMatchObject({ outcome: "unavailable" });
    const refused = queue.append(draft("3"));
    await expect.poll(() => batches.length).toBe(2);
    batches[1]?.fail(new ClustrError("unavailable", "The file cannot be opened."));
    expect(await refused).toMatchObject({ outcome: "unavailable" });
    const fine = queue.append(draft("4"));
    await expect.poll(() => batches.length).toBe(3);
    batches[2]?.done();
    expect(await fine).toMatchObject({ outcome: "written" });
  });
});
