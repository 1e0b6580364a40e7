import type { Figures, Violation } from "./world.ts";

/** What came of one run. `notRun`: why it was not. */
export interface Result {
  kind: string;
  seed: number;
  ms: number;
  figures: Figures;
  violations: Violation[];
  notes: string[];
  notRun?: string;
  /** The run's folder, when there is something in it worth a look. */
  kept?: string;
}

/** One row: everything of one kind, or of all. */
export interface Summary {
  kind: string;
  runs: number;
  not_run: number;
  faults: number;
  acknowledged: number;
  unknown: number;
  violations: number;
  /** Milliseconds; undefined without a restart. */
  restart_p50: number | undefined;
  restart_p99: number | undefined;
}

export function summarise(kind: string, results: readonly Result[]): Summary {
  const ran = results.filter(({ notRun }) => notRun === undefined);
  const sum = (figure: (result: Result) => number): number => ran.reduce((total, each) => total + figure(each), 0);
  const restarts = ran.flatMap(({ figures }) => figures.restarts).toSorted((a, b) => a - b);
  return {
    kind,
    runs: ran.length,
    not_run: results.length - ran.length,
    faults: sum(({ figures }) => figures.faults),
    acknowledged: sum(({ figures }) => figures.acknowledged),
    unknown: sum(({ figures }) => figures.unknown),
    violations: sum(({ violations }) => violations.length),
    restart_p50: quantile(restarts, 0.5),
    restart_p99: quantile(restarts, 0.99),
  };
}

/** One row per kind and one for all, for people. */
export function table(results: readonly Result[]): string {
  const kinds = [...new Set(results.map(({ kind }) => kind))].toSorted();
  const summaries = kinds.map((kind) => summarise(kind, results.filter((each) => each.kind === kind))); // prettier-ignore
  const head = ["", "runs", "not run", "faults", "acknowledged", "unknown", "violations", "restart p50", "p99"];
  const rows = [...summaries, summarise("all", results)].map((row) => [
    row.kind,
    ...[row.runs, row.not_run, row.faults, row.acknowledged, row.unknown, row.violations].map(String),
    ...[row.restart_p50, row.restart_p99].map((ms) => (ms === undefined ? "-" : `${ms} ms`)),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i] ?? "").length)));
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ");
  return [head, ...rows].map((row) => `  ${line(row)}`).join("\n");
}

/** The value at a share of sorted numbers. */
function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
