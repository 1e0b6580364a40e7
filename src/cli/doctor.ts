import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { ClustrError } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, withCommon } from "./connect.ts";
import type { Report } from "./examine.ts";
import { print, printJson, type Io } from "./io.ts";
import type { Mend } from "./mend/mend.ts";
import { showMends, showReport } from "./show/doctor.ts";
import { styleOf } from "./show/style.ts";

/** What became of one thing that can be mended. */
export interface Mended {
  problem: string;
  how: string;
  outcome: "left" | "mended" | "failed";
  /** What mending said, or why it failed. */
  said?: string;
}

/** `clustr doctor`, with `--fix`. */
export function doctorCommand(program: Command, cli: Cli): void {
  const { io } = cli;
  const command = withCommon(program.command("doctor"))
    .description("Check what Clustr needs: tools, versions, logins, folders, server; says what to do")
    .helpGroup("Beginning:")
    .option("--fix", "Mend what can be mended without harm; says what, and asks before")
    .option("--yes", "Do not ask")
    .addHelpText(
      "after",
      "\nExit codes: 0 agents of a coding tool can run here, or, with --fix, everything was mended; 1 not; 2 --fix without a terminal needs --yes.",
    )
    .action(async () => {
      const { fix = false, yes = false } = command.opts<{ fix?: boolean; yes?: boolean }>();
      const { json } = commonOf(command);
      if (fix && io.env["CLUSTR_AGENT"])
        throw new ClustrError("forbidden", "An agent cannot mend Clustr's data; nothing was done. Ask the person to.");
      if (fix && !yes && (json || !io.stdin.isTTY))
        throw new ClustrError("invalid", "--fix asks before it mends, which needs a terminal. Give --yes as well.");
      // Loaded only here: no other command needs the services.
      const { examine } = await import("./examine.ts");
      const report = await examine(cli, fix);
      if (!json) print(io, showReport(report, styleOf(io)));
      const mended = await mendAll(
        report.mends,
        fix && (yes || report.mends.length === 0 || (await agreed(report, io))),
      );
      if (json) printJson(io, { ...report, mends: mended });
      else if (mended.length > 0) print(io, showMends(mended, fix, styleOf(io)));
      if (mended.some(({ outcome }) => outcome === "failed"))
        throw new ClustrError("internal", "Not everything could be mended; what stands above.");
      if (!report.usable && !fix) throw new ClustrError("internal", missing(report));
    });
}

/** What keeps a person from having agents at work, and what they can do without it. */
function missing({ sound, services }: Report): string {
  if (!sound) return "Clustr cannot run agents here yet; what to do stands above.";
  const tools = services.filter(({ builtIn }) => builtIn !== true).map(({ title }) => title);
  const [scripts] = services.filter(({ builtIn, ready }) => builtIn === true && ready);
  const meanwhile = scripts
    ? ` Everything else works: "clustr demo" shows agents at work without one, and "clustr spawn NAME --service ${scripts.service} --task FILE.json" runs one that follows a script.`
    : "";
  return `No coding tool can be used here yet: set up ${tools.join(" or ")} as it says above.${meanwhile}`;
}

async function agreed(report: Report, io: Io): Promise<boolean> {
  print(io, showMends(report.mends.map(leftOf), true, styleOf(io)));
  const reader = createInterface({ input: io.stdin, output: io.stdout });
  try {
    return /^y(es)?$/i.test((await reader.question("Mend this? [y/N] ", { signal: io.signal })).trim());
  } finally {
    reader.close();
  }
}

/** One after the other; one that fails keeps no other from being mended. */
async function mendAll(mends: Mend[], really: boolean): Promise<Mended[]> {
  const done: Mended[] = [];
  for (const mend of mends) done.push(really ? await mendOne(mend) : leftOf(mend));
  return done;
}

async function mendOne({ problem, how, fix }: Mend): Promise<Mended> {
  try {
    const said = await fix();
    return { problem, how, outcome: "mended", ...(said === undefined ? {} : { said }) };
  } catch (error) {
    return { problem, how, outcome: "failed", said: error instanceof Error ? error.message : String(error) };
  }
}

function leftOf({ problem, how }: Mend): Mended {
  return { problem, how, outcome: "left" };
}
