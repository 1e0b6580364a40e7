import type { Mended } from "../doctor.ts";
import type { Detection, Finding, Report } from "../examine.ts";
import { plain, type Style } from "./style.ts";

/** What was found, one line each, with what to do. */
export function showReport(report: Report, style: Style): string {
  const { node, home, server, machine, services } = report;
  return [
    line(style, "node", node.version, node.findings),
    line(style, "home", home.path + (home.exists ? "" : " (not made yet)"), home.findings),
    line(style, "server", server.url ?? "not running", server.findings),
    ...(machine.findings.length > 0 ? [line(style, "machine", "", machine.findings)] : []),
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

/** What can be mended, or what became of it. */
export function showMends(mends: Mended[], fix: boolean, style: Style): string {
  const lines = mends.map(({ problem, how, outcome, said }) => {
    const mark = {
      left: style.paint("yellow", "!"),
      mended: style.paint("green", "✓"),
      failed: style.paint("red", "✕"),
    };
    const more = said === undefined ? "" : `\n    ${plain(said)}`;
    return `${mark[outcome]} ${plain(problem)}\n    → ${plain(how)}${more}`;
  });
  return [
    "",
    ...lines,
    ...(fix ? [] : ["", style.paint("bold", '"clustr doctor --fix" does what stands behind the arrows.')]),
  ].join("\n");
}
