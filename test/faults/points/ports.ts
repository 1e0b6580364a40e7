import { registerHooks } from "node:module";

/*
 * Wraps what the composition root makes of adapters: each call of a port is a point before and a point after it, e.g.
 * `ledger.append message.handed before`. Done by the loader, for imports of `daemon` and what is beside it in `daemon/` alone.
 */

/** Modules the composition root imports, their factories, and what their ports are called in points. */
const PORTS: Record<string, Record<string, string>> = {
  "ledger/sqlite/ledger": { openSqliteLedger: "ledger" },
  "ledger/sqlite/open-mending": { openMending: "ledger" },
  "terminal/client": { connectTerminalHost: "host" },
  "git/open-snapshots": { openSnapshots: "snapshots" },
  "files/private-files": { privateFiles: "files" },
  "files/home": { openHomeFolder: "home" },
  "core/clustr": { createClustr: "core" },
};
/** Ports within a port. */
const WITHIN = new Set(["tree", "blobs"]);
const SCHEME = "clustr-points:";

export function wrapPorts(fire: (point: string) => void): void {
  Object.assign(globalThis, {
    clustrPoints: (port: string, made: unknown, file: unknown) => wrap(fire, port, made, file),
  });
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (!/\/daemon(\/[a-z-]+)?\.[jt]s$/.test(context.parentURL ?? "") || nameOf(found.url) === undefined)
        return found;
      return { url: SCHEME + found.url, format: "module", shortCircuit: true };
    },
    load(url, context, next) {
      if (!url.startsWith(SCHEME)) return next(url, context);
      return { source: sourceOf(url.slice(SCHEME.length)), format: "module", shortCircuit: true };
    },
  });
}

function nameOf(url: string): string | undefined {
  return Object.keys(PORTS).find((name) => new RegExp(`/(src|dist)/${name}\\.[jt]s$`).test(url));
}

/** A module that gives everything the real one gives, with its factories wrapped. */
function sourceOf(url: string): string {
  const factories = Object.entries(PORTS[nameOf(url) ?? ""] ?? {});
  const real = JSON.stringify(url);
  return [
    `import * as real from ${real};`,
    `export * from ${real};`,
    ...factories.map(
      ([factory, port]) =>
        `export const ${factory} = (...args) => clustrPoints("${port}", real.${factory}(...args), args[0]);`,
    ),
  ].join("\n");
}

function wrap(fire: (point: string) => void, port: string, made: unknown, file: unknown): unknown {
  const name = port === "ledger" && String(file).endsWith("home.db") ? "home ledger" : port;
  if (made instanceof Promise)
    return made.then((value: object) => (fire(`${name} opened`), wrapped(fire, name, value)));
  return wrapped(fire, name, made as object);
}

function wrapped<T extends object>(fire: (point: string) => void, name: string, target: T): T {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key, object);
      if (WITHIN.has(String(key))) return wrapped(fire, `${name}.${String(key)}`, value as object);
      if (typeof value !== "function") return value;
      return (...args: unknown[]): unknown => {
        const point = `${name}.${String(key)}${detailOf(args[0])}`;
        fire(`${point} before`);
        const result: unknown = Reflect.apply(value, object, args);
        if (result instanceof Promise) return result.then((answer: unknown) => (fire(`${point} after`), answer));
        return result;
      };
    },
  });
}

/** The type of an entry, the name of an operation; of anything else, nothing. */
function detailOf(first: unknown): string {
  if (typeof first === "string" && /^[a-z]+\.[a-z_]+$/.test(first)) return ` ${first}`;
  const type = typeof first === "object" && first !== null && "type" in first ? first.type : undefined;
  return typeof type === "string" ? ` ${type}` : "";
}
