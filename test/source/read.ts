import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** One place where a file names another module: import, import type, export from, dynamic import, require. */
export interface Import {
  /** As written; undefined when it is computed at run time and so cannot be judged. */
  specifier: string | undefined;
  kind: "static" | "dynamic";
  /** True when nothing of it is left at run time. */
  typeOnly: boolean;
  line: number;
}

/** Paths of every TypeScript file below a folder of the repository, relative to its root, tests left out. */
export function sourceFiles(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.includes("node_modules"))
    .map((name) => path.posix.join(folder, name.split(path.sep).join("/")))
    .sort();
}

export function textOf(file: string): string {
  return fs.readFileSync(path.join(root, file), "utf8");
}

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** Visits every node of a file's syntax tree. Throws when the file does not parse: unread code is not checked code. */
function walk(file: string, text: string, visit: (node: Node) => void): void {
  const parsed = parseSync(file, text);
  const problem = parsed.errors[0];
  if (problem) throw new Error(`${file} does not parse: ${problem.message}`);
  const queue: unknown[] = [parsed.program];
  while (queue.length > 0) {
    const next = queue.pop();
    if (Array.isArray(next)) queue.push(...(next as unknown[]));
    else if (isNode(next)) {
      visit(next);
      queue.push(...Object.values(next));
    }
  }
}

/** What was read of files, so that each is parsed once however often it is asked about. */
const read = new Map<string, { text: string; imports: Import[] }>();

/** Every module a file names, in order of appearance. */
export function importsOf(file: string, text: string): Import[] {
  const known = read.get(file);
  if (known?.text === text) return known.imports;
  const imports = findImports(file, text);
  read.set(file, { text, imports });
  return imports;
}

function findImports(file: string, text: string): Import[] {
  const found: (Import & { start: number })[] = [];
  walk(file, text, (node) => {
    const add = (source: unknown, kind: Import["kind"], typeOnly: boolean): void => {
      found.push({
        specifier: stringOf(source),
        kind,
        typeOnly,
        start: node.start,
        line: text.slice(0, node.start).split("\n").length,
      });
    };
    switch (node.type) {
      case "ImportDeclaration":
        return add(node["source"], "static", isTypeOnly(node, "importKind"));
      case "ExportNamedDeclaration":
        return node["source"] ? add(node["source"], "static", isTypeOnly(node, "exportKind")) : undefined;
      case "ExportAllDeclaration":
        return add(node["source"], "static", node["exportKind"] === "type");
      case "ImportExpression":
        return add(node["source"], "dynamic", false);
      case "TSImportType":
        return add(node["source"] ?? node["argument"], "static", true);
      case "TSExternalModuleReference":
        return add(node["expression"], "static", false);
      case "CallExpression": {
        const callee = node["callee"];
        const first = (node["arguments"] as unknown[])[0];
        if (isNode(callee) && callee.type === "Identifier" && callee["name"] === "require")
          add(first, "dynamic", false);
      }
    }
  });
  return found.sort((a, b) => a.start - b.start);
}

/** Every string a file spells out, template pieces and regular expressions included. */
export function stringsOf(file: string, text: string): { value: string; line: number }[] {
  const found: { value: string; line: number }[] = [];
  walk(file, text, (node) => {
    const value =
      node.type === "TemplateElement"
        ? (node["value"] as { cooked: string | null }).cooked
        : node.type === "Literal"
          ? (stringOf(node) ?? patternOf(node))
          : undefined;
    if (typeof value === "string") found.push({ value, line: text.slice(0, node.start).split("\n").length });
  });
  return found;
}

function stringOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "TSLiteralType") return stringOf(node["literal"]);
  return node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined;
}

function patternOf(node: Node): string | undefined {
  const regex = node["regex"] as { pattern: string } | undefined;
  return regex?.pattern;
}

/** `import type …`, or `import { type A, type B }` with nothing else in it. */
function isTypeOnly(node: Node, key: "importKind" | "exportKind"): boolean {
  if (node[key] === "type") return true;
  const specifiers = node["specifiers"] as Node[];
  return specifiers.length > 0 && specifiers.every((specifier) => specifier[key] === "type");
}
