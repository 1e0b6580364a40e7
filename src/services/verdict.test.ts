import { describe, expect, test } from "vitest";
import { believe, GLANCE, SETTLE, STALE, type Verdict, type Witness } from "./verdict.ts";

const T = 1_000_000;
const hooks = (says: Witness["says"], heard = T): Witness => ({
  source: "hooks",
  weight: "told",
  says,
  since: T,
  heard,
});
const file = (says: Witness["says"], since = T): Witness => ({ source: "file", weight: "shown", says, since });
const title = (says: Witness["says"], since = T): Witness => ({ source: "title", weight: "hint", says, since });
const BUSY = ["working", "waiting"] as const;
const REST = ["idle", "waiting"] as const;
const after = (ms: number, ...witnesses: Witness[]): Verdict => believe(witnesses, T + ms);

describe("precedence", () => {
  test("nobody says anything: starting, and nobody is followed", () => {
    expect(after(0, hooks([]), file([]))).toMatchObject({ status: "starting", by: undefined, sure: true });
  });

  test("the best source that speaks is followed at once, whatever the order they are given in", () => {
    expect(after(0, title(["idle"]), file(["working"]), hooks(["waiting"]))).toMatchObject({
      status: "waiting",
      by: "hooks",
    });
    expect(after(0, hooks([]), file(["working"]), title(["idle"])).by).toBe("file");
    expect(after(0, hooks([]), file([]), title(["idle"])).by).toBe("title");
  });

  test("a process that has ended is the end of it, however loudly the rest disagrees", () => {
    const ended: Witness = { source: "process", weight: "final", says: ["failed"], since: T };
    expect(after(60_000, hooks(["working"]), file(["working"], T + 1), ended)).toMatchObject({
      status: "failed",
      sure: true,
      again: undefined,
    });
  });

  test("a title that looks the same at rest and in a dialog contradicts neither", () => {
    expect(after(60_000, hooks(["waiting"]), title(REST)).sure).toBe(true);
    expect(after(60_000, hooks(["idle"]), title(REST)).sure).toBe(true);
  });
});

describe("age", () => {
  test("what a status file began to say after the last hook counts once it has stood", () => {
    const seen = [hooks(["working"]), file(["idle"], T + 500)];
    expect(after(500 + SETTLE - 1, ...seen)).toMatchObject({ status: "working", sure: true, again: 1 });
    expect(after(500 + SETTLE, ...seen)).toMatchObject({ status: "idle", by: "file" });
  });

  test("seconded by the title it counts at a glance", () => {
    const seen = [hooks(["working"]), file(["idle"], T + 500), title(REST, T + 550)];
    expect(after(550 + GLANCE - 1, ...seen)).toMatchObject({ status: "working", again: 1 });
    expect(after(550 + GLANCE, ...seen).status).toBe("idle");
  });

  test("a file that lags behind a fresh hook is not believed, and raises no doubt for a moment", () => {
    const seen = [hooks(["working"], T + 5_000), file(["idle"]), title(BUSY, T + 5_050)];
    expect(after(5_000 + SETTLE - 1, ...seen)).toMatchObject({ status: "working", sure: true });
    expect(after(5_000 + SETTLE, ...seen)).toMatchObject({ status: "working", sure: false });
    expect(after(5_000 + SETTLE, ...seen).doubt).toBe("hooks: working, but file: idle");
  });

  test("hooks that have fallen silent give way, unless another source backs them", () => {
    expect(after(STALE - 1, hooks(["working"]), file(["idle"]), title(REST)).status).toBe("working");
    expect(after(STALE, hooks(["working"]), file(["idle"]), title(REST)).status).toBe("idle");
    expect(after(60_000, hooks(["working"]), file(["idle"]), title(BUSY))).toMatchObject({
      status: "working",
      sure: false,
    });
  });

  test("a hint alone counts only when nothing better speaks, and late", () => {
    expect(after(STALE, hooks(["working"]), title(REST)).status).toBe("idle");
    expect(after(STALE - 1, hooks(["working"]), title(REST))).toMatchObject({
      status: "working",
      sure: false,
      again: 1,
    });
    expect(after(60_000, file(["working"]), title(REST))).toMatchObject({ status: "working", sure: false });
  });

  test("that work begins is told reliably: a file alone does not end a rest, with the title it does", () => {
    expect(after(60_000, hooks(["idle"]), file(["working"], T + 10))).toMatchObject({ status: "idle", sure: false });
    expect(after(60_000, hooks(["idle"]), file(["working"], T + 10), title(BUSY, T + 20)).status).toBe("working");
  });

  test("a dialog no hook told of is found, and one that a hook told of is found gone", () => {
    expect(after(2_000, hooks(["working"]), file(["waiting"], T + 10), title(REST, T + 10)).status).toBe("waiting");
    expect(after(2_000, hooks(["waiting"]), file(["working"], T + 10), title(BUSY, T + 10)).status).toBe("working");
  });

  test("a dialog is found although hooks of other work came after it opened", () => {
    const seen = [hooks(["working"], T + 3_000), file(["waiting"], T + 10), title(BUSY)];
    expect(after(3_000 + SETTLE - 1, ...seen).status).toBe("working");
    expect(after(3_000 + SETTLE, ...seen)).toMatchObject({ status: "waiting", sure: true });
  });

  test("nothing that age could change: no reason to look again", () => {
    expect(after(0, hooks(["idle"]), file(["idle"]), title(REST)).again).toBeUndefined();
    expect(after(60_000, file(["working"]), title(REST)).again).toBeUndefined();
  });
});

test("what each source says is told as evidence, with its latest word", () => {
  expect(after(0, { ...hooks(["working"], T + 7), detail: "Bash: ls" }, file([]), title(REST)).evidence).toEqual([
    { source: "hooks", says: "working", at: T + 7, detail: "Bash: ls" },
    { source: "file", says: "nothing yet", at: T },
    { source: "title", says: "idle or waiting for an answer", at: T },
  ]);
});

test("property: whatever the sources say, the verdict is one that a source gives, and looking again in time changes nothing before", () => {
  const doings = [[], ["idle"], ["working"], ["waiting"], REST, BUSY] as const;
  const times = [0, T - 9_000, T - 3_000, T - 50, T];
  let cases = 0;
  for (const h of doings)
    for (const f of doings)
      for (const t of doings)
        for (const heard of times)
          for (const since of times) {
            const witnesses = [{ ...hooks(h, heard), since: 0 }, file(f, since), title(t, T - 200)];
            const now = after(0, ...witnesses);
            const told = [...h, ...f, ...t];
            expect(told.length === 0 ? ["starting"] : told).toContain(now.status);
            const { status, sure } = after((now.again ?? 60_000) - 1, ...witnesses);
            expect({ status, sure }).toEqual({ status: now.status, sure: now.sure });
            cases += 1;
          }
  expect(cases).toBe(6 ** 3 * 25);
});
