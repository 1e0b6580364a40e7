import { expect, test } from "vitest";
import { findLinks, webAddress } from "./links.ts";

/** What is found in a text, as it stands there and as what it is. */
function found(text: string): string[] {
  return findLinks(text).map((link) => {
    const shown = text.slice(link.from, link.to);
    return "url" in link ? `${shown} → ${link.url}` : `${shown} → ${[link.path, link.line, link.column].join("|")}`;
  });
}

test.each([
  ["see https://example.com/a?b=1#c.", ["https://example.com/a?b=1#c → https://example.com/a?b=1#c"]],
  ["(https://example.com/a_(b)), then", ["https://example.com/a_(b) → https://example.com/a_(b)"]],
  ["http://127.0.0.1:3000/", ["http://127.0.0.1:3000/ → http://127.0.0.1:3000/"]],
  ["│https://a.test/x│", ["https://a.test/x → https://a.test/x"]],
  ["edit src/api.ts and ./b/c.py:7", ["src/api.ts → src/api.ts||", "./b/c.py:7 → ./b/c.py|7|"]],
  ["at /tmp/x/y.ts:12:34)", ["/tmp/x/y.ts:12:34 → /tmp/x/y.ts|12|34"]],
  ["api.ts:3: error", ["api.ts:3 → api.ts|3|"]],
  ["src/a.ts(4,8): error TS1", ["src/a.ts(4,8) → src/a.ts|4|8"]],
  ['File "app/main.py", line 9, in f', ['app/main.py", line 9 → app/main.py|9|']],
])("finds what leads somewhere in %s", (text, links) => {
  expect(found(text)).toEqual(links);
});

test.each([
  "v1.2.3",
  "e.g. this",
  "and/or",
  "12:30:45",
  "1/2",
  "http://",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "...",
])("finds nothing in %s", (text) => {
  expect(found(text)).toEqual([]);
});

test.each([
  "javascript:alert(1)",
  "JAVASCRIPT:x",
  "data:text/html,x",
  "file:///etc/passwd",
  "vscode://x",
  "",
  "//a.test",
])("%s is no address of the web", (text) => {
  expect(webAddress(text)).toBeUndefined();
});

test("a long line costs no time", () => {
  const began = performance.now();
  findLinks("a".repeat(100_000));
  findLinks("a/".repeat(50_000));
  findLinks("(".repeat(50_000) + "http://a" + ")".repeat(50_000));
  expect(performance.now() - began).toBeLessThan(500);
});
