import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { Stream } from "../../src/client/stream.ts";
import { bothTools } from "../rig/both-tools.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";
import { textOf, type ModelRequest, type Script, type ScriptedModel } from "../rig/script.ts";

const KILLS = process.env["CLUSTR_FULL"] === "1" ? 50 : 10;
const CALLS = KILLS * 4;
/** The long form needs more time, and more messages than agents that run in circles are given. */
const SCALE = KILLS / 10;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes one key over and over, each time only if its last write is still the newest, and a message every fifth time. */
function busy(name: string, to: string): Script {
  let done = 0;
  return {
    otherwise: async () => {
      await pause(150);
      if (done >= CALLS) return { text: "Nothing to do for now." };
      done += 1;
      if (done % 5 === 0)
        return { call: "mcp__clustr__send_message", args: { to, content: `MAIL-${name}-${done}-END` } };
      return {
        call: "mcp__clustr__write_context",
        args: { key: `count/${name}`, value: `${done}`, expect_revision: done - 1 - Math.floor((done - 1) / 5) },
      };
    },
  };
}

/** The whole conversation of a model, its tool's own system prompt left out. */
function conversationOf(model: ScriptedModel): string {
  return textOf({ ...(model.turns.at(-1) as ModelRequest), instructions: "" });
}

it(
  `${KILLS} kills of the server at random moments: agents notice nothing, nothing acknowledged is lost or doubled`,
  { timeout: 180_000 * SCALE },
  async () => {
    await using stage = await bothTools();
    const { cast, clustr } = stage;

    await clustr.client.call("limits.set", { exchange_length: 1000, messages_per_minute: 1000 });
    const ada = cast.play("ada", busy("ada", "bo"));
    const bo = cast.play("bo", busy("bo", "ada"));
    await clustr.client.call("agent.spawn", { name: "ada", service: "claude", task: "Count." });
    await clustr.client.call("agent.spawn", { name: "bo", service: "codex", task: "Count.", model: CLASSIC_MODEL });
    const printer = await clustr.client.call("agent.spawn", {
      name: "printer",
      service: "script",
      task: JSON.stringify([{ run: "for i in $(seq 1 400); do seq $((i * 100)) $((i * 100 + 99)); sleep 0.05; done" }]),
    });

    const seen: Buffer[] = [];
    const starts: number[] = [];
    const viewer = {
      screen: (_screen: unknown, drawn: () => void) => (starts.push(1), drawn()),
      output: (bytes: Uint8Array, drawn: () => void) => (seen.push(Buffer.from(bytes)), drawn()),
    };
    const stream = new Stream({
      base: clustr.ready.url,
      workspace: clustr.ready.workspace,
      token: clustr.token,
      on: {},
    });
    stream.attach("printer", viewer);

    await Promise.all([ada.until(() => true, 30_000), bo.until(() => true, 30_000)]);
    for (let kill = 0; kill < KILLS; kill++) {
      await pause(200 + Math.random() * 1300);
      await clustr.kill();
      await clustr.restart();
    }

    const counted = async (): Promise<unknown> =>
      (await clustr.client.call("context.list", {})).map(({ key, value, revision }) => [key, value, revision]);
    await expect.poll(counted, { timeout: 60_000 * SCALE }).toEqual([
      ["count/ada", `${CALLS - 1}`, (CALLS / 5) * 4],
      ["count/bo", `${CALLS - 1}`, (CALLS / 5) * 4],
    ]);
    const mails = (name: string): string[] =>
      Array.from({ length: CALLS / 5 }, (_, i) => `MAIL-${name}-${(i + 1) * 5}-END`);
    const sent = async (name: string) =>
      (await clustr.client.call("message.list", { limit: 1000 }))
        .filter(({ from }) => from === name)
        .map(({ content }) => content);
    for (const name of ["ada", "bo"]) await expect.poll(() => sent(name), { timeout: 30_000 }).toEqual(mails(name));

    await expect
      .poll(
        async () =>
          (await clustr.client.call("message.list", { limit: 1000 }))
            .flatMap(({ deliveries }) => Object.values(deliveries))
            .filter(({ rung }) => rung !== "seen" && rung !== "answered"),
        { timeout: 60_000 * SCALE },
      )
      .toEqual([]);
    for (const [model, to, other] of [
      [ada, "ada", "bo"],
      [bo, "bo", "ada"],
    ] as const) {
      // Evidence that a message was seen may come a moment before the request that carries it.
      const once = (): string[] =>
        mails(other).filter((mail) => conversationOf(model).split(`sender="agent" to="${to}">\n${mail}`).length === 2);
      await expect.poll(once, { timeout: 20_000 }).toEqual(mails(other));
      const text = conversationOf(model);
      expect(
        text.match(
          /.{0,200}(?:is at revision|Unable to connect|hook error|transport error|fetch failed|timed out awaiting|"code":"unavailable").{0,200}/i,
        )?.[0],
      ).toBeUndefined();
    }

    await expect
      .poll(async () => (await clustr.client.call("agent.list", {})).find(({ name }) => name === "printer")?.status, {
        timeout: 60_000 * SCALE,
      })
      .toBe("done");
    const journal = (agent: string): Promise<Buffer> =>
      journalOf(join(clustr.home, "workspaces", clustr.ready.workspace, "terminals", `${agent}.1`));
    // Every line ends with its number; what stands before it is the agent's own decoration.
    const numbers = stripVTControlCharacters((await journal(printer.id)).toString())
      .split(/\r*\n/)
      .map((line) => Number(/(\d+)$/.exec(line)?.[1]))
      .filter((number) => number >= 100);
    expect(numbers).toHaveLength(40_000);
    expect(numbers.findIndex((number, i) => number !== i + 100)).toBe(-1);
    // The viewer came when the terminal had begun: it has seen the end of the journal, all of it.
    const all = async (): Promise<boolean> =>
      (await journal(printer.id)).subarray(-Buffer.concat(seen).length).equals(Buffer.concat(seen));
    await expect.poll(all, { timeout: 10_000 }).toBe(true);
    expect(starts).toHaveLength(1);
    stream.close();

    for (const { id } of await clustr.client.call("agent.list", {})) {
      const shown = (await journal(id)).toString();
      expect(shown).not.toMatch(/hook error|hook failed|ECONNREFUSED|Unable to connect|Reconnecting/i);
    }
  },
);

async function journalOf(folder: string): Promise<Buffer> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".raw")).toSorted();
  return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name)))));
}
