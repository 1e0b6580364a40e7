import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn } from "@lydell/node-pty";
import { expect, test } from "vitest";
import { createClient } from "../../src/client/client.ts";
import { routes } from "../../src/client/routes.ts";
import { readAccess } from "../../src/cli/server-file.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

test("whoever stays at the demonstration has something to see and to answer, and Ctrl-C leaves nothing behind", async () => {
  await using place = await scratch();
  const home = join(place.path, "home");
  const env = { ...cleanEnv(await place.folder("user")), CLUSTR_HOME: home, TERM: "xterm-256color" };
  const terminal = spawn(process.execPath, [MAIN, "demo", "--no-open"], { cols: 100, rows: 40, cwd: place.path, env });
  let printed = "";
  terminal.onData((text) => (printed += text));
  const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  try {
    await expect.poll(() => printed, { timeout: 30_000 }).toContain("/login?t=");
    const access = await readAccess(join(home, "server.json"));
    const bare = createClient({ base: access?.url ?? "", token: access?.token, routes });
    const [workspace] = await bare.call("workspace.list", {});
    const client = bare.in(workspace?.id ?? "");
    const stands = async () =>
      Object.fromEntries(
        (await client.call("agent.list", {})).map((agent) => [
          agent.name,
          agent.attention?.kind ?? agent.outcome ?? agent.status,
        ]),
      );
    await expect.poll(stands, { timeout: 40_000 }).toEqual({
      ...{ ada: "finished", ben: "finished", cleo: "finished" },
      ...{ dora: "question", egon: "failed", finn: "permission", gwen: "running" },
    });
    for (const { id, kind } of await client.call("attention.list", {}))
      await client.call("attention.answer", { id, answer: kind === "question" ? "2" : "always" });
    await expect
      .poll(async () => (await client.call("context.list", {})).find(({ key }) => key === "evening")?.value)
      .toBe("assam");
    const { content } = await client.call("file.read", { path: "guests.md" });
    expect(content).toContain("one more guest: Heat the water to 98 °C");
    terminal.write("\u0003");
    expect(await ended).toBe(130);
    await expect(bare.call("workspace.list", {})).rejects.toMatchObject({ code: "unavailable" });
  } finally {
    terminal.kill("SIGKILL");
  }
});
