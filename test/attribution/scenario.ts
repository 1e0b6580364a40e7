import fc from "fast-check";
import type { FileOperation } from "../../src/contract/files.ts";
import { Attribution } from "../../src/core/attribution/attribution.ts";
import { History } from "../../src/core/attribution/history.ts";
import { MemoryFolder, memoryBlobs } from "./folder.ts";
import { folderWithout, TrueFile, without, type Who } from "./world.ts";

/** What the interleavings of one run may contain. */
export interface Kind {
  /** Every author stays in zones of its own, with an untouched line between zones. */
  disjoint: boolean;
  /** Every line is one of so many texts; otherwise no two lines are equal. */
  texts?: number | undefined;
  /** Files are created, deleted, moved, made executable, and replaced by binaries and links. */
  files: boolean;
  /** Agents work by shell calls, whose input tells nothing; otherwise half of their calls are edits with known content. */
  shell: boolean;
  /** Shell calls of both agents may be under way at once. */
  overlappingCalls: boolean;
}

/** One thing that happens; numbers are taken modulo what there is. */
export interface Happening {
  who: Who;
  action: "edit" | "create" | "delete" | "move" | "chmod" | "binary" | "link";
  viaShell: boolean;
  /** Begins or ends a shell call of this agent instead, where calls overlap. */
  toggles: boolean;
  a: number;
  b: number;
  size: number;
  lines: number;
  texts: number[];
}

export function happenings(kind: Kind): fc.Arbitrary<Happening[]> {
  const number = fc.nat({ max: 9_999 });
  const actions: Happening["action"][] = kind.files
    ? ["edit", "edit", "create", "delete", "move", "chmod", "binary", "link"]
    : ["edit"];
  const happening = fc.record({
    who: fc.constantFrom<Who>("A", "B", "person"),
    action: fc.constantFrom(...actions),
    viaShell: fc.boolean(),
    toggles: fc.integer({ min: 0, max: 2 }).map((n) => n === 0),
    a: number,
    b: number,
    size: fc.nat({ max: 3 }),
    lines: fc.nat({ max: 3 }),
    texts: fc.array(number, { minLength: 3, maxLength: 3 }),
  });
  return fc.array(happening, { minLength: 4, maxLength: 24, size: "max" });
}

const ZONES = 6;

/** Plays happenings on a folder with the engine watching, and on files that know the truth. */
export class Scenario {
  readonly tree = new MemoryFolder();
  readonly blobs = memoryBlobs();
  readonly files: TrueFile[] = [];
  readonly operations: FileOperation[] = [];
  readonly engine: Attribution;
  readonly #kind: Kind;
  readonly #calls = new Map<Who, string>();
  /** What happened to files since the engine last looked at all of them, and by whom. */
  readonly #unseen = new Map<TrueFile, { who: Who; how: Happening["action"] }>();
  #count = 0;

  constructor(kind: Kind) {
    this.#kind = kind;
    this.engine = new Attribution({
      tree: this.tree,
      blobs: this.blobs,
      record: async (entries) => void this.operations.push(...entries),
    });
    for (const name of ["a", "b", "src/c"]) {
      const lines: { text: string; zone: number }[] = [];
      for (let zone = 0; zone < ZONES; zone++) {
        lines.push({ text: this.#kind.texts ? this.#line(zone) : `gap ${name} ${zone}\n`, zone: -1 });
        for (let i = 0; i < 3; i++) lines.push({ text: this.#line(zone * 3 + i), zone });
      }
      // The last line of one file has no newline; it is a gap, or only ever replaced by its like.
      lines.push({ text: `end ${name}${name === "b" ? "" : "\n"}`, zone: -1 });
      this.files.push(new TrueFile(name, "base", 0o644, lines));
    }
    this.#show();
  }

  async play(list: readonly Happening[]): Promise<void> {
    await this.engine.start();
    for (const one of list) await this.#happen(one);
    for (const call of this.#calls.values()) await this.engine.close(call);
    this.#calls.clear();
    await this.engine.look();
  }

  /** What the folder should be without some authors, with what cannot be said. */
  without(...absent: Who[]): ReturnType<typeof folderWithout> {
    return folderWithout(this.files, new Set(absent));
  }

  /** Where the truth has, without an author, the files that ever had a name of a file of the log. */
  homesWithout(file: number, absent: Who): string[] {
    const history = new History(this.operations);
    const steps = [...history.lineages].find(({ id }) => id === file)?.steps ?? [];
    const changes = steps.map((step) => (step.type === "taken_back" ? step.undone.change : step.change));
    const names = new Set(changes.flatMap(({ path, from }) => [path, from ?? path]));
    return this.files
      .filter((one) => one.path.some(({ value }) => names.has(value)))
      .flatMap((one) => without(one, new Set<Who>([absent]))?.path ?? []);
  }

  async #happen(one: Happening): Promise<void> {
    const { who } = one;
    if (this.#calls.size === 0) this.#unseen.clear();
    if (who === "person") {
      // A person inside a lone shell call cannot be told from the agent: known, and not claimed otherwise.
      if (this.#calls.size > 0) return;
      this.#act(one);
      return void (await this.engine.look());
    }
    if (this.#kind.overlappingCalls && one.toggles) {
      const call = this.#calls.get(who);
      this.#unseen.clear();
      if (call) {
        this.#calls.delete(who);
        return this.engine.close(call);
      }
      this.#calls.set(who, `shell ${++this.#count}`);
      return this.engine.open({ call: `shell ${this.#count}`, agent: who });
    }
    if (this.#calls.has(who)) return void this.#act(one);
    const call = `call ${++this.#count}`;
    if (this.#kind.shell && (one.viaShell || one.action !== "edit")) {
      // Others' shell calls are under way only where the kind says so.
      await this.engine.open({ call, agent: who });
      this.#act(one);
      return this.engine.close(call);
    }
    const target = this.#target(one);
    if (!target || one.action !== "edit") return;
    const path = target.now(target.path);
    await this.engine.open({ call, agent: who, paths: [path] });
    const region = this.#act(one);
    const content = await this.tree.read(path);
    await this.engine.close(call, region && content ? [{ path, content, regions: [region] }] : []);
  }

  #target(one: Happening): TrueFile | undefined {
    const live = this.files.filter((each) => each.now(each.exists));
    return live[one.a % live.length];
  }

  #act(one: Happening): { from: number; to: number; size: number } | undefined {
    const target = this.#target(one);
    if (target && !this.#tellable(one, target)) return undefined;
    const done = one.action === "create" || !target ? void this.#create(one) : this.#change(one, target);
    this.#show();
    return done;
  }

  /**
   * Whether what happens could be told at all by one who looks only before and after: who moves a file and rewrites it has
   * removed one and made another, and of what one does and another takes back before the next look nothing is left.
   */
  #tellable({ who, action }: Happening, target: TrueFile): boolean {
    const how = action === "binary" || action === "link" ? "edit" : action;
    const was = this.#unseen.get(target);
    const moves = was && [was.how, how].includes("move") && [was.how, how].includes("edit");
    if (was && (moves || (was.who !== who && !this.#kind.disjoint))) return false;
    this.#unseen.set(target, { who, how });
    return true;
  }

  #create({ who, a, lines }: Happening): void {
    const path = ["new", "a", "b", "src/c", "src/d/e"][a % 5] ?? "new";
    if (this.files.some((one) => one.now(one.exists) && one.now(one.path) === path)) return;
    if ([...this.#unseen].some(([one, { how }]) => how === "delete" && one.now(one.path) === path)) return;
    const texts = Array.from({ length: lines }, (_, i) => ({ text: this.#line(a + i) }));
    const made = new TrueFile(path, who, 0o644, texts);
    this.files.push(made);
    this.#unseen.set(made, { who, how: "create" });
  }

  #change(one: Happening, target: TrueFile): { from: number; to: number; size: number } | undefined {
    const { who, b } = one;
    const path = target.now(target.path);
    const mode = b % 2 ? 0o755 : 0o644;
    switch (one.action) {
      case "edit":
        return this.#edit(one, target);
      case "delete":
        return target.remove(who) as undefined;
      case "chmod":
        // Of a link the mode says nothing, and setting what is set already is no change.
        if (target.visible()[0]?.kind !== "link" && target.now(target.mode) !== mode)
          target.mode.push({ by: who, value: mode });
        return undefined;
      case "binary":
        return target.replace(who, "binary", `\0${++this.#count}`) as undefined;
      case "link":
        return target.replace(who, "link", `to ${++this.#count}`) as undefined;
      case "move": {
        const to = ["moved", "src/moved", "a", "b"][b % 4] ?? "moved";
        const taken = this.files.some((other) => other.now(other.exists) && other.now(other.path) === to);
        // An empty file that moves is one that goes and one that comes: nothing in it could tell.
        if (to !== path && !taken && target.visible().length > 0) target.path.push({ by: who, value: to });
        return undefined;
      }
      case "create":
        return undefined;
    }
  }

  #edit(
    { who, b, size, lines, texts }: Happening,
    target: TrueFile,
  ): { from: number; to: number; size: number } | undefined {
    const seen = target.visible();
    if (seen.some(({ kind }) => kind !== "line")) return undefined;
    const fresh = texts.slice(0, lines).map((n) => this.#line(n));
    if (this.#kind.disjoint) {
      const zone = (b % (ZONES / 3)) * 3 + ["A", "B", "person"].indexOf(who);
      const gaps = seen.flatMap(({ zone: of }, i) => (of === -1 ? [i] : []));
      const start = (gaps[zone] ?? 0) + 1;
      const length = seen.slice(start).findIndex(({ zone: of }) => of === -1);
      const from = start + (b % (length + 1));
      return target.edit(who, from, Math.min(from + size, start + length), fresh, zone);
    }
    const bare = seen.length > 0 && !seen.at(-1)?.text.endsWith("\n");
    // Nothing is put behind a last line without newline: that would be a change of this line.
    const end = bare ? seen.length - 1 : seen.length;
    const from = b % (end + 1);
    return target.edit(who, from, Math.min(from + size, end), fresh, 0);
  }

  #line(n: number): string {
    const { texts } = this.#kind;
    const end = n % 7 === 0 ? "\r\n" : "\n";
    return texts === undefined
      ? `line ${++this.#count}${end}`
      : `${["}", "", "{", "return", "  }", "else"][n % texts]}\n`;
  }

  /** Makes the folder what the truth is. */
  #show(): void {
    const wanted = new Map(
      this.files.flatMap((one) => without(one, new Set()) ?? []).map(({ path, content }) => [path, content]),
    );
    const shownNow = this.tree.shown();
    const { folder } = folderWithout(this.files, new Set());
    for (const path of Object.keys(shownNow)) if (!wanted.has(path)) this.tree.write(path, undefined);
    for (const [path, content] of wanted) if (folder[path] !== shownNow[path]) this.tree.write(path, content);
  }
}
