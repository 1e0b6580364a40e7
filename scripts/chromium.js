/*
 * The browser that tests drive. Keeps to syntax that Node 14 can read, as all set-up does.
 */
import fs from "fs";
import path from "path";
import { logged, root, say, seconds } from "./setup.js";

/** Installs Debian's Chromium unless a browser is there, where we may. Never fails: tests then say what they missed. */
export async function installChromium() {
  if (chromiumPath() !== undefined) return;
  if (process.platform !== "linux" || process.getuid() !== 0 || !fs.existsSync("/usr/bin/apt-get")) {
    say("no Chromium found, and it cannot be installed from here: browser tests will be skipped.");
    return;
  }
  const began = Date.now();
  say("installing Chromium, for tests …");
  const log = path.join(root, ".cache", "logs", "chromium.log");
  const command = [
    "sh",
    "-c",
    "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium",
  ];
  const code = await logged(command, root, log, 10 * 60 * 1000);
  say(
    code === 0
      ? "installed Chromium in " + seconds(began)
      : "Chromium could not be installed (" + path.relative(process.cwd(), log) + "): browser tests will be skipped.",
  );
}

/** The browser that tests drive: the one named in CLUSTR_TEST_CHROMIUM, else one on PATH or in its usual place. */
export function chromiumPath() {
  const named = process.env.CLUSTR_TEST_CHROMIUM;
  const folders = (process.env.PATH || "").split(path.delimiter);
  const known = ["chromium", "chromium-browser", "google-chrome"].flatMap((name) =>
    folders.map((folder) => path.join(folder, name)),
  );
  return [named, ...known, "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"].find(
    (file) => file && fs.existsSync(file),
  );
}
