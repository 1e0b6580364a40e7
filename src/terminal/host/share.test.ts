import { expect, test } from "vitest";
import { Share } from "./share.ts";

/** A connection that is full until it is read, and three floods that each send 100 kB a turn. */
function crowd() {
  let underWay = 0;
  const sent: string[] = [];
  const share = new Share(() => underWay);
  const flood = (name: string) => {
    const pump = async () => {
      await Promise.resolve();
      while (share.mayGo(pump)) {
        underWay += 100_000;
        sent.push(name);
      }
    };
    return pump;
  };
  const read = async () => {
    underWay = 0;
    await share.next();
  };
  return { sent, floods: ["a", "b", "c"].map(flood), read, underWay: () => underWay };
}

test("floods take turns: however much they have, only so much is on its way at once", async () => {
  const { sent, floods, read, underWay } = crowd();
  for (const pump of floods) await pump();
  for (let round = 0; round < 6; round++) {
    await read();
    expect(underWay()).toBeLessThan(300_000);
  }
  expect(sent.join("")).toBe("aaaabbccaabbcc");
});

test("nobody is called while there is no room", async () => {
  const share = new Share(() => 1_000_000);
  let called = 0;
  const pump = async () => void called++;
  expect(share.mayGo(pump)).toBe(false);
  await share.next();
  expect(called).toBe(0);
});
