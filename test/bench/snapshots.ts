/*
 * Measures snapshots, on a generated repository of 30,000 files unless another number is given: the first snapshot, later
 * ones in turns with `git status` (nothing changed, 100 changed), snapshots while the store becomes independent, what a
 * tool call waits for, and a rollback of one agent in 300 files.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { Attribution } from "../../src/core/attribution/attribution.ts";
import { agentAuthor, PERSON } from "../../src/core/attribution/author.ts";
import { Project } from "../git/project.ts";
import { benchArguments, quantile, Report, timed } from "./rig/report.ts";

const PAIRS = 11;
const EDITS = 200;
const ROLLBACKS = 5;

const { count: wanted, json } = benchArguments(30_000);
/** Fewer, and the same file would be edited twice. */
const count = Math.max(4_000, wanted);
const report = new Report(`Snapshots of ${count} files`);
const project = new Project();
const name = (i: number) => `pkg${i % 60}/src/mod${i % 6_000}/file${i % count}.ts`;
const text = (i: number, more = "") =>
  Array.from({ length: 40 }, (_, line) => `export const value${line} = ${i * 41 + line};\n`).join("") + more;
const status = () => execFileSync("git", ["--no-optional-locks", "status", "--porcelain"], { cwd: project.folder });

try {
  for (let i = 0; i < count; i++) {
    mkdirSync(project.path(`pkg${i % 60}/src/mod${i % 6_000}`), { recursive: true });
    writeFileSync(project.path(name(i)), text(i));
  }
  project.init().commit();
  project.git("status");
  const snapshots = await project.snapshots();
  const first = await timed(() => snapshots.take("first"));
  report.paired("first snapshot", [first], { name: "git status", values: [await timed(status)] });

  let edition = 0;
  const change = (changed: number) => {
    edition++;
    for (let i = 0; i < changed; i++) writeFileSync(project.path(name(i * 37)), text(i, `// ${edition}\n`));
  };
  const independent = { done: false, ms: 0, takes: [] as number[] };
  const copying = timed(() => snapshots.detached()).then((ms) => Object.assign(independent, { done: true, ms }));
  while (!independent.done) {
    change(1);
    independent.takes.push(await timed(() => snapshots.take("meanwhile")));
  }
  await copying;
  report.add({ name: "becoming independent of the repository", unit: "ms", values: [independent.ms] });
  report.add({ name: "snapshots meanwhile, 1 changed", unit: "ms", values: independent.takes });

  const paired = async (title: string, changed: number, most: number): Promise<void> => {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      change(changed);
      const both = [
        async () => {
          ours.push(await timed(() => snapshots.take(title)));
          // What is done when nobody waits must not slow the other side down.
          await snapshots.idle();
        },
        async () => theirs.push(await timed(status)),
      ];
      for (const one of pair % 2 === 0 ? both : both.reverse()) await one();
    }
    report.paired(`snapshot, ${title}`, ours, { name: `git status, ${title}`, values: theirs }, most);
  };
  for (let i = 0; i < 3; i++) await snapshots.take("warm");
  await snapshots.idle();
  await paired("nothing changed", 0, 1);
  await paired("1 changed", 1, 1.7);
  await paired("100 changed", 100, 1.7);

  const latest = (await snapshots.list())[0]?.id ?? "";
  const engine = new Attribution({
    ...{ tree: snapshots.tree, blobs: snapshots.blobs, record: async () => {} },
    files: await snapshots.files(latest),
  });
  report.add({ name: "first look at all files", unit: "ms", values: [await timed(() => engine.start())] });
  const contents: number[] = [];
  const edits: number[] = [];
  for (let i = 0; i < EDITS; i++) {
    const path = name(i * 11);
    const call = `edit ${i}`;
    const after = Buffer.from(text(i * 11, "// A\n"));
    contents.push(
      (await timed(() => snapshots.blobs.put(Buffer.from(text(i, `// before ${i}\n`))))) +
        (await timed(() => snapshots.tree.see(path))),
    );
    const opened = await timed(() => engine.open({ call, agent: "A", paths: [path] }));
    writeFileSync(project.path(path), after);
    const expected = [{ path, content: { kind: "file" as const, mode: 0o644, bytes: after } }];
    edits.push(opened + (await timed(() => engine.close(call, expected))));
  }
  report.add({ name: "keeping one content and seeing one file", unit: "ms", values: contents, most: 10 });
  report.add({ name: "what an edit waits for, before and after together", unit: "ms", values: edits, most: 10 });
  report.add({ name: "the same, 95th percentile", unit: "ms", values: [quantile(edits, 0.95)], most: 30 });

  report.add({
    name: "shell call with 300 files: before",
    unit: "ms",
    values: [await timed(() => engine.open({ call: "shell", agent: "A" }))],
  });
  for (let i = 0; i < 300; i++) writeFileSync(project.path(name(i * 11)), text(i * 11, "// A\n// and again\n"));
  report.add({
    name: "shell call with 300 files: after",
    unit: "ms",
    values: [await timed(() => engine.close("shell"))],
  });

  const rollbacks: number[] = [];
  const undos: number[] = [];
  for (let i = 0; i < ROLLBACKS; i++) {
    rollbacks.push(
      await timed(async () => {
        const plan = await engine.plan({ author: agentAuthor("A") });
        const { done, left } = await engine.apply(plan, `rollback ${i}`, PERSON);
        if (done.length !== 300 || left.length > 0) throw new Error(`${done.length} files rolled back, not 300`);
      }),
    );
    undos.push(await timed(async () => engine.apply(await engine.planUndo(`rollback ${i}`), `undo ${i}`, PERSON)));
  }
  report.add({ name: "rollback of 300 files, plan and all", unit: "ms", values: rollbacks, most: 1_000 });
  report.add({ name: "undo of that, plan and all", unit: "ms", values: undos, most: 1_000 });
  report.end(json);
} finally {
  await project.remove();
}
