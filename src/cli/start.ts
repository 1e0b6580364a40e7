import { realpath, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { createClient, type Client } from "../client/client.ts";
import { routes } from "../client/routes.ts";
import { ClustrError, hasCode } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, shortPath, withCommon } from "./connect.ts";
import { note, print, printJson, type Io } from "./io.ts";
import { openBrowser } from "./browser.ts";
import { pause } from "./pause.ts";
import { styleOf } from "./show/style.ts";
import { homeOf, readAccess } from "./server-file.ts";
import { collectAfterStart, keepYoungSpaceSmall } from "./little-memory.ts";

const DEFAULT_PORT = 3100;
/** How long another start that holds this home may take until it answers. */
const STARTING_MS = 30_000;

/** A server that is up, with the workspace that was asked for. `login` opens the dashboard once. */
export interface Served {
  url: string;
  login: string;
  workspace: string;
  pid: number;
  /** For the workspace that was opened. */
  client: Client;
  /** Why the workspace could not be opened, with what to do; the server runs for the others. */
  problem?: string | undefined;
  /** True when the server ran already and this command only added a workspace. */
  joined: boolean;
}

/**
 * Opens a folder as a workspace: in the server of this home if one runs, otherwise in a new one in this very process.
 * `ready` is called once it can be used. Resolves when `ready` is done and, if the server is ours, when that has ended.
 *
 * The import of the composition root is the one place where the command line reaches below `client`: `clustr FOLDER` is
 * the server's process, and every other command stays free of its weight.
 */
export async function serve(
  cli: Cli,
  folder: string,
  port: number,
  ready: (served: Served) => Promise<void>,
): Promise<void> {
  const { io } = cli;
  if (io.env["CLUSTR_AGENT"]) {
    throw new ClustrError(
      "forbidden",
      "An agent cannot open folders or start servers; nothing was done. Ask the person to.",
    );
  }
  const path = await projectFolder(io, folder);
  const running = await joinRunning(io, path);
  if (running) return ready(running);
  const daemon = await startOrJoin(cli, path, port);
  if ("joined" in daemon) return ready(daemon);
  const token = (await serverAccess(io))?.token;
  const client = createClient({ base: daemon.url, token, routes, workspace: daemon.workspace });
  const { url, login, workspace, pid, problem } = daemon;
  await ready({ url, login, workspace, pid, client, problem, joined: false });
  collectAfterStart();
  await daemon.ended;
}

/**
 * Brings the server of this home up in this process for one call, opening no folder, and waits for its end, which the
 * call must bring about. With `mend`, a damaged ledger of the home is mended even where that loses events.
 */
export async function serveOnce(
  cli: Cli,
  call: (client: Client) => Promise<void>,
  { mend = false } = {},
): Promise<void> {
  const { io } = cli;
  keepYoungSpaceSmall();
  const { runDaemon } = await import("../daemon.ts");
  const daemon = await runDaemon({
    home: resolve(io.cwd, homeOf(io)),
    port: 0,
    version: cli.version,
    mend,
    signal: io.signal,
  });
  const token = (await serverAccess(io))?.token;
  await call(createClient({ base: daemon.url, token, routes }));
  await daemon.ended;
}

/** @throws ClustrError `invalid` when there is no such folder. */
async function projectFolder(io: Io, folder: string): Promise<string> {
  const path = resolve(io.cwd, folder);
  const info = await stat(path).catch(() => undefined);
  if (info?.isDirectory()) return realpath(path);
  const problem = info ? "is a file, not a folder" : "does not exist";
  const hint = info || /[/\\.]/.test(folder) ? "" : ' If you meant a command, see "clustr --help".';
  throw new ClustrError("invalid", `${path} ${problem}; nothing was started. Give the folder of a project.${hint}`);
}

function serverAccess(io: Io) {
  return readAccess(join(homeOf(io), "server.json"));
}

/** Adds the folder to the running server; undefined when none answers, whatever its file says. */
async function joinRunning(io: Io, path: string): Promise<Served | undefined> {
  const access = await serverAccess(io);
  if (!access) return undefined;
  const client = createClient({ base: access.url, token: access.token, routes });
  try {
    const opened = await client.call("workspace.open", { path, trust: true }, { signal: io.signal, timeoutMs: 10_000 });
    const { login } = await client.call("link.create", {}, { signal: io.signal });
    return {
      url: access.url,
      login,
      workspace: opened.id,
      pid: access.pid ?? 0,
      client: client.in(opened.id),
      joined: true,
    };
  } catch (error) {
    // A file left behind: nobody is there, or another program (perhaps the server of another home) has the port now.
    if (hasCode(error, "unavailable", "unauthenticated")) return undefined;
    throw error;
  }
}

/**
 * Becomes the server, or joins the one that was faster. Of two that reach for the home in the same instant both may find
 * it taken, so a start that lost tries both ways again, each time after a wait of its own, until one of them works.
 */
async function startOrJoin(cli: Cli, path: string, port: number) {
  const { io, version } = cli;
  keepYoungSpaceSmall();
  const { runDaemon } = await import("../daemon.ts");
  const options = { home: resolve(io.cwd, homeOf(io)), port, folder: path, version, signal: io.signal };
  const until = performance.now() + STARTING_MS;
  for (let first = true; ; first = false) {
    try {
      return await runDaemon(options);
    } catch (error) {
      if (!hasCode(error, "conflict") || performance.now() > until) throw error;
    }
    if (first) note(io, "Another server is starting for this home; waiting for it.");
    const served = await joinRunning(io, path);
    if (served) return served;
    await pause(100 + Math.random() * 400, io.signal);
  }
}

/** `clustr [folder]`, the default command. */
export function startCommand(program: Command, cli: Cli): void {
  const command = withCommon(program.command("start [folder]", { isDefault: true }))
    .description("Open a folder as a workspace and start the server, in the foreground (the default command)")
    .helpGroup("Beginning:")
    .option("--port <n>", `Port to listen on; the next free one if taken, any if 0 (default: ${DEFAULT_PORT})`)
    .option("--no-open", "Do not open the dashboard in a browser")
    .action(async (folder: string | undefined) => {
      const { io } = cli;
      const { json, workspace } = commonOf(command);
      if (folder !== undefined && workspace !== undefined)
        throw new ClustrError("invalid", "Give the folder or --workspace, not both.");
      const { port, open } = command.opts<{ port?: string; open: boolean }>();
      await serve(
        cli,
        folder ?? workspace ?? ".",
        portOf(port),
        async ({ url, login, workspace: id, pid, joined, client, problem }) => {
          if (json) printJson(io, { url, login, workspace: id, pid, ...(problem === undefined ? {} : { problem }) });
          else if (problem !== undefined)
            note(io, `The server runs, without this workspace. ${problem}\n\n  ${login}\n`);
          else {
            const at = resolve(io.cwd, folder ?? workspace ?? ".");
            await welcome(cli, at, login, joined);
            await offerRules(cli, at, client);
          }
          if (open && !json) await openBrowser(io, login);
        },
      );
      if (io.signal.aborted)
        note(
          io,
          'The server has stopped; agents go on running. "clustr" brings it back, "clustr shutdown" ends everything.',
        );
    });
}

/** What a person sees when it is ready. Opening a folder here is consent to trust it, so that is said. */
async function welcome(cli: Cli, folder: string, login: string, joined: boolean): Promise<void> {
  const { io } = cli;
  const style = styleOf(io);
  const name = shortPath(folder, io.env["HOME"]);
  print(
    io,
    `${style.paint("bold", joined ? "Clustr runs already" : `Clustr ${cli.version}`)}  ${name}${joined ? " was added to it" : ""}`,
  );
  print(
    io,
    style.paint(
      "dim",
      "Opened from the command line, so this folder is trusted: agents may use its settings and run its code.",
    ),
  );
  print(io, `\n  ${login}\n`);
  print(
    io,
    style.paint(
      "dim",
      `The link works once; "clustr link" prints another.${joined ? "" : " Ctrl-C stops the server; agents go on running."}`,
    ),
  );
}

/** A CLUSTR.md in the project is offered as the first text of the rules, never taken unasked. */
async function offerRules({ io }: Cli, folder: string, client: Client): Promise<void> {
  if (!(await stat(join(folder, "CLUSTR.md")).catch(() => undefined))?.isFile()) return;
  if ((await client.call("rules.read", {})).revision > 0) return;
  note(
    io,
    'There is a CLUSTR.md here and no rules yet; "clustr rules set --file CLUSTR.md" makes it the rules every agent follows.',
  );
}

function portOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new ClustrError("invalid", `--port takes a number from 0 to 65535, not "${text}".`);
  return port;
}
