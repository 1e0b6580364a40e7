import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bothTools, type BothTools } from "../rig/both-tools.ts";
import type { Cast } from "../rig/cast.ts";
import type { RunningClustr } from "../rig/clustr.ts";
import { goals } from "../rig/cast.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";
import { textOf, type Answer } from "../rig/script.ts";

const RULES = "Rule seven: every file ends with a newline (RULE-WORD-7).";

/** How a scripted model of a service calls a tool of ours. */
const PAIRS = [
  { ada: "claude", bo: "claude" },
  { ada: "codex", bo: "codex" },
  { ada: "claude", bo: "codex" },
] as const;

function call(tool: string, args: Record<string, unknown>): Answer {
  return { call: `mcp__clustr__${tool}`, args };
}

let stage: BothTools;
let clustr: RunningClustr;
let cast: Cast;

describe.each(PAIRS)("$ada and $bo work together", ({ ada: adaService, bo: boService }) => {
  beforeAll(async () => {
    stage = await bothTools();
    ({ cast, clustr } = stage);
  }, 60_000);

  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  }, 60_000);

  it(
    "they find each other, exchange messages and notes, follow the rules, and one spawns a third",
    { timeout: 120_000 },
    async () => {
      const ada = cast.play("ada", {
        otherwise: goals([
          { do: call("register_agent", { working_on: "the plan" }) },
          { do: call("write_context", { key: "plan", value: "CONTEXT-VALUE-31" }) },
          { do: call("list_agents", {}) },
          { after: ["WORD-FROM-BO"], do: call("read_rules", {}) },
          {
            do: call("spawn_agent", {
              name: "cy",
              task: JSON.stringify([{ call: "send_message", with: { to: "ada", content: "WORD-FROM-CY" } }]),
              service: "script",
            }),
          },
          { after: ['from="cy"'], do: call("send_message", { to: "human", content: "All done." }) },
        ]),
      });
      const bo = cast.play("bo", {
        otherwise: goals([
          { do: call("list_agents", {}) },
          { after: ["WORD-FROM-THE-PERSON"], do: call("read_context", { key: "plan" }) },
          { do: call("send_message", { to: "ada", content: "WORD-FROM-BO" }) },
        ]),
      });
      expect(await clustr.run(["rules", "set", RULES])).toMatchObject({ code: 0 });
      const model = (service: string): string[] => (service === "codex" ? ["--model", CLASSIC_MODEL] : []);
      expect(
        await clustr.run([
          "spawn",
          "ada",
          "--service",
          adaService,
          "--task",
          "Make a plan.",
          ...model(adaService),
          "--json",
        ]),
      ).toMatchObject({ code: 0 });
      expect(
        await clustr.run([
          "spawn",
          "bo",
          "--service",
          boService,
          "--task",
          "Wait for word.",
          ...model(boService),
          "--wait",
          "running",
          "--json",
        ]),
      ).toMatchObject({ code: 0 });

      for (const model of [ada, bo]) {
        const first = await model.until(() => true, 30_000);
        expect(first.tools).toEqual(
          expect.arrayContaining(["mcp__clustr__send_message", "mcp__clustr__list_agents", "mcp__clustr__spawn_agent"]),
        );
        expect(textOf(first)).toContain("RULE-WORD-7");
      }
      expect(textOf(await bo.until((request) => textOf(request).includes('"name":"ada"')))).toContain("Make a plan.");

      await ada.until((request) => textOf(request).includes('"revision":1'), 30_000);
      expect(await clustr.run(["send", "bo", "WORD-FROM-THE-PERSON"])).toMatchObject({ code: 0 });
      const woken = await bo.until((request) => textOf(request).includes("WORD-FROM-THE-PERSON"), 30_000);
      expect(textOf(woken)).toContain('sender="human"');
      await bo.until((request) => textOf(request).includes("CONTEXT-VALUE-31"));

      const answered = await ada.until((request) => textOf(request).includes("WORD-FROM-BO"), 30_000);
      expect(textOf(answered)).toMatch(/<clustr-message id="m-[a-z0-9]+" from="bo" sender="agent"/);
      await ada.until((request) => textOf(request).includes('from="cy"'), 30_000);

      await expect
        .poll(async () => (await clustr.client.call("message.list", {})).map(({ from, to }) => `${from} > ${to}`), {
          timeout: 20_000,
        })
        .toEqual(["human > bo", "bo > ada", "cy > ada", "ada > human"]);
      await expect
        .poll(
          async () =>
            (await clustr.client.call("agent.list", {})).map(
              ({ name, status, outcome }) => `${name} ${status} ${outcome}`,
            ),
          { timeout: 20_000 },
        )
        .toEqual(["ada done finished", "bo done finished", "cy done finished"]);

      const messages = await clustr.client.call("message.list", {});
      for (const { to, deliveries } of messages.filter(({ to }) => to !== "human")) {
        expect(
          Object.values(deliveries).map(({ rung }) => rung),
          to,
        ).toEqual(["seen"]);
      }
      const third = (await clustr.client.call("agent.list", {})).find(({ name }) => name === "cy");
      expect(third).toMatchObject({ spawned_by: "ada", depth: 1 });

      const events = (await clustr.run(["events", "--json"])).stdout.trim().split("\n");
      const types = (
        JSON.parse(events.length === 1 ? (events[0] ?? "[]") : `[${events.join(",")}]`) as { type: string }[]
      ).map(({ type }) => type);
      expect(types).toEqual(
        expect.arrayContaining([
          "agent.spawned",
          "agent.announced",
          "message.sent",
          "message.handed",
          "message.seen",
          "context.written",
          "rules.updated",
          "agent.status",
        ]),
      );
      expect(stage.strays()).toEqual([]);
    },
  );
});
