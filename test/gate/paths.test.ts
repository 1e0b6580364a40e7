import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Operation } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { PROTOCOL, type ClientFrame } from "../../src/contract/wire.ts";
import { toolOperations } from "../../src/server/tools.ts";
import { raw } from "../server/raw.ts";
import { filled, textFields } from "./fields.ts";
import { callTool } from "./mcp.ts";
import { answersTo } from "./socket.ts";
import { openStand, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What lies outside of the workspace in a file, and must never come out. */
const SECRET = "secret-outside-of-the-workspace";

let stand: Stand;
let agent: string;
let door: string;
beforeAll(async () => {
  stand = await openStand();
  const { project, place, clustr } = stand;
  for (const folder of ["outside", "project-evil"]) {
    await place.folder(folder);
    await writeFile(join(place.path, folder, "secret.txt"), SECRET);
    await writeFile(join(place.path, folder, "secret.json"), JSON.stringify([{ say: SECRET }]));
  }
  await mkdir(join(project, "inside"));
  await writeFile(join(project, "inside/plain.txt"), "plain");
  await symlink(join(place.path, "outside"), join(project, "out"));
  await symlink("../outside/secret.txt", join(project, "link.txt"));
  await symlink("out", join(project, "chain"));
  await symlink("../../outside", join(project, "inside/up"));
  await symlink("loop", join(project, "loop"));
  await symlink(join(clustr.home, "secret"), join(project, "key"));
  agent = await stand.tokenOf(await stand.quiet("ada"));
  door = new URL((await clustr.client.call("token.create", {})).url).origin;
});
afterAll(() => stand?.[Symbol.asyncDispose]());

/** Ways to say a place outside, for readers of paths that are naive in any of the usual ways. */
function corpus(): string[] {
  const { path } = stand.place;
  const up = [
    "..",
    "../..",
    "../../../../../../../..",
    ".../...//",
    "inside/..",
    "inside/../..",
    "./..",
    "inside/./../..",
  ];
  const encoded = ["%2e%2e", "..%2f..", "%252e%252e%252f", "..%c0%af..", "..\\..", "．．", "..;", "..%00", "..\u0000"];
  const targets = ["outside/secret.txt", "project-evil/secret.txt", "outside"];
  return [
    ...[...up, ...encoded].flatMap((way) => targets.map((target) => `${way}/${target}`)),
    ...up,
    ...targets.map((target) => join(path, target)),
    ...targets.map((target) => `file://${join(path, target)}`),
    ...[
      "out",
      "out/secret.txt",
      "link.txt",
      "chain",
      "chain/secret.txt",
      "inside/up/secret.txt",
      "inside/up",
      "loop",
      "key",
    ],
    ...[
      "/",
      "//",
      "/etc/passwd",
      "/proc/self/environ",
      "~/x",
      "~root",
      "C:\\x",
      "\\\\host\\share",
      "inside/plain.txt/..",
    ],
    ...[
      "inside\u0000/../../outside/secret.txt",
      "../project-evil",
      "INSIDE/../../outside/secret.txt",
      "-x",
      "--git-dir=..",
      "",
    ],
    ...[
      "shell:../../outside",
      "shell:",
      "../ada",
      "ada/../../secret",
      "ada.1/../../../secret",
      "__proto__",
      "constructor",
    ],
  ];
}

/** Whether a text holds what lies outside: the file's own words, the server's key, the names of the folder outside. */
async function leaks(text: string): Promise<boolean> {
  const key = (await readFile(join(stand.clustr.home, "secret"), "utf8")).trim();
  return (
    text.includes(SECRET) ||
    text.includes(key) ||
    /"(name|path)":"secret\.(txt|json)"/.test(text) ||
    /root:x:0/.test(text)
  );
}

/** Everything outside as it is: names and texts. */
async function outside(): Promise<string> {
  const found: string[] = [];
  for (const folder of ["outside", "project-evil"])
    for (const name of await readdir(join(stand.place.path, folder)))
      found.push(name, await readFile(join(stand.place.path, folder, name), "utf8"));
  return found.join("\n");
}

/** What a request may be answered: done, or refused; never that something broke. */
const ANSWERS = [200, 400, 403, 404, 409];
const all = Object.entries(operations) as [string, Operation][];

async function ask(operation: Operation, input: Record<string, unknown>): Promise<{ status: number; text: string }> {
  const { url, workspace } = stand.clustr.ready;
  const [method = "GET", pattern = ""] = operation.http.split(" ");
  const rest = { ...input };
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = String(rest[name]);
    delete rest[name];
    return encodeURIComponent(value) || "-";
  });
  const prefix = operation.scope === "workspace" ? `/api/workspaces/${workspace}` : "/api";
  const query = method === "GET" ? `?${new URLSearchParams(rest as Record<string, string>).toString()}` : "";
  const response = await fetch(url + prefix + path + query, {
    method,
    headers: { authorization: `Bearer ${stand.clustr.token}`, "content-type": "application/json" },
    ...(method === "GET" ? {} : { body: JSON.stringify(rest) }),
  });
  return { status: response.status, text: await response.text() };
}

describe("over HTTP", () => {
  test("no operation that reads gives anything from outside, whichever of its inputs names it", async () => {
    // It lists folders of the whole machine, for a person who looks for a project to open.
    const readers = all.filter(([name, { http }]) => http.startsWith("GET") && name !== "folder.list");
    const asked = readers.flatMap(([name, operation]) =>
      textFields(operation).map((field) => ({ name, operation, field })),
    );
    expect(asked.map(({ name, field }) => `${name} ${field}`)).toEqual(
      expect.arrayContaining([
        "file.read path",
        "file.list folder",
        "upload.get name",
        "change.diff file",
        "terminal.screen name",
      ]),
    );
    for (const { name, operation, field } of asked) {
      for (const value of corpus()) {
        const { status, text } = await ask(operation, filled(operation, { [field]: value }));
        expect([name, field, value, await leaks(text)]).toEqual([name, field, value, false]);
        expect(ANSWERS, `${name} ${field} ${value}`).toContain(status);
      }
    }
  });

  test("nothing opens, starts or takes back anything outside", async () => {
    const before = await outside();
    const { client } = stand.clustr;
    const folders = corpus().filter((path) => !INSIDE.has(path));
    for (const folder of folders) {
      for (const [operation, input] of [
        [operations["shell.open"], { folder }],
        [operations["agent.spawn"], { name: "outsider", task: "x", service: "script", cwd: folder }],
      ] as [Operation, Record<string, unknown>][]) {
        const { status } = await ask(operation, input);
        expect([operation.http, folder, status]).toEqual([operation.http, folder, 400]);
      }
      for (const [operation, input] of [
        [operations["change.rollback"], { name: "ada", file: folder }],
        [operations["snapshot.restore"], { id: folder }],
        [operations["change.undo"], { id: folder }],
        [operations["shell.close"], { id: folder }],
      ] as [Operation, Record<string, unknown>][]) {
        const { status, text } = await ask(operation, input);
        expect([operation.http, folder, await leaks(text)]).toEqual([operation.http, folder, false]);
        expect(ANSWERS, `${operation.http} ${folder}`).toContain(status);
      }
    }
    expect(await client.call("shell.list", {})).toEqual([]);
    expect(await outside()).toBe(before);
  });

  test("the page's files have no way out of their folder, however the target is written", async () => {
    const { url } = stand.clustr.ready;
    const port = Number(new URL(url).port);
    const targets = corpus().flatMap((path) => [
      `/${path}`,
      `/assets/${path}`,
      `/assets/../${path}`,
      `/index.html/../${path}`,
    ]);
    // What cannot stand in a request line at all would only test the parser.
    for (const target of targets.filter((each) => /^[\x21-\x7e]+$/.test(each))) {
      const answer = await raw(port, [
        `GET ${target} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        `Authorization: Bearer ${stand.clustr.token}`,
      ]);
      expect([target, await leaks(answer.body)]).toEqual([target, false]);
      expect(ANSWERS, target).toContain(answer.status);
      if (answer.status === 200) expect([target, answer.body.includes("<!doctype html>")]).toEqual([target, true]);
    }
  });

  test("what lies inside is read, and a secret that does come out is seen", async () => {
    expect(await ask(operations["file.read"], { path: "inside/plain.txt" })).toMatchObject({
      status: 200,
      text: expect.stringContaining('"plain"'),
    });
    await writeFile(join(stand.project, "copy.txt"), SECRET);
    expect(await leaks((await ask(operations["file.read"], { path: "copy.txt" })).text)).toBe(true);
    expect(await leaks((await ask(operations["folder.list"], { path: join(stand.place.path, "outside") })).text)).toBe(
      false,
    );
  });
});

/** What of the corpus is the workspace itself, once read as a path. */
const INSIDE = new Set(["inside/..", "inside/plain.txt/..", ""]);

test("over MCP no tool gives or touches anything from outside, whichever of its inputs names it", async () => {
  const before = await outside();
  await stand.clustr.client.call("limits.set", { messages_per_minute: 6000 });
  const fields = [...toolOperations].flatMap(([tool, name]) => {
    const operation = operations[name] as Operation;
    return textFields(operation).map((field) => ({ tool, operation, field }));
  });
  expect(fields.length).toBeGreaterThan(12);
  for (const { tool, operation, field } of fields) {
    // A task is words for a model; the agent that has them may read what its person may.
    if (tool === "spawn_agent" && field !== "cwd") continue;
    // The one that takes a folder is given all of them; for the others every fourth is enough.
    const values = corpus().filter((path, at) => (tool === "spawn_agent" ? !INSIDE.has(path) : at % 4 === 0));
    for (const value of values) {
      const { status, text, failed } = await callTool(door, agent, tool, filled(operation, { [field]: value }));
      expect([tool, field, value, status, await leaks(text)]).toEqual([tool, field, value, 200, false]);
      if (tool === "spawn_agent") expect([value, failed]).toEqual([value, true]);
    }
  }
  expect(await outside()).toBe(before);
});

test("over the socket no workspace, agent or shell leads to anything but itself", async () => {
  const { workspace } = stand.clustr.ready;
  const hello: ClientFrame = { type: "hello", protocol: PROTOCOL, workspace };
  const names = corpus().filter((name) => name !== "../ada");
  for (const name of [...names, `${workspace}/../${workspace}`, "../ada"]) {
    if (name === "") continue;
    const refused = await answersTo(stand.clustr, name.length, { type: "hello", protocol: PROTOCOL, workspace: name });
    expect([name, refused.at(-1)]).toEqual([name, expect.stringContaining('"type":"refused"')]);
  }
  const attached = await answersTo(
    stand.clustr,
    names.length,
    hello,
    ...names.map((agent, channel): ClientFrame => ({ type: "attach", channel, agent, cols: 80, rows: 24 })),
  );
  const previewed = await answersTo(
    stand.clustr,
    names.length,
    hello,
    ...names.map((agent, channel): ClientFrame => ({ type: "preview", channel, agent })),
  );
  for (const answers of [attached, previewed]) {
    expect(answers.filter((text) => /"type":"(screen|preview)"/.test(text))).toEqual([]);
    expect(answers.filter((text) => text.includes('"type":"refused"'))).toHaveLength(names.length);
  }
});
