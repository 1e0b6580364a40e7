import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Operation } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { raw } from "../server/raw.ts";
import { callTool } from "./mcp.ts";
import { processesOf } from "./processes.ts";
import { castOf, openStand, until, type Cast, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** A word that is said on purpose, to see that looking for words finds them. */
const PLANTED = "planted-word-7f3a";

let stand: Stand;
let cast: Cast;
/** Every secret there is, by what it is. */
const secrets = new Map<string, string>();
beforeAll(async () => {
  stand = await openStand();
  cast = await castOf(stand);
  const { clustr } = stand;
  const { url, workspace } = clustr.ready;
  const port = Number(new URL(url).port);
  secrets.set("key", (await readFile(join(clustr.home, "secret"), "utf8")).trim());
  secrets.set("the person's token", clustr.token);
  for (const [who, token] of Object.entries({ ...cast.agents, elsewhere: cast.elsewhere }))
    secrets.set(`${who}'s token`, token);

  // Everything is used: a link, a cookie, tokens; rightly, wrongly, and where they do not belong.
  const link = new URL(clustr.ready.login).searchParams.get("t") ?? "";
  const logged = await fetch(clustr.ready.login, { redirect: "manual" });
  const cookie = /=([^;]+)/.exec(logged.headers.get("set-cookie") ?? "")?.[1] ?? "";
  secrets.set("login link", link).set("cookie", cookie);
  await fetch(`${url}/login?t=${link}`, { redirect: "manual" });
  const printed = await clustr.run(["link"]);
  secrets.set("printed link", /t=([\w-]+)/.exec(printed.stdout)?.[1] ?? "");
  const token = await clustr.run(["token"]);
  secrets.set("printed token", /clustr_[\w.-]+/.exec(token.stdout)?.[0] ?? "");
  const guest = spawnGuest();
  const bad = { authorization: `Bearer ${clustr.token}`, "content-type": "application/json" };
  for (const body of ["{", '"text"', JSON.stringify({ to: clustr.token, content: 1 }), JSON.stringify({ to: 1 })])
    await fetch(`${url}/api/workspaces/${workspace}/messages`, { method: "POST", headers: bad, body });
  for (const path of ["/api/nothing", "/api/workspaces/none/agents", "/hooks/x", "/mcp"])
    await fetch(url + path, { headers: bad });
  for (const secret of secrets.values()) {
    // Admitted, refused, from elsewhere, and with words the socket takes for a token.
    await fetch(`${url}/api?t=${secret}`, { headers: bad });
    await fetch(`${url}/api?token=${secret}&t=${secret}`, { headers: { authorization: `Bearer ${secret}x` } });
    await raw(port, [`GET /login?t=${secret} HTTP/1.1`, `Host: evil.test`, `Cookie: clustr_${port}=${secret}`]);
    await raw(port, [
      `GET /ws HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Sec-WebSocket-Protocol: bearer.${secret}`,
      "Upgrade: x",
    ]);
  }
  await callTool(cast.door, cast.agents["agent"], "send_message", { to: "human", content: PLANTED });
  await clustr.client.call("agent.spawn", {
    ...{ name: "sayer", service: "script" },
    task: JSON.stringify([{ say: PLANTED }, { run: "env; cat /proc/self/cmdline; clustr --version", may_fail: true }]),
  });
  await clustr.kill();
  await clustr.restart();
  secrets.set("next link", new URL(clustr.ready.login).searchParams.get("t") ?? "");
  await until("the sayer is through", async () =>
    (await clustr.client.call("agent.list", {})).some(
      ({ name, outcome }) => name === "sayer" && outcome === "finished",
    ),
  );
  guest.stdin?.end();
});
afterAll(() => stand?.[Symbol.asyncDispose]());

/** An MCP client's bridge, which holds a token of its own. */
function spawnGuest() {
  const bridge = spawn(
    process.execPath,
    [join(import.meta.dirname, "../../src/cli/main.ts"), "mcp", "--name", "guest2"],
    {
      cwd: stand.project,
      env: { PATH: process.env["PATH"] ?? "", CLUSTR_HOME: stand.clustr.home },
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  return bridge;
}

/** Which secrets a text holds, as they are or as bytes in hexadecimal or base64. */
function secretsIn(text: string): string[] {
  return [...secrets].flatMap(([what, secret]) => {
    const coded = [
      secret,
      Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      Buffer.from(secret).toString("hex"),
    ];
    return coded.some((each) => text.includes(each)) ? [what] : [];
  });
}

/** The files that are made to hold a secret: each its own, and readable by nobody else. */
const HOLDERS: [RegExp, RegExp][] = [
  [/^secret$/, /^key$/],
  [/^server\.json$/, /^the person's token$/],
  [/^workspaces\/\w+\/runs\/[\w.]+\/(agent|script)\.json$/, /^(agent|elsewhere)'s token$/],
];

test("there is a secret of every kind to look for", () => {
  expect([...secrets].filter(([, secret]) => secret.length < 20)).toEqual([]);
  expect(new Set(secrets.values()).size).toBe(secrets.size);
});

test("no secret is in any file of the home but the one that is there to hold it: logs, ledgers, journals, records", async () => {
  const { home } = stand.clustr;
  const files = (await readdir(home, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const planted: string[] = [];
  const found: string[] = [];
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "latin1").catch(() => "");
    const name = relative(home, path);
    if (text.includes(PLANTED)) planted.push(name);
    const allowed = HOLDERS.find(([file]) => file.test(name))?.[1];
    found.push(
      ...secretsIn(text)
        .filter((what) => !allowed?.test(what))
        .map((what) => `${what} in ${name}`),
    );
  }
  expect(found).toEqual([]);
  // The search sees what is there: in the ledger and in a terminal's journal.
  expect(planted.some((name) => name.includes("ledger.db"))).toBe(true);
  expect(planted.some((name) => name.includes("terminals/"))).toBe(true);
});

test("no secret is in the arguments or the environment of any process", async () => {
  const child = spawn("sleep", ["60"], { env: { WHERE: stand.place.path, WHAT: stand.clustr.token }, stdio: "ignore" });
  try {
    await until("the processes are there", async () => (await processesOf(stand.place.path)).length > 3);
    const all = await processesOf(stand.place.path);
    const found = all.map(({ pid, line, environment }) => ({ pid, what: secretsIn(`${line} ${environment}`) }));
    // Only the one that was started to be found.
    expect(found.filter(({ what }) => what.length > 0)).toEqual([{ pid: child.pid, what: ["the person's token"] }]);
  } finally {
    child.kill("SIGKILL");
  }
});

test("no operation that reads tells a secret, nor do the events or the screens", async () => {
  const { url, workspace } = stand.clustr.ready;
  const headers = { authorization: `Bearer ${stand.clustr.token}` };
  const answers: string[] = [];
  for (const { http, scope } of Object.values(operations) as Operation[]) {
    const [method, path = ""] = http.split(" ");
    if (method !== "GET") continue;
    const prefix = scope === "workspace" ? `/api/workspaces/${workspace}` : "/api";
    const query = "?limit=1000&name=sayer&path=&query=clustr&revision=1&seq=1&key=k";
    const response = await fetch(url + prefix + path.replace(/:\w+/, "sayer") + query, { headers });
    const text = await response.text();
    answers.push(text);
    expect([http, secretsIn(text)]).toEqual([http, []]);
  }
  expect(answers.join("\n")).toContain(PLANTED);
  expect(secretsIn(JSON.stringify(await stand.clustr.client.call("event.list", { limit: 5000 })))).toEqual([]);
});
