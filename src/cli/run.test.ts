import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";
import { FAILURES, type FailureCode } from "../contract/error.ts";

let server: WireServer;
let home: Home;

beforeEach(async () => {
  server = await WireServer.start();
  server.answer("workspace.list", () => [
    { id: "w1", name: "project", path: "/project" },
    { id: "w2", name: "inner", path: "/project/inner" },
    { id: "w3", name: "projects", path: "/projects" },
  ]);
  server.answer("agent.list", () => []);
  home = new Home().serve(server);
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

test.each(Object.keys(FAILURES) as FailureCode[])(
  "a failure of kind %s is one line on stderr and an exit code; stdout stays empty",
  async (code) => {
    server.answer("agent.list", () => {
      throw { code, message: "What happened.\nWhat to do." };
    });
    for (const flags of [[], ["--json"]]) {
      expect(await home.run(["agents", ...flags])).toEqual({
        code: FAILURES[code].exit,
        out: "",
        err: "clustr: What happened. What to do.\n",
      });
    }
  },
);

test("a failure's text cannot drive the terminal", async () => {
  server.answer("agent.list", () => {
    throw { code: "not_found", message: "no \u001b]52;c;ZXZpbA==\u0007\u001b[2Jagent \u202eevil" };
  });
  expect((await home.run(["agents"])).err).toBe("clustr: no agent evil\n");
});

describe("without a server", () => {
  test("a command says how to start one", async () => {
    using empty = new Home();
    expect(await empty.run(["agents"])).toEqual({
      code: 7,
      out: "",
      err: 'clustr: No Clustr server is running; nothing was done. Start one with "clustr" in the project folder, then try again.\n',
    });
  });

  test("so does one whose server was killed", async () => {
    await server.kill();
    const { code, err } = await home.run(["agents"]);
    expect(code).toBe(7);
    expect(err).toContain("does not answer; nothing was changed. Start it with");
  });

  test("a damaged server file counts as none", async () => {
    home.file("server.json", '{"url":"http');
    expect((await home.run(["agents"])).code).toBe(7);
  });

  test.each([["--help"], ["--version"], ["help", "spawn"], ["agents", "--help"]])(
    "help and version need none: %j",
    async (...line) => {
      using empty = new Home();
      const { code, out, err } = await empty.run(line);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out.length).toBeGreaterThan(4);
    },
  );
});

describe("the workspace", () => {
  const used = async (line: string[], cwd?: string): Promise<string | undefined> => {
    await home.run(["agents", ...line], cwd === undefined ? {} : { cwd });
    return server.calls.find(({ name }) => name === "agent.list")?.workspace;
  };

  test("is the one the current folder lies in", async () => expect(await used([], "/project/src/deep")).toBe("w1"));
  test("is the innermost of several", async () => expect(await used([], "/project/inner/src")).toBe("w2"));
  test("is not one whose name only begins alike", async () => expect(await used([], "/projects")).toBe("w3"));
  test("is named by id", async () => expect(await used(["--workspace", "w3"])).toBe("w3"));
  test("is named by path", async () => expect(await used(["--workspace", "/project/inner"])).toBe("w2"));
  test("is named by a path from here", async () => expect(await used(["--workspace", "inner"], "/project")).toBe("w2"));
  test("may be named before the command", async () => {
    await home.run(["--json", "--workspace", "w3", "agents"]);
    expect(server.calls.at(-1)).toMatchObject({ name: "agent.list", workspace: "w3" });
  });

  test("is asked for when there is none, with what is open", async () => {
    const { code, err } = await home.run(["agents"], { cwd: "/elsewhere" });
    expect(code).toBe(4);
    expect(err).toBe(
      'clustr: The current folder is in no open workspace; nothing was done. Open: /project (w1), /project/inner (w2), /projects (w3). Open one with "clustr .", or name one with --workspace.\n',
    );
  });
});

describe("run by an agent", () => {
  const access = (): string =>
    JSON.stringify({ url: server.url, token: "token-of-ada", workspace: "w9", agent: "ada" });

  test("a command acts as that agent, in its workspace, and asks for nothing it may not know", async () => {
    home.file("ada.json", access());
    await home.run(["agents"], { env: { CLUSTR_AGENT: `${home.path}/ada.json` } });
    expect(server.calls).toEqual([
      { name: "agent.list", input: {}, workspace: "w9", authorization: "Bearer token-of-ada" },
    ]);
  });

  test("an unusable file never falls back to the person's rights", async () => {
    home.file("cut.json", '{"url":');
    for (const file of ["cut.json", "missing.json"]) {
      const { code, err } = await home.run(["agents"], { env: { CLUSTR_AGENT: `${home.path}/${file}` } });
      expect(code).toBe(3);
      expect(err).toContain("nothing was done");
    }
    expect(server.calls).toEqual([]);
  });

  test("no server is started and no folder opened", async () => {
    home.file("ada.json", access());
    const { code, err } = await home.run([home.path, "--json"], { env: { CLUSTR_AGENT: `${home.path}/ada.json` } });
    expect(code).toBe(3);
    expect(err).toContain("An agent cannot open folders or start servers");
    expect(server.calls).toEqual([]);
  });

  test("what it may not do is refused with the server's words", async () => {
    home.file("ada.json", access());
    server.answer("agent.stop", () => {
      throw { code: "forbidden", message: "Agents may not stop others." };
    });
    expect(await home.run(["stop", "bob"], { env: { CLUSTR_AGENT: `${home.path}/ada.json` } })).toEqual({
      code: 3,
      out: "",
      err: "clustr: Agents may not stop others.\n",
    });
  });
});

describe("clustr FOLDER while a server runs", () => {
  test("adds the folder to it and prints the same line", async () => {
    server.answer("workspace.open", ({ input }) => ({ id: "w4", name: "new", path: input["path"] }));
    server.answer("link.create", () => ({ url: server.url, login: `${server.url}/?t=once`, expires_in_s: 300 }));
    const { code, out, err } = await home.run([home.path, "--port", "0", "--json"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toEqual({
      url: server.url,
      login: `${server.url}/?t=once`,
      workspace: "w4",
      pid: process.pid,
    });
    expect(server.calls[0]).toMatchObject({ name: "workspace.open", input: { path: home.path } });
  });

  test("tells a person that the folder is trusted now", async () => {
    server.answer("workspace.open", () => ({ id: "w4", name: "new", path: home.path }));
    server.answer("link.create", () => ({ url: server.url, login: `${server.url}/?t=once`, expires_in_s: 300 }));
    const { out } = await home.run([home.path, "--no-open"]);
    expect(out).toContain("this folder is trusted");
    expect(out).toContain(`${server.url}/?t=once`);
  });

  test.each([
    [["no/such/folder"], "does not exist; nothing was started"],
    [["agnets"], 'If you meant a command, see "clustr --help"'],
    [[".", "--port", "70000"], "--port takes a number from 0 to 65535"],
    [[".", "--port", "x"], "--port takes a number"],
    [[".", "..", "--json"], "too many arguments"],
  ])("a mistake is named: %j", async (line, message) => {
    const { code, out, err } = await home.run(line, { cwd: home.path });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  test("a file is no folder", async () => {
    const { code, err } = await home.run([`${home.path}/server.json`]);
    expect(code).toBe(2);
    expect(err).toContain("is a file, not a folder");
  });
});

test.each([[["send", "ada", "-"]], [["mcp", "--url", "http://127.0.0.1:1"]]])(
  "Ctrl-C ends a command that waits for standard input: %j",
  async (line) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const env = { CLUSTR_TOKEN: "t" };
    expect(await home.run(line, { signal: controller.signal, stdin: null, env })).toEqual({
      code: 130,
      out: "",
      err: "",
    });
  },
);

test("Ctrl-C ends a command that waits, with the exit code of an interruption", async () => {
  server.answer("agent.list", () => new Promise(() => {}));
  const controller = new AbortController();
  const ran = home.run(["agents"], { signal: controller.signal });
  setTimeout(() => controller.abort(), 50);
  expect(await ran).toEqual({ code: 130, out: "", err: "" });
});
