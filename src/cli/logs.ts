import type { Command } from "commander";
import { resolve } from "node:path";
import { ClustrError } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, withCommon } from "./connect.ts";
import { print } from "./io.ts";
import { linesOf, type LogLine } from "./log-lines.ts";
import { homeOf } from "./server-file.ts";
import { plain, styleOf, type Color, type Style } from "./show/style.ts";

/** Levels as the log has them, by their names. */
const LEVELS = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;
const NAMES = Object.keys(LEVELS) as (keyof typeof LEVELS)[];
const COLORS: Record<string, Color> = { warn: "yellow", error: "red", fatal: "red", debug: "dim" };
const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** What every line has, and what is shown by itself. */
const FRAME = new Set(["level", "time", "pid", "msg"]);

/** `clustr logs`: the server's log, readable; needs no server. */
export function logsCommand(program: Command, { io }: Cli): void {
  const command = withCommon(program.command("logs"))
    .description("Show what the server logged; works while no server runs. Secrets and messages are not in it")
    .helpGroup("Server:")
    .option("--follow", "Go on with what is logged next, until Ctrl-C")
    .option("--since <when>", "Only from then on: a time like 2026-01-31T12:00, or 30s, 10m, 2h, 3d ago")
    .option("--level <level>", `Only this level and above [${NAMES.join("|")}]`, "info")
    .option("--id <id>", "Only what belongs to this error, as its caller was told")
    .action(async () => {
      if (io.env["CLUSTR_AGENT"])
        throw new ClustrError("forbidden", "The server's log is the person's; nothing was read.");
      const asked = command.opts<{ follow?: boolean; since?: string; level: string; id?: string }>();
      const least = levelOf(asked.level);
      const since = asked.since === undefined ? 0 : momentOf(asked.since, io.now());
      const style = styleOf(io);
      const { json } = commonOf(command);
      for await (const line of linesOf(resolve(io.cwd, homeOf(io), "server.log"), asked.follow === true, io.signal)) {
        if (line.level < least || line.time < since) continue;
        if (asked.id !== undefined && !Object.values(line.details).includes(asked.id)) continue;
        print(io, json ? line.text : showLine(line, style));
      }
    });
}

function levelOf(name: string): number {
  const level = LEVELS[name as keyof typeof LEVELS] as number | undefined;
  if (level === undefined) throw new ClustrError("invalid", `--level takes ${NAMES.join(", ")}, not "${name}".`);
  return level;
}

/** Milliseconds since 1970. */
function momentOf(text: string, now: Date): number {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now.getTime() - Number(count) * (UNITS[unit] ?? 0);
  const moment = Date.parse(text);
  if (Number.isNaN(moment))
    throw new ClustrError("invalid", `--since takes a time like 2026-01-31T12:00, or 30s, 10m, 2h, 3d; not "${text}".`);
  return moment;
}

/** One line for people; what an error has beneath it, below. */
function showLine({ time, level, message, details }: LogLine, { paint }: Style): string {
  const name = NAMES.findLast((each) => LEVELS[each] <= level) ?? "debug";
  const at = new Date(time).toISOString().slice(0, 19).replace("T", " ");
  const shown = Object.entries(details).filter(([key]) => !FRAME.has(key) && key !== "error");
  const words = shown.map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const { error = "" } = details;
  const [first = "", ...below] = (typeof error === "string" ? error : JSON.stringify(error)).split("\n");
  const line = [paint("dim", at), paint(COLORS[name] ?? "green", name.padEnd(5)), plain(message)];
  if (words.length > 0) line.push(paint("dim", plain(words.join(" ")).replaceAll("\n", " ")));
  if (first !== "") line.push(plain(first));
  return [line.join("  "), ...below.map((each) => paint("dim", `    ${plain(each).trim()}`))].join("\n");
}
