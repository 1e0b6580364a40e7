import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type IPty, spawn } from "@lydell/node-pty";
import type { TerminalChunk, TerminalHost, TerminalInfo } from "../../core/ports/terminal.ts";
import { createScreens } from "./screens.ts";

/** Real terminals in this very process, followed as a host lets them be followed. */
class LocalHost implements Pick<TerminalHost, "follow" | "info" | "list" | "write"> {
  readonly #terminals = new Map<string, { pty: IPty; info: TerminalInfo; chunks: TerminalChunk[] }>();
  #news = Promise.withResolvers<void>();
  /** What was written to each terminal. */
  readonly written: string[] = [];
  /** Follows end without an exit when it breaks. */
  broken = new AbortController();

  start(id: string, script: string, size = { cols: 60, rows: 8 }): void {
    // With `encoding: null` node-pty hands out buffers, whatever its types say.
    const pty = spawn(process.execPath, ["--input-type=module", "-e", script], {
      ...size,
      encoding: null,
      env: { TERM: "xterm-256color" },
    });
    const info: TerminalInfo = { id, epoch: crypto.randomUUID(), pid: pty.pid, ...size, firstOffset: 0, endOffset: 0 };
    const terminal = { pty, info, chunks: [{ type: "resized", offset: 0, ...size }] as TerminalChunk[] };
    this.#terminals.set(id, terminal);
    const add = (chunk: TerminalChunk): void => {
      terminal.chunks.push(chunk);
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    };
    pty.onData((data: unknown) => {
      const bytes = data as Buffer;
      add({ type: "bytes", offset: info.endOffset, bytes });
      info.endOffset += bytes.length;
    });
    pty.onExit(({ exitCode }) =>
      add({
        type: "exit",
        offset: info.endOffset,
        exit: { code: exitCode, signal: null, at: new Date().toISOString() },
      }),
    );
  }

  async list(): Promise<TerminalInfo[]> {
    return [...this.#terminals.values()].map(({ info }) => ({ ...info }));
  }

  async info(id: string): Promise<TerminalInfo | undefined> {
    return (await this.list()).find((info) => info.id === id);
  }

  async write(id: string, bytes: Uint8Array): Promise<void> {
    this.written.push(Buffer.from(bytes).toString("latin1"));
    this.#terminals.get(id)?.pty.write(Buffer.from(bytes));
  }

  resize(id: string, cols: number, rows: number): void {
    const terminal = this.#terminals.get(id);
    terminal?.pty.resize(cols, rows);
    terminal?.chunks.push({ type: "resized", offset: terminal.info.endOffset, cols, rows });
  }

  async *follow(id: string, from: number, signal: AbortSignal): AsyncGenerator<TerminalChunk> {
    const chunks = this.#terminals.get(id)?.chunks ?? [];
    const over = AbortSignal.any([signal, this.broken.signal]);
    const end = new Promise<void>((resolve) => over.addEventListener("abort", () => resolve(), { once: true }));
    for (let at = 0; !over.aborted;) {
      const chunk = chunks[at];
      if (!chunk) {
        await Promise.race([this.#news.promise, end]);
        continue;
      }
      at++;
      if (chunk.type !== "bytes") yield chunk;
      else if (chunk.offset >= from) yield chunk;
      else if (chunk.offset + chunk.bytes.length > from)
        yield { ...chunk, offset: from, bytes: chunk.bytes.subarray(from - chunk.offset) };
      if (chunk.type === "exit") return;
    }
  }

  end(): void {
    for (const { pty } of this.#terminals.values()) pty.kill("SIGKILL");
  }
}

/** A program that asks its terminal, waits for the answers, and shows what it was told. `again` makes it ask once more on a key. */
const ASKS = String.raw`
process.stdin.setRawMode(true);
let got = "";
const ask = () => process.stdout.write("\x1b[c\x1b[6n\x1b]11;?\x1b\\");
process.stdin.on("data", (data) => {
  const text = data.toString();
  if (text === "a") return ask();
  got += text;
  process.stdout.write("\x1b[2J\x1b[H" + JSON.stringify(got));
});
ask();
`;
const ANSWERS = String.raw`"\u001b[?1;2c\u001b[1;1R\u001b]11;rgb:1010/1010/1414\u001b\\"`;

let host: LocalHost;
let stop: AbortController;
const screensOf = (of: LocalHost) => createScreens({ host: of, signal: stop.signal, log: () => {} });

beforeEach(() => {
  host = new LocalHost();
  stop = new AbortController();
});

afterEach(() => {
  stop.abort();
  host.end();
});

describe("screens", () => {
  test("show what a program has printed", async () => {
    const screens = screensOf(host);
    host.start(
      "a.1",
      `process.stdout.write("\\x1b]2;work\\x07hello\\r\\n\\x1b[2mdim\\x1b[m"); setTimeout(() => {}, 60_000)`,
    );
    await expect
      .poll(async () => (await screens.state("a.1")).lines.slice(0, 2))
      .toEqual([
        { text: "hello", dim: [] },
        { text: "dim", dim: [[0, 3]] },
      ]);
    const [info] = await host.list();
    expect(await screens.state("a.1")).toMatchObject({
      title: "work",
      epoch: info?.epoch,
      offset: info?.endOffset,
      exact: true,
      cursor: { x: 3, y: 1 },
      cols: 60,
      rows: 8,
    });
    expect(await screens.snapshot("a.1")).toMatchObject({
      epoch: info?.epoch,
      offset: info?.endOffset,
      cols: 60,
      rows: 8,
    });
  });

  test("answer a program that asks at its start", async () => {
    const screens = screensOf(host);
    host.start("a.1", ASKS);
    await expect
      .poll(async () => (await screens.state("a.1")).lines[0]?.text, { timeout: 5_000 })
      .toBe(ANSWERS.slice(0, 60));
    expect(host.written.join("")).toBe(JSON.parse(ANSWERS));
  });

  test("do not answer again what an earlier server has answered, but what is asked from now on", async () => {
    const first = screensOf(host);
    host.start("a.1", ASKS);
    await expect.poll(async () => (await first.state("a.1")).lines[0]?.text, { timeout: 5_000 }).toContain("rgb:");
    first.release("a.1");
    const answered = host.written.length;

    // Asked for again by the same server, then by the one that follows it.
    expect((await first.state("a.1")).lines[0]?.text).toContain("rgb:");
    first.release("a.1");
    const second = screensOf(host);
    expect((await second.state("a.1")).lines[0]?.text).toContain("rgb:");
    expect(host.written.length).toBe(answered);

    host.written.length = 0;
    await host.write("a.1", Buffer.from("a"));
    await expect
      .poll(() => host.written.slice(1).join("").replaceAll("\x1b", "^"))
      .toMatch(/^\^\[\?1;2c\^\[\d;\d+R\^\]11;rgb:1010\/1010\/1414\^\\$/);
  });

  test("tell titles as they come, and end with the terminal", async () => {
    const screens = screensOf(host);
    host.start(
      "a.1",
      `for (const title of ["one", "two"]) { process.stdout.write("\\x1b]0;" + title + "\\x07"); await new Promise((done) => setTimeout(done, 300)); }`,
    );
    const titles: string[] = [];
    for await (const title of screens.titles("a.1", AbortSignal.timeout(10_000))) titles.push(title);
    expect(titles.filter((title) => title !== "")).toEqual(["one", "two"]);
    // What it last showed can still be seen.
    expect((await screens.state("a.1")).title).toBe("two");
  });

  test("stop telling titles when asked to, and when released", async () => {
    const screens = screensOf(host);
    host.start("a.1", "setTimeout(() => {}, 60_000)");
    const stopTitles = new AbortController();
    const reading = [stopTitles.signal, new AbortController().signal].map(async (signal) => {
      const titles: string[] = [];
      for await (const title of screens.titles("a.1", signal)) titles.push(title);
      return titles;
    });
    await screens.state("a.1");
    stopTitles.abort();
    expect(await reading[0]).toEqual([""]);
    screens.release("a.1");
    expect(await reading[1]).toEqual([""]);
  });

  test("follow the terminal's size", async () => {
    const screens = screensOf(host);
    host.start(
      "a.1",
      `process.stdout.write("ready"); process.stdout.on("resize", () => process.stdout.write("\\r\\n" + process.stdout.columns)); setTimeout(() => {}, 60_000)`,
    );
    await expect.poll(async () => (await screens.state("a.1")).lines[0]?.text).toBe("ready");
    host.resize("a.1", 33, 5);
    await expect.poll(async () => (await screens.state("a.1")).lines[1]?.text).toBe("33");
    expect(await screens.state("a.1")).toMatchObject({ cols: 33, rows: 5 });
  });

  test("go on where they were when the host was out of reach", async () => {
    const screens = screensOf(host);
    host.start(
      "a.1",
      `for (let at = 0; at < 40; at++) { process.stdout.write(at + " "); await new Promise((done) => setTimeout(done, 20)); } setTimeout(() => {}, 60_000)`,
    );
    await screens.state("a.1");
    host.broken.abort();
    host.broken = new AbortController();
    const all = Array.from({ length: 40 }, (_, at) => `${at} `).join("");
    await expect
      .poll(async () => (await screens.state("a.1")).lines.map((line) => line.text).join(""), { timeout: 5_000 })
      .toBe(all);
    expect((await screens.state("a.1")).exact).toBe(true);
  });

  test("wait at most a second for output that does not come", async () => {
    const screens = screensOf(host);
    host.start("a.1", `process.stdout.write("here"); setTimeout(() => {}, 60_000)`);
    await expect.poll(async () => (await screens.state("a.1")).lines[0]?.text).toBe("here");
    const list = host.list.bind(host);
    host.list = async () => (await list()).map((info) => ({ ...info, endOffset: info.endOffset + 100 }));
    const start = performance.now();
    expect((await screens.state("a.1")).lines[0]?.text).toBe("here");
    expect(performance.now() - start).toBeLessThan(1_500);
  });

  test("know no terminal the host does not know", async () => {
    const screens = screensOf(host);
    await expect(screens.state("none.1")).rejects.toMatchObject({ code: "not_found" });
    await expect(screens.snapshot("none.1")).rejects.toMatchObject({ code: "not_found" });
    screens.release("none.1");
  });
});
