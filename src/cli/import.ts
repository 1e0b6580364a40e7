import { resolve } from "node:path";
import type { Input, Output } from "../contract/operation.ts";
import type { Operations } from "../contract/operations.ts";
import { hasCode } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson } from "./io.ts";
import { plain } from "./show/style.ts";
import { serveOnce } from "./start.ts";

/** Milliseconds; checking a large store of snapshots takes its time. */
const LONGEST = 3_600_000;

/** Lets `import` name a file and a folder as the shell does, and do without a server that runs. */
export function addImporting({ command, input, client }: AddedCommand, cli: Cli): void {
  const { io } = cli;
  command.action(async () => {
    const asked = { ...(await input()) } as Input<Operations["workspace.import"]>;
    asked.file = resolve(io.cwd, asked.file);
    if (asked.into !== undefined) asked.into = resolve(io.cwd, asked.into);
    // As for opening a folder from here: naming it is the consent.
    if (asked.into !== undefined) asked.trust = true;
    const options = { signal: io.signal, timeoutMs: LONGEST };
    const imported = await client()
      .then((running) => running.call("workspace.import", asked, options))
      .catch(async (error: unknown) => {
        if (!hasCode(error, "unavailable") || io.env["CLUSTR_AGENT"]) throw error;
        return withoutServer(cli, asked);
      });
    if (commonOf(command).json) printJson(io, imported);
    else print(io, showImported(imported));
  });
}

/** Brings a server up for this alone; agents of other workspaces go on. */
async function withoutServer(
  cli: Cli,
  asked: Input<Operations["workspace.import"]>,
): Promise<Output<Operations["workspace.import"]>> {
  const imported = Promise.withResolvers<Output<Operations["workspace.import"]>>();
  await serveOnce(cli, async (client) => {
    await client
      .call("workspace.import", asked, { signal: cli.io.signal, timeoutMs: LONGEST })
      .then(imported.resolve, imported.reject);
    await client.call("server.shutdown", { keep_agents: true });
  });
  return imported.promise;
}

function showImported({ path, id, events, left_out }: Output<Operations["workspace.import"]>): string {
  const left = left_out.map((each) => `\nNot taken over: ${plain(each)}`).join("");
  return `${plain(path)} is a workspace now (${id}), with ${events} events.${left}\nIts agents have ended; "clustr resume NAME" continues one whose tool still has its conversation.`;
}
