import { afterEach, beforeEach, expect, test } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { attention } from "../../test/wire/samples.ts";
import { WireServer } from "../../test/wire/server.ts";

let server: WireServer;
let home: Home;

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
  server.answer("attention.list", () => [attention({ id: "q9", digest: "d9" }), attention()]);
  server.answer("attention.answer", ({ input }) => ({ id: "q1", agent: "ada", answer: "allow", input }));
  home = new Home().serve(server);
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

/** What the server was asked to answer. */
function answered(): unknown {
  return server.calls.filter(({ name }) => name === "attention.answer").map(({ input }) => input);
}

test("the digest of the item as it is now goes with an answer", async () => {
  const { code, out, err } = await home.run(["answer", "q1", "allow"]);
  expect({ code, out, err }).toEqual({ code: 0, out: "q1 is answered: allow. ada goes on.\n", err: "" });
  expect(answered()).toEqual([{ id: "q1", answer: "allow", digest: "d1" }]);
});

test("--digest pins what was read before, and nothing is looked up", async () => {
  await home.run(["answer", "q1", "deny", "--reason", "not now", "--digest", "d0", "--json"]);
  expect(answered()).toEqual([{ id: "q1", answer: "deny", reason: "not now", digest: "d0" }]);
  expect(server.calls.map(({ name }) => name)).not.toContain("attention.list");
});

test.each(["2", "use the second one, please", "--", "-"])("%j reaches the server as it was typed", async (text) => {
  const typed = text.startsWith("-") ? ["--", text] : [text];
  await home.run(["answer", "q1", "--json", ...typed]);
  expect(answered()).toEqual([{ id: "q1", answer: text, digest: "d1" }]);
});

test("an item that is not open is the server's to refuse", async () => {
  server.answer("attention.answer", () => {
    throw { code: "not_found", message: 'There is no open item "q7".' };
  });
  const { code, err } = await home.run(["answer", "q7", "allow"]);
  expect({ code, err }).toEqual({ code: 4, err: 'clustr: There is no open item "q7".\n' });
});

test("a message is sent with the urgency that was asked for; other words are refused before anything is sent", async () => {
  server.answer("message.send", ({ input }) => input);
  await home.run(["send", "ada", "hello", "--urgency", "turn-end", "--json"]);
  expect(server.calls.at(-1)?.input).toEqual({ to: "ada", content: "hello", urgency: "turn-end" });
  const { code, err } = await home.run(["send", "ada", "hello", "--urgency", "soon"]);
  expect(code).toBe(2);
  expect(err).toContain("--urgency is one of interrupt, now, turn-end, idle");
});
