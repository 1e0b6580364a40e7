import { readdir } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { describe, expect, test } from "vitest";
import type { Service } from "../../src/core/ports/service.ts";
import type { RigRun } from "../rig/link.ts";

/**
 * What an agent does with its first prompt. `say`: it ends its turn at once. `work`: it works for many seconds. `ask`: it
 * asks the person which colour, with two options, and ends its turn when that is answered. With later prompts it ends its
 * turn at once.
 */
export type Deed = "say" | "work" | "ask";

/** An agent on the real tool that is not started yet, in a home of its own. */
export interface ServiceStage extends AsyncDisposable {
  readonly run: RigRun;
}

/** Real tools on a busy machine. */
const SLOW = 60_000;

/** What every service promises of its tool, whatever tool that is: the law of `Service` and `AgentSession`. */
export function serviceSuite(service: Service, make: (deed: Deed) => Promise<ServiceStage>): void {
  describe.concurrent(`an agent on ${service.title}`, { timeout: 3 * SLOW }, () => {
    test("is possible here: its tool is found, and looking for it leaves nothing behind", async () => {
      await using stage = await make("say");
      const { env } = stage.run;
      const home = (): Promise<string[]> => readdir(env.HOME ?? "", { recursive: true });
      const before = await home();
      const found = await service.detect(env, AbortSignal.timeout(10_000));
      expect(found).toMatchObject({ service: service.id, title: service.title, ready: true });
      expect(isAbsolute(found.path ?? "")).toBe(true);
      expect(found.findings.filter(({ fatal }) => fatal)).toEqual([]);
      expect(await home()).toEqual(before);
    });

    test("begins its task, names its conversation, and rests; its token is in no argument", async () => {
      await using stage = await make("say");
      const { run } = stage;
      const session = await run.start(service);
      const { session: conversation } = await run.signal("session", { timeoutMs: SLOW });
      await run.signal("idle", { timeoutMs: SLOW });
      expect(conversation).not.toBe("");
      const told = run.signals.map(({ type }) => type);
      expect(told).toContain("working");
      expect(told.indexOf("working")).toBeLessThan(told.indexOf("idle"));
      for (const { command, args } of run.started) expect([command, ...args].join("\n")).not.toContain(run.token);
      for (const { source, says } of session.evidence?.() ?? []) expect([source, says]).not.toContain("");
    });

    test("takes a message at rest, shows that it has read it, and takes it once", async () => {
      await using stage = await make("say");
      const { run } = stage;
      const session = await run.start(service);
      await run.signal("idle", { timeoutMs: SLOW });
      run.post("m-first-x", "[message m-first-x from bob] hello");
      await seen(run, "m-first-x");
      expect(await session.knows?.(["m-first-x", "m-other-x"])).toEqual(["m-first-x"]);
      run.post("m-first-x", "[message m-first-x from bob] hello");
      run.post("m-second-x", "[message m-second-x from bob] hello again");
      await seen(run, "m-second-x");
      expect(await session.knows?.(["m-first-x", "m-second-x"])).toEqual(["m-first-x", "m-second-x"]);
    });

    test("lives on when the server is killed: the next one takes it over, with nothing started again", async () => {
      await using stage = await make("say");
      const { run } = stage;
      await run.start(service);
      await run.signal("idle", { timeoutMs: SLOW });
      const started = run.started.length;
      run.drop();
      await run.start(service);
      run.post("m-after-x", "[message m-after-x from bob] hello");
      await seen(run, "m-after-x");
      expect(run.started).toHaveLength(started);
      const conversations = run.signals.flatMap((one) => (one.type === "session" ? [one.session] : []));
      expect(new Set(conversations).size).toBe(1);
    });

    test("asks the person, goes on with the answer, and takes none that comes too late", async () => {
      await using stage = await make("ask");
      const { run } = stage;
      const session = await run.start(service);
      const { item } = await run.signal("attention", { timeoutMs: SLOW });
      expect(item.title).toContain("Which colour?");
      expect(item.answers).toContain("option");
      const [, blue] = item.options ?? [];
      const answer = { kind: "option", index: 1, label: blue?.label ?? "" } as const;
      await session.answer?.(item.key ?? "", answer);
      await run.signal("resolved", { timeoutMs: SLOW });
      await run.signal("idle", { timeoutMs: SLOW });
      await expect(session.answer?.(item.key ?? "", answer)).rejects.toMatchObject({ code: "conflict" });
    });

    test("stops when it is interrupted, stays, and can be written to; at rest an interrupt is harmless", async () => {
      await using stage = await make("work");
      const { run } = stage;
      const session = await run.start(service);
      await run.signal("working", { timeoutMs: SLOW });
      const since = run.signals.length;
      await session.interrupt?.();
      await run.signal("idle", { timeoutMs: SLOW, since });
      await session.interrupt?.();
      run.post("m-later-x", "[message m-later-x from bob] hello");
      await seen(run, "m-later-x");
    });
  });
}

async function seen(run: RigRun, id: string): Promise<void> {
  await run.signal("seen", { timeoutMs: SLOW, where: ({ messages }) => messages.includes(id) });
}
