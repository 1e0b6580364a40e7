import fc from "fast-check";
import { expect, test } from "vitest";
import { happenings, Scenario, type Kind } from "../../../test/attribution/scenario.ts";
import { judge } from "../../../test/attribution/verdict.ts";
import { file, memoryBlobs, MemoryFolder } from "../../../test/attribution/folder.ts";
import { Attribution } from "./attribution.ts";
import { agentAuthor, PERSON } from "./author.ts";
import { planRollback } from "./plan.ts";
import { unknownOf } from "./search.ts";
import { diffOfPlanned } from "./views.ts";

const A = agentAuthor("A");
const B = agentAuthor("B");

const KIND: Kind = { disjoint: false, files: true, shell: true, overlappingCalls: true, texts: 6 };

/** What is listed of everybody must be what planning every file anew gives. */
async function compare({ engine, blobs }: Scenario): Promise<void> {
  const present = [...engine.files().keys()];
  for (const author of [A, B, PERSON]) {
    const plan = await planRollback(engine.history, blobs, { author }, present);
    const anew = await Promise.all(plan.files.map((one) => diffOfPlanned(one, blobs)));
    expect(await engine.changesBy(author)).toEqual(anew);
  }
}

test("what is kept of earlier lists never shows in a later one, whatever happens, is taken back or assigned", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happenings(KIND), { minLength: 2, maxLength: 4 }), fc.nat(2), async (lists, whose) => {
      const scenario = new Scenario(KIND);
      for (const [at, list] of lists.entries()) {
        await scenario.play(list);
        await compare(scenario);
        await judge(scenario, at % 2 === 0 ? "A" : "B", `rollback ${at}`);
        await compare(scenario);
        const [unknown] = unknownOf(scenario.engine.history);
        if (unknown) await scenario.engine.assign(unknown.seq, [A, B, PERSON][whose] ?? PERSON);
        await compare(scenario);
      }
    }),
    { numRuns: 20, seed: 20_261_122 },
  );
});

test("after a change only the contents of the files it was made in are read again", async () => {
  const tree = new MemoryFolder();
  const blobs = memoryBlobs();
  let read = 0;
  const counting = { put: blobs.put.bind(blobs), get: (hash: string) => (read++, blobs.get(hash)) };
  const engine = new Attribution({ tree, blobs: counting, record: async () => {} });
  const does = async (path: string, text: string) => {
    await engine.open({ call: path, agent: "A" });
    tree.write(path, file(text));
    await engine.close(path);
  };
  await engine.start();
  for (let i = 0; i < 50; i++) await does(`f${i}`, `${i}\n`);
  expect(await engine.changesBy(A)).toHaveLength(50);
  read = 0;
  await does("f7", "again\n");
  const known = read;
  const diffs = await engine.changesBy(A);
  expect(diffs.find(({ path }) => path === "f7")?.hunks[0]?.now).toEqual(["again\n"]);
  expect(read - known).toBeLessThan(5);
});

test("a list that was asked for is of that moment, though more happens before it is there", async () => {
  const tree = new MemoryFolder();
  const blobs = memoryBlobs();
  const gate = Promise.withResolvers<void>();
  let held = false;
  const slow = {
    put: blobs.put.bind(blobs),
    get: async (hash: string) => {
      if (held) await gate.promise;
      return blobs.get(hash);
    },
  };
  const engine = new Attribution({ tree, blobs: slow, record: async () => {} });
  const does = async (text: string) => {
    await engine.open({ call: text, agent: "A" });
    tree.write("f", file(text));
    await engine.close(text);
  };
  await engine.start();
  await does("one\n");
  held = true;
  const asked = engine.changesBy(A);
  // The call is not held up by the list, which still waits for a content.
  await does("one\ntwo\n");
  gate.resolve();
  expect((await asked)[0]?.hunks[0]?.now).toEqual(["one\n"]);
  expect((await engine.changesBy(A))[0]?.hunks[0]?.now).toEqual(["one\n", "two\n"]);
});
