import type { Command } from "commander";
import { ClustrError } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, withCommon } from "./connect.ts";
import type { Detection, Finding, Report } from "./examine.ts";
import { print, printJson } from "./io.ts";
import { plain, styleOf, type Style } from "./show/style.ts";

export function doctorCommand(program: Command, cli: Cli): void {
  const { io } = cli;
  const command = withCommon(program.command("doctor"))
    .description("Check what Clustr needs: tools, versions, logins, folders, server; says what to do")
    .helpGroup("Beginning:")
    .action(async () => {
      // Loaded only here: no other command needs the services.
      const { examine } = await import("./examine.ts");
      const report = await examine(cli);
      if (commonOf(command).json) printJson(io, report);
      else print(io, showReport(report, styleOf(io)));
      if (!report.usable)
        throw new ClustrError("internal", "Clustr cannot run agents here yet; what to do stands above.");
    });
}

function showReport(report: Report, style: Style): string {
  const { node, home, server, services } = report;
  return [
    line(style, "node", node.version, node.findings),
    line(style, "home", home.path + (home.exists ? "" : " (not made yet)"), home.findings),
    line(style, "server", server.url ?? "not running", server.findings),
    "",
    ...services.map((service) => line(style, service.service, describe(service), service.findings, service.ready)),
  ].join("\n");
}

function describe({ ready, path, version, loggedIn, builtIn }: Detection): string {
  if (builtIn) return "comes with Clustr; runs scripts, not a model";
  if (path === undefined) return "not found";
  const login = loggedIn === undefined ? [] : [loggedIn ? "logged in" : "not logged in"];
  return [version ?? "version unknown", ...login, plain(path), ...(ready ? [] : ["not usable"])].join(", ");
}

function line(style: Style, name: string, text: string, findings: Finding[], ready = true): string {
  const bad = !ready || findings.some(({ fatal }) => fatal);
  const mark = bad
    ? style.paint("red", "✕")
    : findings.length > 0
      ? style.paint("yellow", "!")
      : style.paint("green", "✓");
  const notes = findings.map(
    ({ problem, remedy }) => `\n    ${plain(problem)}\n    ${style.paint("bold", `→ ${plain(remedy)}`)}`,
  );
  return `${mark} ${name.padEnd(8)} ${text}${notes.join("")}`;
}
