import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { ClustrError, hasCode } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, connect, withCommon } from "./connect.ts";
import { print, type Io } from "./io.ts";

/** `rules edit`: the rules in the person's editor. A private copy is edited, so that half-typed rules bind nobody. */
export function rulesEditCommand(rules: Command, cli: Cli): void {
  const { io } = cli;
  const command = withCommon(rules.command("edit"))
    .description("Edit the rules in $VISUAL or $EDITOR; every agent is told when you save and leave")
    .action(async () => {
      const { json, workspace } = commonOf(command);
      if (json || !io.stdin.isTTY)
        throw new ClustrError(
          "invalid",
          'An editor needs a terminal; nothing was changed. Use "clustr rules set -" with the text on standard input.',
        );
      const client = await (await connect(io, workspace)).workspace();
      const before = await client.call("rules.read", {}, { signal: io.signal });
      const folder = await mkdtemp(join(tmpdir(), "clustr-"));
      const file = join(folder, "rules.md");
      await writeFile(file, before.text, { mode: 0o600 });
      await edit(io, file);
      const text = await readFile(file, "utf8");
      if (text === before.text) print(io, "Nothing was changed.");
      else {
        try {
          const { revision } = await client.call("rules.update", { text, expect_revision: before.revision });
          print(io, `The rules are at revision ${revision}; running agents are told.`);
        } catch (error) {
          if (!hasCode(error)) throw error;
          throw new ClustrError(error.code, `${error.message} Your text was kept in ${file}`, { cause: error });
        }
      }
      await rm(folder, { recursive: true, force: true });
    });
}

/** Runs the editor as git does: by the shell, since `EDITOR` may hold arguments. @throws ClustrError when it fails. */
async function edit(io: Io, file: string): Promise<void> {
  const editor = io.env["VISUAL"] || io.env["EDITOR"] || "vi";
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", `${editor} "$1"`, "sh", file], {
      stdio: "inherit",
      env: io.env,
      cwd: io.cwd,
    });
    child.on("error", reject);
    child.on("exit", resolve);
  });
  if (code === 0) return;
  throw new ClustrError(
    "invalid",
    `The editor "${editor}" ended with ${code ?? "a signal"}; the rules are unchanged. Your text was kept in ${file}. Set EDITOR to the editor you use.`,
  );
}
