import { expect, it } from "vitest";
import { editsOf } from "./edits.ts";
import { readHook } from "./hooks.ts";

/** Edits that Claude Code 2.1.330 made, as its hook told of them, with the file before and after, a character a byte. */
const RECORDED: [name: string, before: string | undefined, input: object, after: string, regions?: number[][]][] = [
  ["one place", "a\nb\nc\n", edit("b", "B\nC"), "a\nB\nC\nc\n", [[1, 2, 2]]],
  [
    "all places",
    "a\na\na\n",
    edit("a", "a b", true),
    "a b\na b\na b\n",
    [
      [0, 1, 1],
      [1, 2, 1],
      [2, 3, 1],
    ],
  ],
  ["Windows line ends stay", "one\r\ntwo\r\n", edit("two\n", "2\n2b\n"), "one\r\n2\r\n2b\r\n", [[1, 2, 2]]],
  ["mixed line ends become the more frequent kind", "a\r\nb\r\nc\n", edit("b", "B"), "a\r\nB\r\nc\r\n"],
  ["whichever it is", "a\r\nb\nc\n", edit("b", "B"), "a\nB\nc\n"],
  ["old Mac line ends are none", "a\rb\rc", edit("b", "B"), "a\rB\rc", [[0, 1, 1]]],
  ["a byte order mark stays", "\xef\xbb\xbfa\nb\n", edit("b", "B"), "\xef\xbb\xbfa\nB\n", [[1, 2, 1]]],
  ["so does a wide encoding", "\xff\xfea\0\n\0b\0\n\0", edit("b", "B"), "\xff\xfea\0\n\0B\0\n\0"],
  ["a text goes with its line", "a\nb\nc\n", edit("b", ""), "a\nc\n", [[1, 2, 0]]],
  ["unless it is not at its end", "a\nb c\n", edit("b", ""), "a\n c\n"],
  ["everywhere it is", "a\nbb\nb\n x b y\n", edit("b", "", true), "a\nb x b y\n"],
  ["signs mean nothing", "a\nb\n", edit("b", "$& $1 $$"), "a\n$& $1 $$\n"],
  ["a file that is empty", "", edit("", "fresh\n"), "fresh\n"],
  ["a file that was not there", undefined, edit("", "fresh\nnew  \n"), "fresh\nnew  \n"],
  ["several edits after each other", "a\nb\n", { edits: [edit("a", "c"), edit("c", "d")] }, "d\nb\n"],
  ["a new file", undefined, { content: "no newline" }, "no newline"],
  ["a file overwritten with other line ends", "a\r\nb\r\n", { content: "x\ny\n" }, "x\ny\n"],
  ["a byte order mark overwritten", "\xef\xbb\xbfa\n", { content: "x\n" }, "\xef\xbb\xbfx\n"],
];

function edit(old_string: string, new_string: string, replace_all = false): object {
  return { old_string, new_string, replace_all };
}

function told(input: object, response: object = {}): ReturnType<typeof editsOf> {
  const tool_name = "content" in input ? "Write" : "edits" in input ? "MultiEdit" : "Edit";
  const body = { tool_name, tool_input: { file_path: "f", ...input }, tool_response: response, cwd: "/w" };
  return editsOf(readHook("PostToolUse", body));
}

it.each(RECORDED)("%s", (_name, before, input, after, regions) => {
  const [one, ...more] = told(input);
  expect(more).toEqual([]);
  expect(one?.path).toBe("/w/f");
  const result = one?.result(before === undefined ? undefined : Buffer.from(before, "latin1"));
  if (result === undefined || result === "gone") throw new Error("nothing told");
  expect(Buffer.from(result.bytes).toString("latin1")).toBe(after);
  if (regions) expect(result.regions?.map(({ from, to, size }) => [from, to, size])).toEqual(regions);
});

it("nothing is told of what the tool would have refused, of quotes it matched loosely, and of what the person changed", () => {
  const before = Buffer.from("say “hello”\n");
  expect(told(edit("nowhere", "x"))[0]?.result(before)).toBeUndefined();
  expect(told(edit("x", "y"))[0]?.result(Buffer.from([0x78, 0xe9]))).toBeUndefined();
  const quotes = edit('"hello"', '"bye"');
  expect(told(quotes, { oldString: "“hello”" })[0]?.result(before)).toBeUndefined();
  expect(told({ content: "x" }, { userModified: true })[0]?.result(before)).toBeUndefined();
  expect(editsOf(readHook("PostToolUse", { tool_name: "NotebookEdit", tool_input: { notebook_path: "n" } }))).toEqual(
    [],
  );
});
