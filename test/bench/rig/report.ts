import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

/** One thing that was measured, several times. Of the values the median counts. */
export interface Figure {
  name: string;
  /** None for things that are counted. */
  unit: "ms" | "×" | "/s" | "MB" | "kB" | "%" | "";
  values: readonly number[];
  /** The target: the median is to be at most, or at least, this. */
  most?: number | undefined;
  least?: number | undefined;
  /** Depends on the machine and what else it does: a missed target is shown, and fails nothing. */
  advisory?: boolean;
}

/** What was asked for on the command line: `[number] [--json FILE]`. */
export function benchArguments(otherwise: number): { count: number; json: string | undefined } {
  const { values, positionals } = parseArgs({ options: { json: { type: "string" } }, allowPositionals: true });
  return { count: Number(positionals[0] ?? otherwise), json: values.json };
}

/** Collects figures; says each as it comes, and all of them at the end as a Markdown table and, if asked for, as JSON. */
export class Report {
  readonly #title: string;
  readonly #figures: Figure[] = [];
  readonly #began = { at: new Date().toISOString(), load: os.loadavg()[0] ?? 0 };

  constructor(title: string) {
    this.#title = title;
  }

  add(figure: Figure): void {
    this.#figures.push(figure);
    process.stderr.write(`${figure.name}: ${shown(median(figure.values), figure.unit)}\n`);
  }

  /** Ours and theirs, measured in turns, and how they compare: other work on the machine slows both sides alike. */
  paired(
    name: string,
    ours: readonly number[],
    theirs: { name: string; values: readonly number[] },
    most?: number,
  ): void {
    this.add({ name, unit: "ms", values: ours });
    this.add({ name: theirs.name, unit: "ms", values: theirs.values });
    const ratios = ours.map((ms, i) => ms / (theirs.values[i] ?? Number.NaN));
    this.add({ name: `${name}: ratio to ${theirs.name}`, unit: "×", values: ratios, most });
  }

  /** Prints, writes, and makes the process fail when a target was missed that is not advisory. */
  end(json: string | undefined): void {
    const machine = { ...machineOf(), ...this.#began, loadAtEnd: os.loadavg()[0] ?? 0 };
    const { cpus, memory, system, node, git, load, loadAtEnd } = machine;
    const rows = this.#figures.map((one) =>
      [one.name, shown(median(one.values), one.unit), spread(one), one.values.length, target(one), verdict(one)].join(
        " | ",
      ),
    );
    const lines = [
      `## ${this.#title}`,
      "",
      `${cpus} cores, ${memory} GB, ${system}, Node ${node}, git ${git}; load ${load.toFixed(1)} before, ${loadAtEnd.toFixed(1)} after.`,
      "",
      "| figure | median | from–to | rounds | target | met |",
      "| --- | ---: | ---: | ---: | ---: | --- |",
      ...rows.map((row) => `| ${row} |`),
    ];
    console.log(lines.join("\n"));
    if (json !== undefined) {
      const figures = this.#figures.map((one) => ({ ...one, median: median(one.values), met: isMet(one) }));
      fs.mkdirSync(path.dirname(path.resolve(json)), { recursive: true });
      fs.writeFileSync(json, `${JSON.stringify({ title: this.#title, machine, figures }, null, 2)}\n`);
    }
    if (this.#figures.some((one) => isMet(one) === false && !one.advisory)) process.exitCode = 1;
  }
}

/** Milliseconds that something takes. */
export async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** The value below which a part (0 to 1) of them lies. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function isMet(one: Figure): boolean | undefined {
  if (one.most === undefined && one.least === undefined) return undefined;
  const value = median(one.values);
  return value <= (one.most ?? Infinity) && value >= (one.least ?? -Infinity);
}

function verdict(one: Figure): string {
  const met = isMet(one);
  if (met === undefined) return "";
  return met ? "yes" : "**no**";
}

function target({ most, least, unit }: Figure): string {
  if (most !== undefined) return `≤ ${shown(most, unit)}`;
  return least === undefined ? "" : `≥ ${shown(least, unit)}`;
}

function spread({ values, unit }: Figure): string {
  return values.length < 2 ? "" : `${shown(quantile(values, 0), unit)}–${shown(quantile(values, 1), unit)}`;
}

function shown(value: number, unit: Figure["unit"]): string {
  if (unit === "") return String(value);
  const number = value.toFixed(unit === "×" || value < 10 ? 2 : 0);
  return unit === "×" ? `${number}×` : `${number} ${unit}`;
}

function machineOf() {
  const git = execFileSync("git", ["--version"], { encoding: "utf8" });
  return {
    cpus: os.cpus().length,
    processor: os.cpus()[0]?.model ?? "unknown",
    memory: Math.round(os.totalmem() / 1e9),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    git: git.replace(/^git version /, "").trim(),
  };
}
