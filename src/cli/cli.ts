import type { Io } from "./io.ts";

/** What commands are made with. */
export interface Cli {
  io: Io;
  /** Version of this program. */
  version: string;
}
