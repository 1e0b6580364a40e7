import { describe, expect, it } from "vitest";
import { foldName, nameProblem } from "./name.ts";

describe("names", () => {
  it.each(["ada", "Bo-2", "db.migrator", "Ж1", "agent_7", "sys", "hum"])("%s can be a name", (name) =>
    expect(nameProblem(name)).toBeUndefined(),
  );

  it.each(["", " ada", "a b", "-x", "a/b", "a\nb", "x".repeat(33), "<b>", "a\u202eb"])("%j cannot: its form", (name) =>
    expect(nameProblem(name)).toMatch(/letter or digit/),
  );

  it.each([
    "human",
    "Human",
    "HUMAN",
    "humаn",
    "hu-man",
    "h.u.m.a.n",
    "ｈｕｍａｎ",
    "húman",
    "human1",
    "human-overseer",
    "HumanOverseer",
    "system",
    "sуstem",
    "ʜuman",
    "ɑll",
    "aǀǀ",
    "ꜱʏꜱᴛᴇᴍ",
    "SYSTEM_",
    "all",
    "a11",
    "a-l-l",
    "clustr",
    "everyone",
    "server",
  ])("%s cannot: it imitates an address or an authority", (name) => expect(nameProblem(name)).toMatch(/reserved/));

  it("takes look-alikes for the same name", () => {
    expect(foldName("Ada")).toBe(foldName("аdа"));
    expect(foldName("bo-1")).toBe(foldName("Bol"));
    expect(foldName("ada")).not.toBe(foldName("ida"));
  });
});
