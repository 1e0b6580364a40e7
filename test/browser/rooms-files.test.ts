import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roomsStage, type RoomsStage } from "./rooms-stage.ts";
import { CHROMIUM, expectAccessible } from "./stage.ts";

const WIDTHS = [
  { name: "1440", viewport: { width: 1440, height: 900 } },
  { name: "1024", viewport: { width: 1024, height: 768 } },
  { name: "390", viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
];

describe.skipIf(CHROMIUM === undefined)("files and shells, and how all rooms look", () => {
  let stage: RoomsStage;
  let root: string;
  beforeAll(async () => {
    stage = await roomsStage();
    ({ root } = stage);
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  const call: RoomsStage["clustr"]["client"]["call"] = (...args) => stage.clustr.client.call(...args);
  const dialog = (page: Page) => page.getByRole("dialog");
  const settled = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true }).waitFor();

  test("files: what an agent writes is marked in the tree as its own, and shows in the viewer as it is written", async () => {
    await stage.write("src/old.js", "export const old = 1;\n");
    const page = await stage.visit(`${root}/files`);
    await page.getByRole("treeitem", { name: "src" }).click();
    await page.getByRole("treeitem", { name: "old.js" }).waitFor();
    await stage.agent("wren", [
      { write: "src/new.js", text: "export const a = 1;\n" },
      { sleep: 2 },
      { append: "src/new.js", text: "export const second = 2;\n" },
      { sleep: 600 },
    ]);
    const row = page.getByRole("treeitem", { name: "new.js" });
    await row.getByText("created by wren").waitFor({ state: "attached" });
    await row.click();
    await page.getByLabel("Text of src/new.js").getByText("second").waitFor();
    await page.getByRole("button", { name: "Show changes" }).click();
    await page.getByRole("region", { name: "Changes in src/new.js" }).waitFor();
    await page.goBack();
    await page.getByLabel("Text of src/new.js").waitFor();
    expect(stage.problems).toEqual([]);
  });

  test("files: a place is linked to; what cannot be shown says why", async () => {
    await stage.write("long.txt", Array.from({ length: 90_000 }, (_, at) => `line ${at + 1}`).join("\n"));
    await stage.write("picture.bin", new Uint8Array([1, 0, 2, 0]));
    await stage.write("empty.txt", "");
    const page = await stage.visit(`${root}/files?path=long.txt&line=4321`);
    const wanted = page.locator(".cm-wanted").getByText("line 4321", { exact: true });
    await wanted.waitFor();
    await expect.poll(async () => (await wanted.boundingBox())?.y).toBeGreaterThan(200);
    await expect.poll(async () => (await wanted.boundingBox())?.y).toBeLessThan(700);
    await page.getByText("The first 500 kB of").waitFor();
    await page.getByRole("button", { name: "Read on" }).click();
    await page.getByText("The first 500 kB of").waitFor({ state: "detached" });
    const open = (path: string) => page.goto(`${stage.clustr.ready.url}${root}/files?path=${path}`);
    for (const [path, why] of [
      ["picture.bin", "This is no text"],
      ["empty.txt", "The file is empty"],
      ["nowhere.txt", "This file cannot be shown"],
      ["../../etc/passwd", "This is outside the workspace"],
      ["/etc/passwd", "This is outside the workspace"],
    ] as const) {
      await open(encodeURIComponent(path));
      await page.getByText(why).waitFor();
    }
    // As a terminal links to what a program printed there.
    await open(`old.js&from=${encodeURIComponent(`${stage.clustr.folder}/src`)}&line=1`);
    await page.getByLabel("Text of src/old.js").waitFor();
  });

  test("files: found by parts of the path, moved through by arrows; hidden ones on request", async () => {
    await stage.write(".secret/a.txt", "x");
    await stage.write("deep/down/target.ts", "const x: number = 1;");
    const page = await stage.visit(`${root}/files`);
    await page.getByRole("treeitem", { name: "deep" }).waitFor();
    expect(await page.getByRole("treeitem", { name: ".secret" }).count()).toBe(0);
    await page.getByRole("button", { name: "Hidden" }).click();
    await page.getByRole("treeitem", { name: ".secret" }).waitFor();
    await page.getByRole("treeitem", { name: "deep" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("treeitem", { name: "down" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("treeitem", { name: "down" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.getByRole("treeitem", { name: "down" }).count()).toBe(0);
    await page.keyboard.press("f");
    await page.keyboard.type("dtarget");
    await page.getByRole("list", { name: "Found files" }).getByText("target.ts").waitFor();
    await page.keyboard.press("Enter");
    await page.getByLabel("Text of deep/down/target.ts").waitFor();
  });

  test("shells: opened, typed into, in an agent's folder too, and closed", async () => {
    await stage.write("packages/api/readme.md", "x");
    const work = { task: '[{"sleep": 600}]', service: "script", cwd: "packages/api" };
    await call("agent.spawn", { name: "sami", ...work });
    const page = await stage.visit(`${root}/shells`);
    await page.getByRole("button", { name: "Open a shell" }).click();
    await page.locator(".xterm-helper-textarea:focus").waitFor();
    const screen = page.locator(".xterm-rows");
    await page.keyboard.type("echo $((6*7))\n");
    await expect.poll(() => screen.textContent()).toContain("42");
    await expectAccessible(page);
    await page.goto(`${stage.clustr.ready.url}${root}/terminals?agent=sami`);
    await settled(page);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or run a command" }).fill("shell in the agent");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "shell 2 with sami" }).waitFor();
    await page.locator(".xterm-helper-textarea:focus").waitFor();
    await page.keyboard.type("pwd\n");
    await expect.poll(() => screen.textContent()).toContain("packages/api");
    for (const left of [1, 0]) {
      await page.getByRole("button", { name: "Close", exact: true }).first().click();
      await expect.poll(async () => (await call("shell.list", {})).length).toBe(left);
    }
    await page.getByText("No shell is open").waitFor();
    expect(stage.problems).toEqual([]);
  });

  const looks = WIDTHS.flatMap((width) =>
    (["dark", "light"] as const).map((theme) => [width.name, theme, width] as const),
  );
  test.each(looks)("every room can be read by everybody, at %s, %s", async (_name, theme, width) => {
    await call("context.write", { key: "look/at", value: "a note" });
    await call("rules.update", { text: "# One\n\n- two `three`\n" });
    const page = await stage.visit(`${root}/files?path=src/old.js`, { colorScheme: theme, ...width });
    const check = async () => {
      await expectAccessible(page);
      expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(width.viewport.width);
    };
    const open = (path: string) => page.goto(`${stage.clustr.ready.url}${root}/${path}`);
    await page.getByLabel("Text of src/old.js").waitFor();
    await check();
    await open("context");
    await page.getByRole("heading", { name: "look/at" }).waitFor();
    await check();
    await open("rules");
    await page.getByRole("textbox", { name: "Rules" }).getByText("three").waitFor();
    await check();
    await open("shells");
    await page.getByText("No shell is open").waitFor();
    await check();
    for (const [key, title] of [
      ["n", "Spawn an agent"],
      ["o", "Open a project"],
    ] as const) {
      await settled(page);
      await page.keyboard.press(key);
      await dialog(page).getByRole("heading", { name: title }).waitFor();
      await check();
      await page.keyboard.press("Escape");
    }
    expect(stage.problems).toEqual([]);
  });

  test("200 hostile strings, as keys, notes, rules, tasks and names of files: nothing runs, nothing bursts", async () => {
    const strings = hostileStrings();
    expect(new Set(strings).size).toBe(200);
    for (const [at, text] of strings.entries()) {
      const line = text.replace(/\p{C}|\p{Zl}|\p{Zp}/gu, "").trim();
      await call("context.write", { key: `h/${at} ${line}`.slice(0, 190).trim(), value: text });
      await stage.write(`hostile/${at} ${line.replaceAll("/", "_")}`.slice(0, 90), text);
    }
    for (const text of ["before", strings.join("\n\n")]) await call("rules.update", { text });
    // No script: it fails, and its reason and its task are on the screen.
    for (const at of [0, 1, 2])
      await call("agent.spawn", { name: `h-${at}`, task: strings[at * 7] ?? "", service: "script" });
    const { rules, context } = await call("rules.read", {}).then((read) => ({ rules: read, context: strings.length }));
    expect([rules.text.length > 10_000, context]).toEqual([true, 200]);
    for (const options of WIDTHS) {
      const page = await stage.visit(`${root}/context`, options);
      const unharmed = async () => {
        expect(await page.evaluate(`"hacked" in window`)).toBe(false);
        expect(await page.evaluate(`document.documentElement.scrollWidth`)).toBe(options.viewport.width);
        expect(stage.problems).toEqual([]);
      };
      const open = (path: string) => page.goto(`${stage.clustr.ready.url}${root}/${path}`);
      await page.getByRole("heading", { name: /^h\/1 / }).waitFor();
      await unharmed();
      for (const { key } of (await call("context.list", {})).filter((_, at) => at % 40 === 0)) {
        await open(`context?key=${encodeURIComponent(key)}`);
        await page.getByLabel(`Value of ${key}`).waitFor();
        await unharmed();
      }
      await open("rules");
      await page.getByRole("textbox", { name: "Rules" }).getByText("hacked").first().waitFor();
      await page.getByRole("button", { name: "History" }).click();
      await page.locator(".cm-deletedChunk, .cm-changedLine, .cm-insertedLine").first().waitFor();
      await unharmed();
      const { entries } = await call("file.list", { folder: "hostile" });
      expect(entries.length).toBe(200);
      await open(`files?path=${encodeURIComponent(entries[3]?.path ?? "")}`);
      await page.locator(".files-view .cm-content").waitFor();
      await unharmed();
      await open("terminals");
      await settled(page);
      await page.keyboard.press("n");
      for (const label of ["Name", "Task", "Folder", "Model"])
        await dialog(page)
          .getByLabel(label, { exact: true })
          .fill(strings[5] ?? "");
      await page.keyboard.press("Control+Enter");
      await dialog(page).getByRole("alert").first().waitFor();
      await unharmed();
    }
  });
});

/** Two hundred texts that a page could stumble over: markup, addresses, control characters, and shapes that burst boxes. */
function hostileStrings(): string[] {
  const seeds = [
    `<img src=x onerror="window.hacked=1">`,
    `<script>window.hacked=1</script>`,
    `"><svg onload=window.hacked=1>`,
    `javascript:window.hacked=1`,
    `[link](javascript:window.hacked=1)`,
    "`${window.hacked=1}`{{hacked}}",
    `</textarea></title><iframe srcdoc="<script>parent.hacked=1</script>">`,
    `{"__proto__":{"hacked":1},"constructor":"x"}`,
    `__proto__ hacked`,
    `\u001b]0;hacked\u0007\u001b[2J\u001b[31mred`,
    `\u202Ehacked backwards\u202C`,
    `hacked\u200B\u200D\uFEFF`,
    `h\u0301\u0302\u0303\u0304`.repeat(30) + "acked",
    `hacked${"W".repeat(400)}`,
    `hacked ${"👩‍👩‍👧‍👦".repeat(20)}`,
    `hacked\r\n\r\n\tx\u0085y\u2028z`,
    `<style>*{display:none}</style>hacked`,
    `<a href="https://example.com" onclick="window.hacked=1">x</a>`,
    `&lt;b&gt;&amp;&#x3c;hacked`,
    `<math><mtext></form><form><mglyph><style></math><img src onerror=window.hacked=1>`,
  ];
  const turns: ((text: string) => string)[] = [
    (text) => text,
    (text) => `${text} `.repeat(4).trim(),
    (text) => `# ${text}`,
    (text) => `- ${text}`,
    (text) => `"${text}`,
    (text) => `${text}'`,
    (text) => `%3C${text}%3E`,
    (text) => `a/../${text}`,
    (text) => text.toUpperCase().replaceAll("HACKED", "hacked"),
    (text) => `<!--${text}-->`,
  ];
  return turns.flatMap((turn, at) => seeds.map((seed) => `${turn(seed)}${at}`));
}
