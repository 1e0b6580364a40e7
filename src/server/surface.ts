import type { IncomingMessage, ServerResponse } from "node:http";
import type { Core } from "../core/core.ts";
import type { Screens } from "../core/ports/screen.ts";
import type { TerminalHost } from "../core/ports/terminal.ts";
import type { Call } from "./auth.ts";

/** Takes one line for people; never a secret. */
export type Log = (message: string, details?: Record<string, unknown>) => void;

/** What every surface works with. */
export interface Surface {
  core: Core;
  host: TerminalHost;
  screens: Screens;
  /** Version of Clustr, for clients to show. */
  version: string;
  log: Log;
}

/** What a route finds beside the request: the gate has been passed, so `call` is always there. */
export interface RouteEnv {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse; call: Call };
}
