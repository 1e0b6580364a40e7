import path from "node:path";
import { importsOf } from "./read.ts";

/** What one floor of the house may import. Everything not named is forbidden. */
interface Floor {
  /** Folders or files of `src`; a folder stands for all below it. The floor itself is always allowed. */
  from: string[];
  /** Packages, by the folder they may be used in when not the whole floor. */
  npm: string[];
  /** Node's own modules; floors that a browser loads, and the rules of the workspace, do without. */
  node: boolean;
}

/** What the composition root may import: `daemon.ts`, which says in what order a server starts, and its parts in `daemon/`. */
const ALL_BUT_CLIENTS = ["contract", "core", "services", "ledger", "terminal", "git", "files", "server", "daemon"];

/** The table of ARCHITECTURE.md, "Floors". The key is the folder or file of `src`; the longest match counts. */
export const FLOORS: Record<string, Floor> = {
  contract: { from: [], npm: ["zod"], node: false },
  core: { from: ["contract"], npm: [], node: false },
  services: { from: ["contract", "core/ports"], npm: ["ws"], node: true },
  ledger: { from: ["contract", "core/ports"], npm: ["better-sqlite3"], node: true },
  terminal: {
    from: ["contract", "core/ports"],
    npm: ["@lydell/node-pty", "@xterm/headless"],
    node: true,
  },
  git: { from: ["contract", "core/ports"], npm: [], node: true },
  files: { from: ["contract", "core/ports"], npm: [], node: true },
  server: {
    from: ["contract", "core"],
    npm: ["hono", "@hono/node-server", "ws", "@modelcontextprotocol/server"],
    node: true,
  },
  client: { from: ["contract"], npm: [], node: false },
  cli: { from: ["contract", "client", "services"], npm: ["commander"], node: true },
  dashboard: {
    from: ["contract", "client"],
    npm: [
      "react",
      "react-dom",
      "@tanstack/react-virtual",
      "@xterm/xterm",
      "@xterm/addon-fit",
      "@xterm/addon-search",
      "@xterm/addon-webgl",
      "@codemirror/state",
      "@codemirror/view",
      "@codemirror/commands",
      "@codemirror/language",
      "@codemirror/search",
      "@codemirror/merge",
      "@codemirror/lang-css",
      "@codemirror/lang-go",
      "@codemirror/lang-html",
      "@codemirror/lang-javascript",
      "@codemirror/lang-json",
      "@codemirror/lang-markdown",
      "@codemirror/lang-python",
      "@codemirror/lang-rust",
      "@codemirror/lang-yaml",
      "@lezer/highlight",
    ],
    node: false,
  },
  "dashboard/vite.config.ts": { from: [], npm: ["vite", "@vitejs/plugin-react"], node: true },
  "daemon.ts": { from: ALL_BUT_CLIENTS, npm: [], node: true },
  daemon: { from: ALL_BUT_CLIENTS, npm: ["pino"], node: true },
};

/** Agreed exceptions, each with its reason in the file itself. */
const EXCEPTIONS: { file: string; target: string; kind: "dynamic" }[] = [
  // `clustr [folder]` becomes the server; every other command must not load it.
  { file: "cli/start.ts", target: "daemon.ts", kind: "dynamic" },
];

/** What is wrong with one file's imports, one line each. `file` is relative to the repository, e.g. `src/core/agents.ts`. */
export function violations(file: string, text: string): string[] {
  const here = file.replace(/^src\//, "");
  const name = floorOf(here);
  const floor = name === undefined ? undefined : FLOORS[name];
  if (!floor || name === undefined) return [`${file}: lies on no floor; add it to the table or move it`];
  const wrong: string[] = [];
  for (const { specifier, kind, line } of importsOf(file, text)) {
    const problem =
      specifier === undefined ? "imports something computed at run time" : judge(here, name, floor, specifier, kind);
    if (problem) wrong.push(`${file}:${line} ${problem}`);
  }
  return wrong;
}

function judge(
  here: string,
  name: string,
  floor: Floor,
  specifier: string,
  kind: "static" | "dynamic",
): string | undefined {
  if (specifier.startsWith("node:")) return floor.node ? undefined : `uses ${specifier}: ${name} does without Node`;
  if (!specifier.startsWith(".")) {
    const parts = specifier.split("/");
    const pack = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
    return floor.npm.includes(pack ?? "") ? undefined : `uses the package ${pack}, which ${name} may not`;
  }
  const target = path.posix.join(path.posix.dirname(here), specifier);
  if (target.startsWith("..")) return `reaches outside src: ${specifier}`;
  if (EXCEPTIONS.some((one) => one.file === here && one.target === target && one.kind === kind)) return undefined;
  if (floor.from.some((allowed) => isWithin(target, allowed))) return undefined;
  if (floorOf(target) !== name) return `imports ${target}: ${name} may import ${floor.from.join(", ") || "nothing"}`;
  return betweenServices(here, target);
}

/** Services do not know each other; only their list knows them all. */
function betweenServices(here: string, target: string): string | undefined {
  const [floor, service, ...rest] = target.split("/");
  if (floor !== "services" || rest.length === 0 || here === "services/registry.ts") return undefined;
  return here.split("/")[1] === service ? undefined : `imports ${target}: a service may not import another`;
}

function floorOf(target: string): string | undefined {
  return Object.keys(FLOORS)
    .filter((name) => isWithin(target, name))
    .sort((a, b) => b.length - a.length)[0];
}

function isWithin(target: string, folder: string): boolean {
  return target === folder || target.startsWith(`${folder}/`);
}
