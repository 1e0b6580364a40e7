import type { Access } from "../ports/access.ts";
import type { PrivateFiles, SocketFolders } from "../ports/private-files.ts";
import type { Screens } from "../ports/screen.ts";
import type { TerminalHost } from "../ports/terminal.ts";

/** What a run needs of the world. */
export interface RunParts {
  host: TerminalHost;
  screens: Screens;
  files: PrivateFiles;
  sockets: SocketFolders;
  access: Access;
  /** Id of the workspace. */
  workspace: string;
  /** Address of the agents' door; another one once a terminal host had to be replaced. */
  door(): Promise<string>;
  /** The environment agents inherit (core/environment.ts). */
  env: Record<string, string>;
  /** File mode creation mask of the person, for programs. */
  umask: number;
  /** Absolute path of the Node that services run helpers of theirs with. */
  node: string;
  log(message: string, details?: Record<string, unknown>): void;
}
