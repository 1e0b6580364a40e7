import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import type { Context } from "hono";
import { pageAnswer } from "./answer.ts";
import type { RouteEnv } from "./surface.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
};

/** The built page. */
export interface Assets {
  serve(c: Context<RouteEnv>): Promise<Response>;
}

/**
 * Serves the files that are in `folder` now, and nothing else: a request's path is only looked up in that list, never
 * joined to a folder, so no path can lead outside. Links are not followed. Without a folder a note is shown instead.
 */
export async function openAssets(folder: string | undefined): Promise<Assets> {
  const files = folder === undefined ? new Map<string, string>() : await listFiles(folder);
  return {
    async serve(c) {
      const { pathname } = new URL(c.req.url);
      const file = files.get(pathname) ?? (isView(c, pathname) ? files.get("/index.html") : undefined);
      if (file !== undefined) {
        const type = TYPES[extname(file)] ?? "application/octet-stream";
        // Built names carry a hash of their content; all else, icons and the manifest too, is asked for anew.
        const cache = /^\/assets\/[^]*-[\w-]{8,}\.\w+$/.test(pathname)
          ? "private, max-age=31536000, immutable"
          : "no-cache";
        return c.body(new Uint8Array(await readFile(file)), 200, { "content-type": type, "cache-control": cache });
      }
      if (!isView(c, pathname)) return c.notFound() as Response;
      const { status, headers, body } = pageAnswer(
        200,
        "Clustr is running",
        "This build has no page. `clustr agents` and the other commands work.",
      );
      return c.body(body, status as 200, headers);
    },
  };
}

/** Whether a browser asks for one of the page's own addresses, rather than for a file. */
function isView(c: Context<RouteEnv>, pathname: string): boolean {
  return extname(pathname) === "" && (c.req.header("accept") ?? "").includes("text/html");
}

/** Address → absolute path of every regular file below a folder. */
async function listFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [`/${relative(folder, path).split(sep).join("/")}`, path]),
  );
}
