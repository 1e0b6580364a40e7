import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { cleanEnv, scratch } from "../rig/rig.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

it("a server whose output nobody reads any more ends when it is told to", { timeout: 60_000 }, async () => {
  await using place = await scratch();
  const folder = await place.folder("project");
  const home = join(place.path, "home");
  const env = { ...cleanEnv(await place.folder("user")), CLUSTR_HOME: home };
  const args = [MAIN, folder, "--json", "--no-open", "--port", "0"];
  const child = spawn(process.execPath, args, { env, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  try {
    await once(child.stdout, "data");
    // As when a pipe's other end was ended first, or a terminal was closed.
    child.stdout.destroy();
    child.stderr.destroy();
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const late = new Promise((resolve) => setTimeout(resolve, 30_000, "it goes on").unref());
    expect(await Promise.race([gone.then(() => "it has ended"), late])).toBe("it has ended");
  } finally {
    child.kill("SIGKILL");
    const shutdown = spawn(process.execPath, [MAIN, "shutdown", "--json"], { env, cwd: folder, stdio: "ignore" });
    await once(shutdown, "exit");
  }
});
