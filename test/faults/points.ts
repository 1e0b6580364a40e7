import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { FREQUENT, STARTING, WORKING } from "./points/names.ts";
import type { Armed } from "./points/fire.ts";
import type { Random } from "./random.ts";
import { settled } from "./settled.ts";
import type { World } from "./world.ts";

/** A point to die at. */
export interface Point {
  name: string;
  when: "working" | "starting";
}

/** Points in the terminal host's own code: between an agent's record, its pty and its exit. */
export const HOST_POINTS: readonly string[] = [
  "host: rename terminals/ID.json before",
  "host: rename terminals/ID.json after",
  "host: rename ID/exit.json before",
  "host: rename ID/exit.json after",
];

/** How long a point that work leads to may stay unmet, ms. */
const MEET_MS = 60_000;

/** The named points of one world's server. */
export class Points {
  readonly #world: World;
  readonly #folder: string;

  private constructor(world: World, folder: string) {
    this.#world = world;
    this.#folder = folder;
  }

  static async make(world: World): Promise<Points> {
    const folder = join(world.folder, "points");
    await mkdir(folder);
    return new Points(world, folder);
  }

  /** What Node is to be told before the program. */
  get preload(): string[] {
    const preload = new URL("./points/preload.ts", import.meta.url);
    preload.searchParams.set("folder", this.#folder);
    return ["--import", preload.href];
  }

  /** Some of all points, different ones for seeds that follow each other. */
  some(random: Random, count: number): Point[] {
    const all = [
      ...WORKING.map((name) => ({ name, when: "working" as const })),
      ...STARTING.map((name) => ({ name, when: "starting" as const })),
    ];
    return Array.from({ length: count }, (_, i) => all[(random.seed * count + i) % all.length] as Point);
  }

  /** The server dies at a point, and starts again. That it never gets there is a violation: the point's name is wrong. */
  async die({ name, when }: Point, random: Random): Promise<void> {
    const skip = FREQUENT.test(name) ? random.below(5) : 0;
    if (when === "starting") {
      await this.#world.clustr.kill();
      await this.#arm({ point: name, skip });
      await this.#world.clustr.restart().catch(() => undefined);
    } else {
      await this.#arm({ point: name, skip });
      await Promise.race([this.#world.clustr.gone(), pause(MEET_MS)]);
    }
    if (await this.#wasPassed(name)) this.#world.figures.faults += 1;
    else this.#world.violate("run", `the point "${name}" was not passed`);
    await this.#disarm();
    await this.#world.clustr.kill();
    await this.#world.restart();
  }

  /** The terminal host dies at a point of its own; the server goes on. */
  async hostDies(name: string): Promise<void> {
    await this.#arm({ point: name, skip: 0 });
    await settled(this.#world, "run", `the point "${name}" is passed`, () => this.#wasPassed(name), MEET_MS);
    this.#world.figures.faults += 1;
    await this.#disarm();
  }

  async #wasPassed(name: string): Promise<boolean> {
    const killed = await readFile(join(this.#folder, "killed.txt"), "utf8").catch(() => "");
    return killed.split("\n").includes(name);
  }

  async #arm(armed: Armed): Promise<void> {
    const file = join(this.#folder, "armed.json");
    await writeFile(`${file}.new`, JSON.stringify(armed));
    await rename(`${file}.new`, file);
  }

  async #disarm(): Promise<void> {
    await rm(join(this.#folder, "armed.json"), { force: true });
    if (existsSync(join(this.#folder, "killed.txt"))) await rm(join(this.#folder, "killed.txt"));
  }
}
