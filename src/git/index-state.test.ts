import fs from "node:fs";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const NAMES = ["a", "a/b", "a/b/c", "a.b", "a-b", "a0", "d/e", "d/e/f", "d/e.f", "ü"];
const TEXTS = ["", "1\n", "2\n", "22\n"];

/** Puts something at a path, and takes away whatever is in its way. */
function put(project: Project, name: string, make: (full: string) => void): void {
  const parts = name.split("/");
  for (let i = 1; i < parts.length; i++) {
    const above = project.path(parts.slice(0, i).join("/"));
    if (!fs.lstatSync(above, { throwIfNoEntry: false })?.isDirectory()) fs.rmSync(above, { force: true });
    fs.mkdirSync(above, { recursive: true });
  }
  fs.rmSync(project.path(name), { recursive: true, force: true });
  make(project.path(name));
}

const step = fc.oneof(
  fc.record({ do: fc.constant("write" as const), name: fc.constantFrom(...NAMES), text: fc.constantFrom(...TEXTS) }),
  fc.record({ do: fc.constantFrom("remove", "link", "program"), name: fc.constantFrom(...NAMES) }),
  fc.record({ do: fc.constantFrom("take", "list", "take, and change meanwhile", "commit") }),
);

function change(project: Project, one: { do: string; name?: string; text?: string }): void {
  const { name = "a", text = "" } = one;
  if (one.do === "write") put(project, name, (full) => fs.writeFileSync(full, text));
  if (one.do === "link") put(project, name, (full) => fs.symlinkSync("nowhere", full));
  if (one.do === "program") put(project, name, (full) => fs.writeFileSync(full, "#!\n", { mode: 0o755 }));
  if (one.do === "remove") fs.rmSync(project.path(name), { recursive: true, force: true });
}

test("snapshots and lists are exact whatever was changed in between, and git finds no fault in the store", async () => {
  const run = async (steps: { do: string; name?: string; text?: string }[]) => {
    const project = new Project({ a: "1\n", "d/e/f": "1\n" });
    try {
      project.init().commit();
      const snapshots = await project.snapshots();
      const shown = async (files: Iterable<[string, { kind: string; mode: number; blob: string } | undefined]>) => {
        const found: Record<string, string> = {};
        for (const [name, state] of files) {
          const text = Buffer.from(await snapshots.blobs.get(state?.blob ?? "")).toString("latin1");
          found[name] = state?.kind === "link" ? `-> ${text}` : `${state?.mode.toString(8)} ${text}`;
        }
        return found;
      };
      const check = async () => {
        const { id } = await snapshots.take("now");
        expect(await shown(await snapshots.files(id))).toEqual(project.shown());
      };
      await check();
      for (const one of steps) {
        change(project, one);
        if (one.do === "take") await check();
        if (one.do === "commit") project.git("add", "-A");
        if (one.do === "take, and change meanwhile") {
          const taken = snapshots.take("first");
          put(project, "d/e", (full) => fs.writeFileSync(full, "meanwhile\n"));
          await taken;
          put(project, "a/b", (full) => fs.writeFileSync(full, "later\n"));
        }
        if (one.do === "list") {
          const seen = await snapshots.tree.list();
          expect(await shown([...seen].map(([name, { state }]) => [name, state]))).toEqual(project.shown());
        }
      }
      await check();
      await snapshots.detached();
      expect(project.gitIn(project.store, "fsck", "--full", "--strict", "--no-dangling")).toBe("");
    } finally {
      await project.remove();
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), run), { numRuns: 12 });
});
