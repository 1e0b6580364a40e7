import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { claudeStages } from "./claude-stage.ts";
import { bash } from "./claude-tools.ts";

const stage = claudeStages();

/** How long after the key at the terminal the answer from here sets out, in milliseconds: now one is first, now the other. */
const APART = [0, 0, 2, 5, 10, 20, 40, 80];

test("a yes at the terminal and a no from here in the same instant: whoever was second is told so", async () => {
  await using the = await stage({ steps: [...APART.map((_, at) => bash(`touch wish-${at}`)), { text: "Done." }] });
  const session = await the.run.start(claude);
  const told: string[] = [];
  const came: string[] = [];
  for (const [at, apart] of APART.entries()) {
    const { item } = await the.run.signal("attention", { where: (each) => each.item.title.includes(`wish-${at}`) });
    await the.run.sees("Do you want");
    // The tool holds a dialog back while it saw keys a moment ago.
    await sleep(300);
    the.run.type("1");
    await sleep(apart);
    const given = session.answer?.(item.key ?? "", { kind: "deny" });
    told.push(
      await Promise.resolve(given).then(
        () => "deny",
        (error: { code?: string }) => (error.code === "conflict" ? "allow" : `failed: ${error.code}`),
      ),
    );
    const next = at + 1 < APART.length ? `wish-${at + 1}` : "Done.";
    await the.run.sees(next, 20_000);
    came.push(existsSync(join(the.run.agent.cwd, `wish-${at}`)) ? "allow" : "deny");
  }
  expect(told).toEqual(came);
});
