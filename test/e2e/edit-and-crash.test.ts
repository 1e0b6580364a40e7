import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bothTools } from "../rig/both-tools.ts";

/** The real tool on a busy machine. */
const SLOW = 60_000;
/** A hook of the person's own holds every edit for so long: time to kill the server after our own has been answered. */
const HELD_S = 3;

it("a file that Claude Code writes while no server runs is the agent's, and is taken back alone", async () => {
  await using stage = await bothTools({
    async fill(folder, place) {
      const command = `touch ${place.path}/asked; sleep ${HELD_S}`;
      const PreToolUse = [{ matcher: "Write|Edit", hooks: [{ type: "command", command }] }];
      await mkdir(join(place.path, "home", ".claude"), { recursive: true });
      await writeFile(join(place.path, "home", ".claude", "settings.json"), JSON.stringify({ hooks: { PreToolUse } }));
      await writeFile(join(folder, "notes.md"), "one\ntwo\nthree\n");
    },
  });
  const { clustr, cast, folder, place } = stage;
  const notes = join(folder, "notes.md");
  cast.play("ada", {
    steps: [
      { call: "Read", args: { file_path: notes } },
      { call: "Edit", args: { file_path: notes, old_string: "two", new_string: "TWO" } },
      { text: "Done." },
    ],
  });
  await clustr.client.call("agent.spawn", { name: "ada", service: "claude", task: "Do it.", autonomy: "full" });
  await expect.poll(() => existsSync(join(place.path, "asked")), { timeout: SLOW }).toBe(true);
  // Our own hook runs beside the person's, and opens the call in much less time than that holds it.
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await clustr.kill();
  await expect.poll(() => readFile(notes, "utf8"), { timeout: SLOW }).toContain("TWO");
  await clustr.restart();
  const rests = async () => (await clustr.client.call("agent.list", {})).find(({ name }) => name === "ada")?.status;
  await expect.poll(rests, { timeout: SLOW }).toBe("done");
  const { unknown, agents } = await clustr.client.call("change.summary", {});
  expect([unknown, agents.map(({ files }) => files)]).toEqual([[], [1]]);
  await clustr.client.call("change.rollback", { name: "ada" });
  expect(await readFile(notes, "utf8")).toBe("one\ntwo\nthree\n");
});
