import { describe, expect, it } from "vitest";
import { attentionOf } from "./attention.ts";
import { bare, unwrapped } from "./command.ts";
import type { FormSchema, Question } from "./protocol.ts";

const at = { threadId: "t", turnId: "u", itemId: "i" };

describe("a question for the person", () => {
  it("shows a command exactly as it would run", () => {
    const command = "/bin/bash -lc 'rm -rf build'";
    const question: Question = {
      id: 1,
      method: "item/commandExecution/requestApproval",
      params: { ...at, command, cwd: "/p", reason: "clean up" },
    };
    expect(attentionOf(question, undefined)).toEqual({
      kind: "permission",
      title: "Run rm -rf build",
      detail: `${command}\nin /p\nWhy: clean up`,
      answers: ["allow", "always", "deny"],
      key: "t/u/i/1",
    });
  });

  const one = { id: "q", header: "H", question: "Which one?", isOther: true, isSecret: false };
  const options = [
    { label: "red", description: "the red one" },
    { label: "blue", description: "" },
  ];
  const asking = (...questions: (typeof one & { options: typeof options | null })[]): Question => ({
    id: 1,
    method: "item/tool/requestUserInput",
    params: { ...at, questions },
  });

  it("shows the options of a question, and whether own words are welcome", () => {
    const detail = "Which one?\n- red: the red one\n- blue";
    const item = { kind: "question", title: "Which one?", detail, options, key: "t/u/i/1" };
    expect(attentionOf(asking({ ...one, options }), undefined)).toEqual({ ...item, answers: ["option", "text"] });
    const closed = attentionOf(asking({ ...one, isOther: false, options }), undefined);
    expect(closed?.answers).toEqual(["option"]);
  });

  it("several at once are answered by lines; a secret only in the terminal", () => {
    const both = attentionOf(asking({ ...one, options }, { ...one, id: "r", options: null }), undefined);
    expect(both).toMatchObject({ answers: ["text"], detail: expect.stringContaining("one line for each") as string });
    expect(attentionOf(asking({ ...one, isSecret: true, options: null }), undefined)?.answers).toBeUndefined();
  });

  it("takes of a tool server's form what one answer can fill in", () => {
    const form = (properties: FormSchema["properties"]): string[] | undefined =>
      attentionOf(
        {
          id: 1,
          method: "mcpServer/elicitation/request",
          params: { ...at, serverName: "s", mode: "form", message: "m", requestedSchema: { properties }, _meta: null },
        } as Question,
        undefined,
      )?.answers;
    expect(form({})).toEqual(["allow", "deny"]);
    expect(form({ name: { type: "string" } })).toEqual(["text", "deny"]);
    expect(form({ sure: { type: "boolean" } })).toEqual(["option", "deny"]);
    expect(form({ name: { type: "string" }, sure: { type: "boolean" } })).toEqual(["deny"]);
  });

  it("stays bounded whatever a tool sends, and says what was left out", () => {
    const changes = [{ path: "big.txt", kind: { type: "add" as const }, diff: "x".repeat(1_000_000) }];
    const item = attentionOf(
      { id: 1, method: "item/fileChange/requestApproval", params: at },
      { type: "fileChange", id: "i", status: "inProgress", changes },
    );
    expect(item?.detail?.length).toBeLessThan(17_000);
    expect(item?.detail).toMatch(/more characters\)$/);
  });

  it("is none when only programs are meant to answer", () => {
    const question = { id: 1, method: "currentTime/read", params: { threadId: "t" } } as unknown as Question;
    expect(attentionOf(question, undefined)).toBeUndefined();
  });
});

it("a command is shown without its shell only where nothing could be hidden by that", () => {
  expect(bare("/bin/bash -lc ls")).toBe("ls");
  expect(bare('/bin/zsh -lc "echo hi"')).toBe("echo hi");
  for (const tricky of [`/bin/bash -lc "echo \\"$(x)\\""`, "/bin/bash -lc 'a'\\''b'", "python3 -c 'x'"])
    expect(bare(tricky)).toBe(tricky);
});

it("policies look at what the shell is given, however it is quoted", () => {
  expect(unwrapped("/bin/bash -lc 'rm -rf x'")).toBe("rm -rf x");
  expect(unwrapped("/bin/bash -lc 'a'\\''b'")).toBe("a'b");
  expect(unwrapped(`/bin/bash -lc "echo \\"\\$(x)\\" 'y'"`)).toBe(`echo "$(x)" 'y'`);
  for (const other of ["python3 -c 'x'", "/bin/bash -lc 'a' b", "/bin/bash -lc 'open"])
    expect(unwrapped(other)).toBeUndefined();
});
