import { randomBytes } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { Project } from "../../test/git/project.ts";
import { Objects } from "./objects.ts";
import { gitObject, type GitObject } from "./pack.ts";
import { openStore } from "./store.ts";

let project: Project;
afterEach(() => project.remove());

/** Sizes around those where the header of an object in a pack gets longer, and where compressing moves to a thread. */
const SIZES = [0, 1, 15, 16, 2_047, 2_048, 15_999, 16_000, 262_143, 262_144, 300_000];

describe.each(["sha1", "sha256"] as const)("a pack in %s", (format) => {
  test("is what git itself would read and write", async () => {
    project = new Project();
    project.init(`--object-format=${format}`);
    const place = { store: project.store, folder: project.folder };
    expect(await openStore(place, () => {})).toBe(format);
    const contents = SIZES.flatMap((size) => [Buffer.alloc(size, "a"), randomBytes(size)]);
    const blobs = contents.map((bytes) => gitObject("blob", bytes, format));
    const entry = ({ hash }: GitObject) => Buffer.concat([Buffer.from("100644 f\0"), Buffer.from(hash, "hex")]);
    const trees = blobs.map((blob) => gitObject("tree", entry(blob), format));
    const objects = new Objects(place, format);
    try {
      await objects.keep([...blobs, ...trees, ...blobs]);
      const git = (...args: string[]) => project.gitIn(project.store, ...args);
      expect(git("fsck", "--full", "--strict", "--no-dangling")).not.toContain("error");
      expect(git("cat-file", "--batch-check", "--batch-all-objects").split("\n")).toHaveLength(
        new Set([...blobs, ...trees].map(({ hash }) => hash)).size + 1,
      );
      const other = new Objects(place, format);
      await expect(other.get(trees[0]?.hash ?? "")).rejects.toMatchObject({ code: "not_found" });
      for (const { hash, bytes } of blobs) expect(Buffer.from(await other.get(hash)).equals(bytes)).toBe(true);
      for (const { hash, bytes } of trees) expect(Buffer.from(await other.tree(hash)).equals(bytes)).toBe(true);
      other.close();
    } finally {
      objects.close();
    }
  });
});
