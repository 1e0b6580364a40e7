import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TerminalChunk, TerminalHost } from "../../src/core/ports/terminal.ts";
import { isRunning, readAll, readUntil, sha1, type TerminalHome, until } from "./terminal-home.ts";

const never = new AbortController().signal;

/** What every terminal host promises. */
export function terminalHostSuite(name: string, open: () => Promise<{ host: TerminalHost; at: TerminalHome }>): void {
  describe(`${name}: a terminal host`, () => {
    let host: TerminalHost;
    let at: TerminalHome;
    beforeAll(async () => {
      ({ host, at } = await open());
    });
    afterAll(() => at.end());

    it("runs a program in a terminal of the given size, then tells how it ended", async () => {
      const info = await host.ensure(at.script("run.1", "stty size; exit 3", { cols: 91, rows: 33 }));
      expect(info).toMatchObject({ id: "run.1", cols: 91, rows: 33 });
      const { bytes, chunks } = await readAll(host, "run.1");
      expect(bytes.toString()).toBe("33 91\r\n");
      expect(chunks[0]).toEqual({ type: "resized", offset: 0, cols: 91, rows: 33 });
      expect(chunks.at(-1)).toMatchObject({ type: "exit", offset: 7, exit: { code: 3, signal: null } });
      expect(await host.exited("run.1", never)).toMatchObject({ code: 3, signal: null });
    });

    it("tells the signal that ended a program", async () => {
      await host.ensure(at.script("signal.1", "kill -KILL $$"));
      expect(await host.exited("signal.1", never)).toMatchObject({ code: null, signal: 9 });
    });

    it("starts an id once, however often and at the same time it is asked, and knows it when it has ended", async () => {
      const spec = at.script("once.1", `echo start >> ${join(at.dir, "starts")}; exit 5`);
      const infos = await Promise.all([host.ensure(spec), host.ensure(spec), host.ensure(spec)]);
      expect(new Set(infos.map((info) => info.epoch)).size).toBe(1);
      await host.exited("once.1", never);
      expect(await host.ensure(spec)).toMatchObject({ epoch: infos[0]?.epoch, exit: { code: 5 } });
      expect(readFileSync(join(at.dir, "starts"), "utf8")).toBe("start\n");
      expect((await host.list()).filter((info) => info.id === "once.1")).toHaveLength(1);
    });

    it("refuses what cannot run, and says why", async () => {
      const plain = join(at.dir, "plain.txt");
      writeFileSync(plain, "no program", { mode: 0o644 });
      const refused = (more: object) => expect(host.ensure(at.script("bad.1", "true", more))).rejects;
      await refused({ command: "/does/not/exist" }).toMatchObject({
        code: "invalid",
        message: expect.stringContaining("no program /does/not/exist") as string,
      });
      await refused({ command: plain }).toMatchObject({
        code: "invalid",
        message: expect.stringContaining("not executable") as string,
      });
      await refused({ command: at.dir }).toMatchObject({ code: "invalid" });
      await refused({ command: "sh" }).toMatchObject({
        code: "invalid",
        message: expect.stringContaining("absolute") as string,
      });
      await refused({ cwd: join(at.dir, "missing") }).toMatchObject({
        code: "invalid",
        message: expect.stringContaining("no folder") as string,
      });
      await refused({ cwd: plain }).toMatchObject({
        code: "invalid",
        message: expect.stringContaining("not a folder") as string,
      });
      await refused({ id: "../escape" }).toMatchObject({ code: "invalid" });
      await refused({ cols: 0 }).toMatchObject({ code: "invalid" });
      await refused({ journal: join(plain, "journal") }).toMatchObject({ code: "unavailable" });
      expect((await host.list()).map((info) => info.id)).not.toContain("bad.1");
    });

    it("says not_found for a terminal it does not know", async () => {
      const missing = { code: "not_found" };
      await expect(host.write("none.1", Buffer.from("x"))).rejects.toMatchObject(missing);
      await expect(host.resize("none.1", 80, 24)).rejects.toMatchObject(missing);
      await expect(host.exited("none.1", never)).rejects.toMatchObject(missing);
      await expect(host.kill("none.1", 0)).rejects.toMatchObject(missing);
      await expect(host.forget("none.1")).rejects.toMatchObject(missing);
      await expect(readAll(host, "none.1")).rejects.toMatchObject(missing);
    });

    it("knows one terminal as it knows all of them", async () => {
      await host.ensure(at.script("known.1", "exit 4"));
      await host.exited("known.1", never);
      const all = await host.list();
      expect(await host.info("known.1")).toEqual(all.find((info) => info.id === "known.1"));
      expect(await host.info("none.1")).toBeUndefined();
    });

    it("takes no input for a program that has ended, and no offset that does not exist yet", async () => {
      await host.ensure(at.script("over.1", "true"));
      await host.exited("over.1", never);
      await expect(host.write("over.1", Buffer.from("x"))).rejects.toMatchObject({ code: "conflict" });
      await expect(host.resize("over.1", 80, 25)).rejects.toMatchObject({ code: "conflict" });
      await expect(readAll(host, "over.1", 1_000)).rejects.toMatchObject({ code: "invalid" });
    });

    it("carries every byte unchanged both ways, valid text or not", async () => {
      const bytes = Buffer.concat([
        Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
        Buffer.from("žluťoučký 🐎 \u001b[31m"),
        Buffer.from([0xff, 0xfe, 0xc3]),
      ]);
      await host.ensure(at.script("bytes.1", `stty raw -echo; echo ready; head -c ${bytes.length}`));
      await readUntil(host, "bytes.1", "ready\n");
      for (const byte of bytes) await host.write("bytes.1", Uint8Array.of(byte));
      expect((await readAll(host, "bytes.1", 6)).bytes.equals(bytes)).toBe(true);
    });

    it("keeps input in order while the program does not read, and bounds what may wait", async () => {
      const parts = Array.from({ length: 40 }, (_, i) => Buffer.alloc(50_000, `${i};`));
      const size = parts.length * 50_000;
      await host.ensure(at.script("paste.1", `stty raw -echo; echo ready; sleep 0.5; head -c ${size} | sha1sum`));
      await readUntil(host, "paste.1", "ready\n");
      await Promise.all(parts.map((part) => host.write("paste.1", part)));
      expect((await readAll(host, "paste.1", 6)).bytes.toString()).toContain(sha1(Buffer.concat(parts)));

      await host.ensure(at.script("deaf.1", "stty raw -echo; echo ready; sleep 60"));
      await readUntil(host, "deaf.1", "ready\n");
      const megabyte = Buffer.alloc(1_048_576);
      for (let i = 0; i < 4; i++) await host.write("deaf.1", megabyte);
      await expect(host.write("deaf.1", megabyte)).rejects.toMatchObject({ code: "limited" });
      await expect(host.write("deaf.1", Buffer.alloc(1_048_577))).rejects.toMatchObject({ code: "too_large" });
      await host.kill("deaf.1", 0);
    });

    it("places a resize exactly between what was printed before and after it", async () => {
      await host.ensure(at.script("size.1", "stty -echo; echo ready; while read line; do stty size; done"));
      await readUntil(host, "size.1", "ready");
      const seen: TerminalChunk[] = [];
      const following = (async () => {
        for await (const chunk of host.follow("size.1", 0, never)) seen.push(chunk);
      })();
      for (const cols of [81, 82, 83]) {
        await host.resize("size.1", cols, 24);
        await host.write("size.1", Buffer.from("\n"));
        await readUntil(host, "size.1", `24 ${cols}\r\n`);
      }
      await host.kill("size.1", 0);
      await following;
      const story = (chunks: TerminalChunk[]) =>
        chunks
          .flatMap((one) =>
            one.type === "bytes" ? Buffer.from(one.bytes).toString() : one.type === "resized" ? `<${one.cols}>` : [],
          )
          .join("");
      const story80 = "<80>ready\r\n<81>24 81\r\n<82>24 82\r\n<83>24 83\r\n";
      expect(story(seen)).toBe(story80);
      expect(story((await readAll(host, "size.1")).chunks), "from the journal").toBe(story80);
    });

    it("serves a quick follower at full speed beside one that stopped taking", async () => {
      const size = 6_000_000;
      await host.ensure(
        at.script("pair.1", `stty raw -echo; echo ready; read go; head -c ${size} /dev/zero | tr '\\0' x`),
      );
      await readUntil(host, "pair.1", "ready\n");
      const stalled = host.follow("pair.1", 6, never)[Symbol.asyncIterator]();
      await stalled.next(); // The size; from here on it takes nothing.
      await host.write("pair.1", Buffer.from("\n"));
      const { bytes } = await readAll(host, "pair.1", 6);
      expect(bytes.length).toBe(size);
      expect(await host.exited("pair.1", never)).toMatchObject({ code: 0 });
      let late = 0;
      for (let next = await stalled.next(); !next.done; next = await stalled.next()) {
        if (next.value.type === "bytes") late += next.value.bytes.length;
        else expect(next.value.type).toBe("exit");
      }
      expect(late).toBe(size);
    });

    it("ends a follower when its signal aborts, and the terminal goes on", async () => {
      await host.ensure(at.script("leave.1", "echo here; read line; echo bye"));
      const stop = new AbortController();
      for await (const chunk of host.follow("leave.1", 0, stop.signal)) if (chunk.type === "bytes") stop.abort();
      await host.write("leave.1", Buffer.from("\n"));
      expect((await readAll(host, "leave.1")).bytes.toString()).toContain("bye");
      await expect(host.exited("leave.1", AbortSignal.abort())).rejects.toThrow(/abort/i);
    });

    it("gives the program the person's umask and its environment, and keeps its own files private", async () => {
      const made = join(at.dir, "made-by-program");
      await host.ensure(
        at.script("mask.1", `umask; echo "[$COLOUR]"; touch ${made}; echo $CLUSTR_TERMINAL`, {
          umask: 0o027,
          env: { PATH: "/usr/bin:/bin", COLOUR: "žlutá" },
        }),
      );
      const { bytes } = await readAll(host, "mask.1");
      expect(bytes.toString()).toMatch(/^0027\r\n\[žlutá\]\r\n[0-9a-f]+:mask\.1\r\n$/);
      expect(statSync(made).mode & 0o777).toBe(0o640);
      const journal = join(at.dir, "journals", "mask.1");
      expect(statSync(journal).mode & 0o777).toBe(0o700);
      for (const file of ["exit.json", "0000000000000000.raw", "0000000000000000.jsonl"])
        expect(statSync(join(journal, file)).mode & 0o777).toBe(0o600);
    });

    it("has the exit and all output on disk before anybody hears of it", async () => {
      for (let i = 0; i < 10; i++) {
        const spec = at.script(`record.${i}`, `echo line ${i}; exit ${i}`);
        await host.ensure(spec);
        await host.exited(spec.id, never);
        expect(JSON.parse(readFileSync(join(spec.journal, "exit.json"), "utf8"))).toMatchObject({
          exit: { code: i },
          endOffset: 8,
        });
        expect(readFileSync(join(spec.journal, "0000000000000000.raw"), "utf8")).toBe(`line ${i}\r\n`);
      }
    });

    it("lets a program leave by itself before it is killed, and ends what it does not", async () => {
      await host.ensure(
        at.script("polite.1", "trap 'echo farewell; exit 7' TERM; echo ready; while :; do sleep 0.05; done"),
      );
      await readUntil(host, "polite.1", "ready");
      expect(await host.kill("polite.1", 5_000)).toEqual({ survivors: [] });
      expect(await host.exited("polite.1", never)).toMatchObject({ code: 7 });
      expect((await readAll(host, "polite.1")).bytes.toString()).toContain("farewell");

      await host.ensure(at.script("stubborn.1", "trap '' TERM HUP INT; echo ready; while :; do sleep 0.05; done"));
      await host.ensure(at.script("neighbour.1", "sleep 60"));
      await readUntil(host, "stubborn.1", "ready");
      expect(await host.kill("stubborn.1", 100)).toEqual({ survivors: [] });
      expect(await host.exited("stubborn.1", never)).toMatchObject({ code: null, signal: 9 });
      expect((await host.list()).find((info) => info.id === "neighbour.1")?.exit).toBeUndefined();
      await host.kill("neighbour.1", 0);
    });

    it("forgets an ended terminal with its files, and no running one", async () => {
      const spec = at.script("forget.1", "read line");
      await host.ensure(spec);
      await expect(host.forget("forget.1")).rejects.toMatchObject({ code: "conflict" });
      await host.kill("forget.1", 0);
      await host.forget("forget.1");
      expect(() => statSync(spec.journal)).toThrow(/ENOENT/);
      await expect(host.exited("forget.1", never)).rejects.toMatchObject({ code: "not_found" });
    });

    it("ends every terminal and itself at a shutdown", async () => {
      const { host: other, at: there } = await open();
      try {
        const infos = await Promise.all(
          ["a.1", "b.1", "c.1"].map((id) => other.ensure(there.script(id, "trap '' HUP; sleep 60 & sleep 60"))),
        );
        await sleep(100);
        expect(await other.shutdown(500)).toEqual({ ended: 3, survivors: [] });
        for (const { pid } of infos) await until("the program is gone", () => !isRunning(pid));
        await expect(other.list()).rejects.toMatchObject({ code: "unavailable" });
      } finally {
        await there.end();
      }
    });
  });
}
