import type { Autonomy } from "../../contract/agent.ts";

/** What the program in the terminal is given, in a private file: never by argv, which every process can read. */
export interface Run {
  name: string;
  task: string;
  cwd: string;
  autonomy: Autonomy;
  door: string;
  token: string;
  session: string;
  /** It continues an earlier run: its steps are not performed again. */
  resumed: boolean;
}
