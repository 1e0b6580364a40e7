import { describe, expect, it } from "vitest";
import { idsOf, Mail, promptId } from "./mail.ts";

const parcel = (id: string) => ({ id, text: `text of ${id}`, fromHuman: false });

describe("mail on its way", () => {
  it("is lost with its turn when it was not seen, and only then", () => {
    const mail = new Mail();
    mail.add([parcel("a"), parcel("b"), parcel("c")]);
    mail.taken([parcel("a"), parcel("b")], "turn-1");
    mail.taken([parcel("c")], "turn-2");
    expect(mail.shown(["a", "typed-by-a-person"])).toEqual(["a"]);
    expect(mail.ended("turn-1").map(({ id }) => id)).toEqual(["b"]);
    expect(mail.open.map(({ id }) => id)).toEqual(["b", "c"]);
  });

  it("is lost when the answer that names its turn comes after the end of that turn", () => {
    const mail = new Mail();
    mail.add([parcel("a")]);
    expect(mail.ended("turn-1")).toEqual([]);
    expect(mail.taken([parcel("a")], "turn-1")).toEqual([parcel("a")]);
  });

  it("is not lost when it was seen before the answer that names its turn", () => {
    const mail = new Mail();
    mail.add([parcel("a")]);
    mail.shown(["a"]);
    expect(mail.ended("turn-1")).toEqual([]);
    expect(mail.taken([parcel("a")], "turn-1")).toEqual([]);
  });

  it("is not sent twice while it is open or after it was seen, but again when Codex refused it", () => {
    const mail = new Mail();
    mail.add([parcel("a"), parcel("b"), parcel("c")]);
    mail.shown(["a"]);
    mail.drop([parcel("c")]);
    expect(["a", "b", "c"].map((id) => mail.has(id))).toEqual([true, true, false]);
  });
});

it("the id of a prompt names its parcels; what a person typed has none", () => {
  expect(idsOf(promptId([parcel("a"), parcel("b")]))).toEqual(["a", "b"]);
  expect(idsOf(null)).toEqual([]);
});
