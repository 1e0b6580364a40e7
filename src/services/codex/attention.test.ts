import { describe, expect, it } from "vitest";
import { attentionOf, bare } from "./attention.ts";
import type { Question } from "./protocol.ts";

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
    });
  });

  it("shows the options of a question", () => {
    const questions = [
      {
        id: "q",
        header: "H",
        question: "Which one?",
        options: [
          { label: "red", description: "the red one" },
          { label: "blue", description: "" },
        ],
      },
    ];
    expect(
      attentionOf({ id: 1, method: "item/tool/requestUserInput", params: { ...at, questions } }, undefined),
    ).toEqual({ kind: "question", title: "Which one?", detail: "Which one?\n- red: the red one\n- blue" });
  });

  it("stays bounded whatever a tool sends, and says what was left out", () => {
    const changes = [{ path: "big.txt", diff: "x".repeat(1_000_000) }];
    const item = attentionOf(
      { id: 1, method: "item/fileChange/requestApproval", params: at },
      { type: "fileChange", id: "i", changes },
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
