/*
 * Measures snapshots: `node test/bench/snapshots.ts [files]`, 30,000 unless said otherwise. On a generated repository: the first snapshot,
 * later ones paired with `git status` of the same moment (nothing changed, 100 changed), what a tool call waits for, and a
 * rollback of one agent in 300 files. Medians of pairs, because other work on the machine slows both sides alike.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { Attribution } from "../../src/core/attribution/attribution.ts";
import { agentAuthor, PERSON } from "../../src/core/attribution/author.ts";
import { Project } from "../git/project.ts";

const total = Number(process.argv[2] ?? 30_000);
const PAIRS = 7;

const project = new Project();
const name = (i: number) => `pkg${i % 60}/src/mod${i % 6_000}/file${i}.ts`;
const text = (i: number, more = "") =>
  Array.from({ length: 40 }, (_, line) => `export const value${line} = ${i * 41 + line};\n`).join("") + more;
const timed = async (run: () => unknown): Promise<number> => {
  const start = performance.now();
  await run();
  return performance.now() - start;
};
const part = (values: readonly number[], p: number) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * p)] ?? 0;
const round = (n: number) => n.toFixed(n < 10 ? 2 : 0);
const status = () => execFileSync("git", ["--no-optional-locks", "status", "--porcelain"], { cwd: project.folder });

try {
  for (let i = 0; i < total; i++) {
    if (i < 6_000) mkdirSync(project.path(`pkg${i % 60}/src/mod${i}`), { recursive: true });
    writeFileSync(project.path(name(i)), text(i));
  }
  project.init().commit();
  project.git("status");
  const snapshots = await project.snapshots();
  const plain = await timed(status);
  const first = await timed(() => snapshots.take("first"));
  console.log(`${total} files; first snapshot ${round(first)} ms, ${round(first / plain)} x git status`);
  console.log(`borrowing no more: ${round(await timed(() => snapshots.detached()))} ms`);

  let edition = 0;
  const paired = async (title: string, changed: number): Promise<number> => {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      edition++;
      for (let i = 0; i < changed; i++) writeFileSync(project.path(name(i * 37)), text(i, `// ${edition}\n`));
      const both = [
        async () => ours.push(await timed(() => snapshots.take(title))),
        async () => theirs.push(await timed(status)),
      ];
      for (const one of pair % 2 === 0 ? both : both.reverse()) await one();
    }
    const ratio = part(
      ours.map((ms, i) => ms / (theirs[i] ?? 1)),
      0.5,
    );
    console.log(
      `${title}: snapshot ${round(part(ours, 0.5))} ms, git status ${round(part(theirs, 0.5))} ms, ratio ${round(ratio)} (${ours.map((ms, i) => round(ms / (theirs[i] ?? 1))).join(" ")})`,
    );
    return ratio;
  };
  for (let i = 0; i < 3; i++) await snapshots.take("warm");
  const clean = await paired("nothing changed", 0);
  const hundred = await paired("100 changed", 100);

  const latest = (await snapshots.list())[0]?.id ?? "";
  const engine = new Attribution({
    tree: snapshots.tree,
    blobs: snapshots.blobs,
    record: async () => {},
    files: await snapshots.files(latest),
  });
  console.log(`the engine's first look at all files: ${round(await timed(() => engine.start()))} ms`);
  const waits: number[] = [];
  for (let i = 0; i < 100; i++) {
    const path = name(i * 11);
    const call = `edit ${i}`;
    const before = await timed(() => engine.open({ call, agent: "A", paths: [path] }));
    const after = text(i * 11, "// A\n");
    writeFileSync(project.path(path), after);
    waits.push(
      before +
        (await timed(() =>
          engine.close(call, [{ path, content: { kind: "file", mode: 0o644, bytes: Buffer.from(after) } }]),
        )),
    );
  }
  console.log(
    `what an edit waits for, before and after together: p50 ${round(part(waits, 0.5))}, p95 ${round(part(waits, 0.95))} ms`,
  );
  const shell = await timed(() => engine.open({ call: "shell", agent: "A" }));
  for (let i = 100; i < 300; i++) writeFileSync(project.path(name(i * 11)), text(i * 11, "// A\n"));
  console.log(
    `a shell call with 200 files: before ${round(shell)}, after ${round(await timed(() => engine.close("shell")))} ms`,
  );
  let plan = await engine.plan({ author: agentAuthor("A") });
  const planning = await timed(async () => (plan = await engine.plan({ author: agentAuthor("A") })));
  const applying = await timed(() => engine.apply(plan, "rollback", PERSON));
  console.log(`rollback of ${plan.files.length} files: plan ${round(planning)}, apply ${round(applying)} ms`);

  const kept = clean <= 1 && hundred <= 1.7 && part(waits, 0.5) <= 10 && planning + applying <= 1_000;
  console.log(
    kept
      ? "all targets met"
      : "NOT all targets met: clean <= 1.0, 100 changed <= 1.7, edit p50 <= 10 ms, rollback <= 1 s",
  );
} finally {
  await project.remove();
}
