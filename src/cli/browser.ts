import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { homeOf } from "./server-file.ts";
import type { Io } from "./io.ts";

/**
 * Opens a one-time link in the person's browser, if there is one; that it cannot is no failure, the link is printed.
 * The link goes by a private file that leads on to it: every user of the machine can read the arguments of a program.
 */
export async function openBrowser(io: Io, link: string): Promise<void> {
  const program = opener(io);
  if (!program) return;
  const page = join(homeOf(io), "open.html");
  try {
    await rm(page, { force: true });
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${escapeAttribute(link)}"><title>Clustr</title>\n`,
      { mode: 0o600, flag: "wx" },
    );
    const child = spawn(program, [pathToFileURL(page).href], { stdio: "ignore", detached: true, env: io.env });
    child.on("error", () => {});
    child.unref();
  } catch {
    // The home folder cannot be written: the server itself will say so.
  }
}

/** The program that opens links here, or undefined without a desktop. */
function opener(io: Io): string | undefined {
  if (process.platform === "darwin") return "open";
  if (process.platform === "win32") return "explorer";
  return io.env["DISPLAY"] || io.env["WAYLAND_DISPLAY"] ? "xdg-open" : undefined;
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
