import { readFile, stat, utimes } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";
import { scratch } from "../../test/rig/rig.ts";
import { UPLOAD_LIMIT } from "../contract/operations/uploads.ts";
import { uploadFolder } from "../files/uploads.ts";
import type { WorkspaceCall } from "./call.ts";
import { uploadHandlers } from "./uploads.ts";

/** What is kept does not depend on who calls: rights are the gate's. */
const noCall = undefined as unknown as WorkspaceCall;

const HEADS = {
  "image/png": [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  "image/jpeg": [0xff, 0xd8, 0xff, 0xe0],
  "image/gif": [..."GIF89a"].map((char) => char.charCodeAt(0)),
  "image/webp": [..."RIFF....WEBPVP8 "].map((char) => char.charCodeAt(0)),
};

/** A picture as far as its first bytes go. */
function picture(type: keyof typeof HEADS, size = 200, salt = 0): Buffer {
  return Buffer.concat([Buffer.from(HEADS[type]), Buffer.alloc(size - HEADS[type].length, salt)]);
}

describe("pictures for messages", () => {
  it.each(Object.keys(HEADS) as (keyof typeof HEADS)[])("%s is kept where an agent can read it", async (type) => {
    await using d = await desk();
    const bytes = picture(type);
    const saved = await d.ask("upload.save", { data: bytes.toString("base64") });
    expect(saved).toMatchObject({ type, size: bytes.length });
    expect((await readFile(saved.path)).equals(bytes)).toBe(true);
    expect((await stat(saved.path)).mode & 0o777).toBe(0o600);
    const got = await d.ask("upload.get", { name: saved.name });
    expect(Buffer.from(got.data, "base64").equals(bytes)).toBe(true);
  });

  it.each([
    ["a script", "<svg onload=alert(1)>"],
    ["a page", "<!doctype html>GIF89a"],
    ["a text", "hello"],
    ["the beginning of a picture only", "\x89PN"],
  ])("%s is not kept, whatever it is called", async (_what, text) => {
    await using d = await desk();
    const data = Buffer.from(text, "latin1").toString("base64");
    await expect(d.ask("upload.save", { data })).rejects.toMatchObject({ code: "invalid" });
    await expect(d.ask("upload.save", { data: "no base64!" })).rejects.toMatchObject({ code: "invalid" });
    expect(await d.ask("upload.list", {})).toEqual([]);
  });

  it("are at most 10 MB", async () => {
    await using d = await desk();
    const whole = picture("image/png", UPLOAD_LIMIT).toString("base64");
    expect(await d.ask("upload.save", { data: whole })).toMatchObject({ size: UPLOAD_LIMIT });
    const more = picture("image/png", UPLOAD_LIMIT + 1).toString("base64");
    await expect(d.ask("upload.save", { data: more })).rejects.toMatchObject({ code: "too_large" });
  });

  it("are kept once when they come twice, and forgotten when they are old; the one just saved stays", async () => {
    await using d = await desk();
    const one = await d.ask("upload.save", { data: picture("image/png", 300, 1).toString("base64") });
    const again = await d.ask("upload.save", { data: picture("image/png", 300, 1).toString("base64") });
    expect(again.path).toBe(one.path);
    const two = await d.ask("upload.save", { data: picture("image/png", 300, 2).toString("base64") });
    expect((await d.ask("upload.list", {})).map(({ name }) => name).toSorted()).toEqual(
      [one.name, two.name].toSorted(),
    );
    const old = new Date(Date.now() - 31 * 24 * 3_600_000);
    await utimes(one.path, old, old);
    await d.ask("upload.save", { data: picture("image/gif").toString("base64") });
    expect((await d.ask("upload.list", {})).map(({ name }) => name)).not.toContain(one.name);
    await expect(d.ask("upload.get", { name: one.name })).rejects.toMatchObject({ code: "not_found" });
  });

  it("take a bounded place: the oldest go first", async () => {
    await using place = await scratch();
    const uploads = uploadFolder(`${place.path}/uploads`);
    const save = async (kept: { age: number; count: number; size: number }, salt: number) => {
      const handlers = uploadHandlers({ uploads, now: Date.now }, kept);
      const data = picture("image/png", 1_000, salt).toString("base64");
      const { path } = await handlers["upload.save"](noCall, { data });
      // So that they differ in age, whatever the clock of the file system.
      await utimes(path, new Date(), new Date(Date.now() - 60_000 + salt * 1_000));
    };
    for (let salt = 1; salt <= 6; salt++) await save({ age: 1e9, count: 3, size: 1e9 }, salt);
    expect(await uploads.list()).toHaveLength(3);
    await save({ age: 1e9, count: 9, size: 2_500 }, 7);
    expect(await uploads.list()).toHaveLength(2);
    await save({ age: 1e9, count: 9, size: 10 }, 8);
    expect(await uploads.list()).toHaveLength(1);
  });

  it("have names of ours: no other leads anywhere", async () => {
    await using d = await desk();
    for (const name of ["../rules.md", "/etc/passwd", "..", "x.png/../../ledger.db", "a\0.png"])
      await expect(d.ask("upload.get", { name })).rejects.toMatchObject({ code: "not_found" });
  });

  it("are for people", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    const data = picture("image/png").toString("base64");
    await expect(d.ask("upload.save", { data }, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("upload.list", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
  });
});
