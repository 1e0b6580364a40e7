import type { Extension } from "@codemirror/state";

/** How to read a file, by how its name ends. Each is loaded when the first such file is shown. */
const LANGUAGES: Record<string, () => Promise<Extension>> = {
  css: () => import("@codemirror/lang-css").then(({ css }) => css()),
  go: () => import("@codemirror/lang-go").then(({ go }) => go()),
  html: () => import("@codemirror/lang-html").then(({ html }) => html()),
  js: () => import("@codemirror/lang-javascript").then(({ javascript }) => javascript({ jsx: true })),
  json: () => import("@codemirror/lang-json").then(({ json }) => json()),
  md: () => import("@codemirror/lang-markdown").then(({ markdown }) => markdown()),
  py: () => import("@codemirror/lang-python").then(({ python }) => python()),
  rs: () => import("@codemirror/lang-rust").then(({ rust }) => rust()),
  ts: () => import("@codemirror/lang-javascript").then(({ javascript }) => javascript({ jsx: true, typescript: true })),
  yaml: () => import("@codemirror/lang-yaml").then(({ yaml }) => yaml()),
};

const SAME: Record<string, string> = {
  ...{ cjs: "js", jsx: "js", mjs: "js", cts: "ts", mts: "ts", tsx: "ts", yml: "yaml", markdown: "md", htm: "html" },
  ...{ svelte: "html", vue: "html", svg: "html", xml: "html", less: "css", scss: "css", jsonc: "json", pyi: "py" },
};

/** What colours a file of this name; undefined when it is shown plain, also because there was no contact to fetch it. */
export async function languageOf(path: string): Promise<Extension | undefined> {
  const ending = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
  const name = Object.hasOwn(SAME, ending) ? (SAME[ending] ?? "") : ending;
  return Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name]?.().catch(() => undefined) : undefined;
}
