import path from "node:path";
import { pino } from "pino";
import { logFile } from "../files/log-file.ts";
import { redaction, withoutTexts } from "../files/redact.ts";

/** The server's log: lines of JSON, without secrets and without what people and agents wrote. */
export interface DaemonLog {
  /** One line. What went wrong has an `error` among its details, and is marked as an error by it. */
  log(message: string, details?: Record<string, unknown>): void;
  /** The server cannot go on: the whole error, stack and all. */
  fatal(error: unknown): void;
  /** Resolves when everything said so far is in the file. */
  flush(): Promise<void>;
}

/** Opens `server.log` in the home; `secret` is kept out of it, and so are secrets of the environment. */
export function openLog(home: { path: string; secret: Buffer }): DaemonLog {
  const file = logFile(path.join(home.path, "server.log"));
  const redact = redaction(process.env, [home.secret.toString("hex")]);
  const logger = pino(
    { base: { pid: process.pid }, formatters: { log: withoutTexts } },
    { write: (line: string) => file.write(redact(line)) },
  );
  return {
    log: (message, details = {}) => logger["error" in details ? "error" : "info"](details, message),
    fatal: (error) =>
      logger.fatal({ error: error instanceof Error ? error.stack : String(error) }, "The server cannot go on"),
    flush: () => file.flush(),
  };
}
