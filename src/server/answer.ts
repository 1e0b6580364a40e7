import { FAILURES, type Failure } from "../contract/error.ts";

/** On every answer. Styles may be inline because xterm.js writes its own; scripts never. */
export const SECURITY_HEADERS: Record<string, string> = {
  "content-security-policy":
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** An answer before it is written: the same for Hono, for raw responses and for refused upgrades. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A failure as JSON, or as a calm page when a browser navigates. */
export function failureAnswer(failure: Failure, wantsPage: boolean): Answer {
  const status = FAILURES[failure.code].http;
  if (wantsPage)
    return pageAnswer(
      status,
      failure.code === "unauthenticated" ? "This browser is not logged in" : "This page cannot be shown",
      failure.message,
    );
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...SECURITY_HEADERS },
    body: JSON.stringify(failure),
  };
}

/** A small page that needs no script. `title` and `text` are escaped; text in backticks is shown as code. */
export function pageAnswer(status: number, title: string, text: string): Answer {
  const body = escape(text).replace(/`([^`]+)`/g, "<code>$1</code>");
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", ...SECURITY_HEADERS },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clustr</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#fbfbf9, #0b0d10); color: light-dark(#15181c, #e9ecf0); }
  main { max-width: 34rem; padding: 24px; }
  h1 { font-size: 20px; line-height: 28px; font-weight: 600; margin: 0 0 8px; }
  p { margin: 0; color: light-dark(#59626e, #9ca6b4); }
  code { font: 14px ui-monospace, monospace; color: light-dark(#15181c, #e9ecf0); background: light-dark(#f0f1ee, #1a1f26); border-radius: 4px; padding: 2px 6px; }
</style>
<main><h1>${escape(title)}</h1><p>${body}</p></main>
</html>
`,
  };
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
