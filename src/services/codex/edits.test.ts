import { describe, expect, it } from "vitest";
import { editsOf } from "./edits.ts";
import type { FileUpdate } from "./protocol.ts";

/** What Codex 0.169.0 told of patches it had applied, with the files before and after. */
const RECORDED: { name: string; change: FileUpdate; before: string; after: string; regions?: number[][] }[] = [
  {
    name: "Windows line ends stay",
    change: {
      path: "f",
      kind: { type: "update", move_path: null },
      diff: "@@ -1,3 +1,4 @@\n one\r\n-two\r\n+TWO\r\n+2b\r\n three\r\n",
    },
    before: "one\r\ntwo\r\nthree\r\n",
    after: "one\r\nTWO\r\n2b\r\nthree\r\n",
    regions: [[1, 2, 2]],
  },
  {
    name: "a missing last line end is added",
    change: {
      path: "f",
      kind: { type: "update", move_path: null },
      diff: "@@ -1,3 +1,3 @@\n alpha\n-beta\n-gamma\n\\ No newline at end of file\n+BETA\n+gamma\n",
    },
    before: "alpha\nbeta\ngamma",
    after: "alpha\nBETA\ngamma\n",
    regions: [[1, 3, 2]],
  },
  {
    name: "several places, each where it is",
    change: {
      path: "f",
      kind: { type: "update", move_path: null },
      diff: "@@ -1,2 +1,2 @@\n-1\n+ONE\n 2\n@@ -8,2 +8,2 @@\n 8\n-9\n+NINE\n",
    },
    before: "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
    after: "ONE\n2\n3\n4\n5\n6\n7\n8\nNINE\n",
    regions: [
      [0, 1, 1],
      [8, 9, 1],
    ],
  },
  {
    name: "moved and changed",
    change: {
      path: "f",
      kind: { type: "update", move_path: "/w/deep/g" },
      diff: "@@ -1 +1 @@\n-a\n+A\n\n\nMoved to: /w/deep/g",
    },
    before: "a\n",
    after: "A\n",
  },
  {
    name: "moved only",
    change: { path: "f", kind: { type: "update", move_path: "/w/g" }, diff: "\n\nMoved to: /w/g" },
    before: "a\n",
    after: "a\n",
  },
];

describe("what an applied patch must have left", () => {
  for (const { name, change, before, after, regions } of RECORDED)
    it(name, () => {
      const [edit] = editsOf([change], "/w");
      const result = edit?.result(Buffer.from(before));
      if (result === undefined || result === "gone") throw new Error("nothing told");
      expect(Buffer.from(result.bytes).toString()).toBe(after);
      if (regions) expect(result.regions?.map(({ from, to, size }) => [from, to, size])).toEqual(regions);
    });

  it("where a file was and is, absolute", () => {
    const moved = RECORDED[3]?.change;
    expect(moved && editsOf([moved], "/w")[0]).toMatchObject({ path: "/w/deep/g", from: "/w/f" });
    expect(editsOf([{ path: "../x", kind: { type: "delete" }, diff: "a" }], "/w/sub")[0]?.path).toBe("/w/x");
  });

  it("a file that is added or deleted, whatever was there", () => {
    const [added, deleted] = editsOf(
      [
        { path: "new", kind: { type: "add" }, diff: "hello\n" },
        { path: "old", kind: { type: "delete" }, diff: "a\nb" },
      ],
      "/w",
    );
    expect(added?.result(Buffer.from("other"))).toEqual({ bytes: Buffer.from("hello\n") });
    expect(deleted?.result(Buffer.from("other"))).toBe("gone");
  });

  it("nothing is told of a file that was not what the patch found", () => {
    const [edit] = editsOf(RECORDED[2] ? [RECORDED[2].change] : [], "/w");
    for (const before of ["1\n2\n3\n4\n5\n6\n7\nnot 8\n9\n", "1\n2\n3\n", "x\n1\n2\n", ""])
      expect(edit?.result(Buffer.from(before))).toBeUndefined();
    expect(edit?.result(undefined)).toBeUndefined();
    expect(edit?.result(Buffer.from([0xff, 0xfe, 0x31, 0x00]))).toBeUndefined();
  });
});
