import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { Command } from "commander";
import { createClient, type Client } from "../client/client.ts";
import { routes } from "../client/routes.ts";
import { ClustrError } from "../contract/error.ts";
import type { Workspace } from "../contract/workspace.ts";
import type { Io } from "./io.ts";
import { findAccess, type Access } from "./server-file.ts";

/** Options every command has. */
export interface Common {
  json: boolean;
  workspace?: string;
}

/** Options of a command and of `clustr` itself: `clustr --json agents` and `clustr agents --json` are the same. */
export function commonOf(command: Command): Common {
  const { json, workspace } = command.optsWithGlobals<{ json?: boolean; workspace?: string }>();
  return { json: json === true, ...(workspace === undefined ? {} : { workspace }) };
}

/** Gives a command the options every command has. */
export function withCommon(command: Command): Command {
  return command
    .option("--json", "Print JSON: one value, or one per line for streams; never ask anything")
    .option("--workspace <id|path>", "Workspace to use; the one of the current folder unless given");
}

/** The running server, as commands call it. */
export interface Connection {
  access: Access;
  /** For operations of the whole server. */
  home: Client;
  /** For operations of the workspace that `--workspace` or the current folder means. */
  workspace(): Promise<Client & { readonly workspace: string }>;
}

/** Reaches the server that is running. @throws ClustrError `unavailable` with what to do. */
export async function connect(io: Io, wanted?: string): Promise<Connection> {
  const access = await findAccess(io);
  const home = createClient({ base: access.url, token: access.token, routes });
  return {
    access,
    home,
    workspace: async () => {
      const id =
        access.workspace !== undefined && wanted === undefined
          ? access.workspace
          : await chooseWorkspace(home, io, wanted);
      return { ...home.in(id), workspace: id };
    },
  };
}

/** The workspace meant by an id or a path, else the innermost one the current folder lies in. */
async function chooseWorkspace(home: Client, io: Io, wanted: string | undefined): Promise<string> {
  const open = await home.call("workspace.list", {}, { signal: io.signal });
  const byId = open.find((workspace) => workspace.id === wanted);
  const found = byId ?? containing(open, await realFolder(resolve(io.cwd, wanted ?? ".")));
  if (found) return found.id;
  const list =
    open.length === 0
      ? "None is open."
      : `Open: ${open.map((workspace) => `${workspace.path} (${workspace.id})`).join(", ")}.`;
  const where =
    wanted === undefined
      ? "The current folder is in no open workspace"
      : `No open workspace has the id or folder "${wanted}"`;
  throw new ClustrError(
    "not_found",
    `${where}; nothing was done. ${list} Open one with "clustr ${wanted === undefined ? "." : "FOLDER"}", or name one with --workspace.`,
  );
}

function containing(open: Workspace[], folder: string): Workspace | undefined {
  return open
    .filter(({ path }) => folder === path || folder.startsWith(path.endsWith(sep) ? path : path + sep))
    .sort((a, b) => b.path.length - a.path.length)[0];
}

/** The real path of a folder, or the path itself when there is nothing. */
async function realFolder(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** A short name for a workspace path in human output. */
export function shortPath(path: string, home: string | undefined): string {
  if (home && (path === home || path.startsWith(home + sep))) return `~${path.slice(home.length)}`;
  return path;
}
