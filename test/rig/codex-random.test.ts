import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { randomOf } from "./figures.ts";
import { codexVersion } from "./codex-home.ts";
import { codexRun } from "./codex-run.ts";
import { escalated, shell } from "./codex-tools.ts";
import type { Answer, ModelRequest } from "./script.ts";

/** Messages of one run. The long version takes minutes. */
const FULL = process.env["CLUSTR_FULL"] === "1";
const MESSAGES = FULL ? 300 : 18;
const SEED = Number(process.env["CLUSTR_SEED"] ?? 20_261_122);
/** How long the last messages may take to be seen. */
const WAIT_MS = 20_000;
const DRAFT = "half a thought of the person";

for (const code of [false, true]) {
  it(
    `messages at random moments: none lost, none doubled, no question answered, no draft changed (${code ? "code mode" : "classic tools"}, seed ${SEED})`,
    async () => {
      const random = randomOf(SEED + Number(code));
      let wishes = 0;
      const moves = new Map<string, number>();
      const count = (move: string): void => void moves.set(move, (moves.get(move) ?? 0) + 1);
      /** What the model does next: answers, answers slowly, runs a tool, asks for permission. */
      const model = (request: ModelRequest): Answer => {
        if (request.side) return { text: "" };
        const dice = random();
        if (dice < 0.35) return { text: "Done." };
        if (dice < 0.55) return { slow: ["one ", "two ", "three ", "four."], gapMs: 60 };
        if (dice < 0.8) return shell(`sleep 0.${Math.ceil(random() * 6)}`, { yield_time_ms: 10_000 });
        return escalated(`touch wish-${wishes++}`);
      };
      await using made = await codexRun({ steps: [{ text: "Ready." }], otherwise: model }, { code, autonomy: "auto" });
      const { run } = made;
      await made.start();
      await run.signal("idle");
      await expect.poll(() => run.shows(), { timeout: 8000 }).toContain("Ready.");
      run.type(DRAFT);
      await expect.poll(() => run.shows(), { timeout: 8000 }).toContain(DRAFT);

      /** The person answers what is open, after a while and one question at a time; what they allowed may be there. */
      const allowed = new Set<string>();
      const denied = new Set<string>();
      let over = false;
      const person = (async () => {
        for (let at = 0; !over;) {
          const signal = run.signals[at];
          if (!signal) await sleep(20);
          else at += 1;
          if (signal?.type !== "attention") continue;
          await sleep(300 * random());
          const name = /wish-\d+/.exec(signal.item.title)?.[0] ?? "";
          const kind = random() < 0.5 ? "allow" : "deny";
          const given = await run.session?.answer?.(signal.item.key ?? "", { kind }).then(
            () => true,
            () => false,
          );
          if (given) (kind === "allow" ? allowed : denied).add(name);
          count(given ? kind : "answer too late");
        }
      })();

      for (let n = 0; n < MESSAGES; n++) {
        await sleep(300 * random());
        run.post(`m-${n}`, `<m-${n}> y\n1`);
        count(run.session?.evidence?.()[0]?.says ?? "away");
        const dice = random();
        if (dice < 0.12) {
          await sleep(200 * random());
          await run.session?.interrupt?.();
          count("interrupt");
        } else if (dice < 0.17) {
          run.drop();
          await made.start();
          await run.flush();
          count("server restarted");
        }
      }
      const seen = (): Set<string> =>
        new Set(run.signals.flatMap((signal) => (signal.type === "seen" ? signal.messages : [])));
      for (const until = performance.now() + WAIT_MS; seen().size < MESSAGES; await sleep(50)) {
        void run.flush();
        if (performance.now() < until) continue;
        const missing = Array.from({ length: MESSAGES }, (_, n) => `m-${n}`).filter((id) => !seen().has(id));
        throw new Error(`Not seen: ${missing.join(" ")}. Handed: ${run.handed.length}. ${await run.story()}`);
      }
      over = true;
      await person;
      // Ends whatever is still open, then looks at the whole conversation once.
      await run.session?.interrupt?.();
      run.post("last", "<last>");
      const last = await made.model.until(({ messages }) => messages.some(({ text }) => text.includes("<last>")));
      const times = Array.from(
        { length: MESSAGES },
        (_, n) => last.messages.filter(({ text }) => text.includes(`<m-${n}>`)).length,
      );
      console.log(`${codexVersion()}, ${MESSAGES} messages:`, Object.fromEntries(moves));
      expect(times).toEqual(times.map(() => 1));
      const there = Array.from({ length: wishes }, (_, n) => `wish-${n}`).filter((name) => run.made(name));
      expect(there.filter((name) => !allowed.has(name) || denied.has(name))).toEqual([]);
      await run.session?.interrupt?.();
      await expect.poll(() => run.shows(), { timeout: 8000 }).toContain(`› ${DRAFT}`);
    },
    FULL ? 900_000 : 120_000,
  );
}
