import { expect, it } from "vitest";
import { numbered } from "../../../test/suites/terminal-output.ts";
import { Ring } from "./ring.ts";

it("leaves what it has lent as it is, however much is pushed meanwhile", () => {
  const ring = new Ring(1_000);
  ring.push(numbered(0, 1_300));
  const lent = ring.lend(400, 900);
  for (let pushed = 0; pushed < 2_500; pushed += 250) {
    ring.push(numbered(ring.end, 250));
    expect(Buffer.concat(lent).equals(numbered(400, 900))).toBe(true);
    expect(ring.read(ring.start, 1_000).equals(numbered(ring.start, 1_000))).toBe(true);
  }
  ring.takeBack();
  expect(ring.end).toBe(3_800);
});
