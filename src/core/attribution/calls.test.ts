import { beforeEach, expect, test } from "vitest";
import type { FileOperation } from "../../contract/files.ts";
import { file, memoryBlobs, MemoryFolder } from "../../../test/attribution/folder.ts";
import { Attribution } from "./attribution.ts";
import { agentAuthor, PERSON } from "./author.ts";

const A = agentAuthor("A");

let tree: MemoryFolder;
let log: FileOperation[];
let engine: Attribution;

beforeEach(async () => {
  tree = new MemoryFolder();
  log = [];
  tree.write("f", file("1\n2\n3\n"));
  engine = new Attribution({ tree, blobs: memoryBlobs(), record: async (entries) => void log.push(...entries) });
  await engine.start();
});

test("what changes while a call waits for the person is the person's, or, when they let it go on unseen, of unknown author", async () => {
  const shell = { call: "shell", agent: "A" };
  await engine.open(shell);
  await engine.hold("shell");
  tree.write("f", file("1\nperson\n3\n"));
  await engine.goOn("shell");
  tree.write("g", file("A\n"));
  await engine.close("shell");
  expect(authors()).toEqual([PERSON, A]);

  await engine.open(shell);
  await engine.hold("shell");
  tree.write("f", file("1\nperson or A\n3\n"));
  await engine.close("shell");
  expect(authors().at(-1)).toEqual({ kind: "ambiguous", among: [A, PERSON] });
});

test("a file that must hold what follows from what it held is proved by that alone", async () => {
  await engine.open({ call: "edit", agent: "A" });
  await engine.open({ call: "shell", agent: "B" });
  tree.write("f", file("1\nA\n3\n"));
  const result = (before?: { bytes: Uint8Array }) => ({
    content: file(
      Buffer.from(before?.bytes ?? [])
        .toString()
        .replace("2\n", "A\n"),
    ),
  });
  await engine.close("edit", [
    { path: "f", result },
    { path: "g", result: () => undefined },
  ]);
  expect(authors()).toEqual([A]);
});

test("what a look saw of an edit while it waited for the person is the agent's once its input proves it", async () => {
  const edited = (text: string) => [{ path: "f", result: () => ({ content: file(text) }) }];
  await engine.open({ call: "edit", agent: "A" });
  await engine.hold("edit");
  tree.write("f", file("1\nA\n3\n"));
  await engine.look();
  await engine.close("edit", edited("1\nA\n3\n"));
  expect([...engine.history.authors.values()]).toEqual([A]);

  await engine.open({ call: "again", agent: "A" });
  await engine.hold("again");
  tree.write("f", file("1\nA\n3\nperson\n"));
  await engine.look();
  await engine.close("again", edited("1\nA\n3\n"));
  expect([...engine.history.authors.values()].at(-1)).toEqual({ kind: "ambiguous", among: [A, PERSON] });
});

function authors(): unknown[] {
  return log.flatMap((one) => (one.type === "changed" ? [one.author] : []));
}
