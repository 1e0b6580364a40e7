import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { bothTools } from "../rig/both-tools.ts";

/** The real tool on a busy machine. */
const SLOW = 60_000;
/** What a call that Clustr has heard of needs at most until it may run. */
const OPENED_MS = 2_000;

it(
  "a file that Claude Code writes while no server runs is the agent's, and is taken back alone",
  { timeout: 4 * SLOW },
  async () => {
    await using stage = await bothTools({
      async fill(folder, place) {
        // A hook of the person's own, beside ours, holds the edit until the server is gone.
        const command = `for at in $(seq 500); do [ -e ${place.path}/go ] && exit 0; sleep 0.1; done`;
        const PreToolUse = [{ matcher: "Write|Edit", hooks: [{ type: "command", command }] }];
        await mkdir(join(place.path, "home", ".claude"), { recursive: true });
        await writeFile(
          join(place.path, "home", ".claude", "settings.json"),
          JSON.stringify({ hooks: { PreToolUse } }),
        );
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
    const ada = async () => (await clustr.client.call("agent.list", {})).find(({ name }) => name === "ada");
    await expect.poll(async () => (await ada())?.activity, { timeout: SLOW }).toContain("Edit");
    await new Promise((resolve) => setTimeout(resolve, OPENED_MS));
    await clustr.kill();
    await writeFile(join(place.path, "go"), "");
    await expect.poll(() => readFile(notes, "utf8"), { timeout: SLOW }).toContain("TWO");
    await clustr.restart();
    await expect.poll(async () => (await ada())?.status, { timeout: SLOW }).toBe("done");
    const { unknown, agents } = await clustr.client.call("change.summary", {});
    expect([unknown, agents.map(({ files }) => files)]).toEqual([[], [1]]);
    await clustr.client.call("change.rollback", { name: "ada" });
    expect(await readFile(notes, "utf8")).toBe("one\ntwo\nthree\n");
  },
);
