/** Something in a line of text that leads somewhere. `from` and `to` are indexes into the text. */
export type FoundLink =
  | { from: number; to: number; url: string }
  | { from: number; to: number; path: string; line?: number; column?: number };

/** Characters of a line that are looked at. */
const LOOKED_AT = 4_000;
const URL_LIKE = /\bhttps?:\/\/[^\s"'<>`{}|\\^\u2500-\u259f]+/g;
const TOKEN = /[^\s"'`<>()[\]{}|,;=\u2500-\u259f]+/g;
/** `File "x.py", line 3` of Python. */
const PYTHON = /^", line (\d+)/;

/** Addresses of the web and places in files: `src/api.ts`, `api.ts:12:3`, `src/api.ts(12,3)`, `File "api.py", line 3`. */
export function findLinks(text: string): FoundLink[] {
  const looked = text.slice(0, LOOKED_AT);
  const urls = [...looked.matchAll(URL_LIKE)].flatMap(({ 0: found, index }): FoundLink[] => {
    const url = withoutTail(found);
    return webAddress(url) === undefined ? [] : [{ from: index, to: index + url.length, url }];
  });
  const paths = [...looked.matchAll(TOKEN)].flatMap(({ 0: token, index }): FoundLink[] => {
    if (urls.some(({ from, to }) => index < to && index + token.length > from)) return [];
    const link = placeOf(token, looked.slice(index + token.length, index + token.length + 40));
    return link ? [{ ...link, from: index, to: index + link.to }] : [];
  });
  return [...urls, ...paths].toSorted((a, b) => a.from - b.from);
}

/** An address a browser may be sent to: the web, and nothing that runs or reads files. Undefined for anything else. */
export function webAddress(text: string): string | undefined {
  const url = URL.parse(text);
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : undefined;
}

/** Marks at the end belong to the sentence, and so does a bracket that was not opened inside. */
function withoutTail(url: string): string {
  for (let end = url.length; ; end--) {
    const last = url[end - 1] ?? "";
    const opened = { ")": "(", "]": "[" }[last];
    const unopened = opened !== undefined && count(url.slice(0, end), last) > count(url.slice(0, end), opened);
    if (!unopened && !/[.,;:!?*]/.test(last)) return url.slice(0, end);
  }
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

/** A place in a file, when a word names one: it has a folder, or a line. `to` is how much of the word and what follows it is. */
function placeOf(
  word: string,
  after: string,
): { to: number; path: string; line?: number; column?: number } | undefined {
  const token = word.replace(/[.:!?*]+$/, "");
  const [, named = token, colonLine, colonColumn] = /^(.+?):(\d+)(?::(\d+))?$/.exec(token) ?? [];
  const inBrackets = colonLine ? null : /^\((\d+)(?:,\s?(\d+))?\)/.exec(after);
  const python = colonLine || inBrackets ? null : PYTHON.exec(after);
  const line = colonLine ?? inBrackets?.[1] ?? python?.[1];
  const column = colonColumn ?? inBrackets?.[2];
  const isFile = /^[\w.@~+/-]+$/.test(named) && /[^/]\.[A-Za-z]\w{0,9}$/.test(named) && !named.includes("//");
  if (!isFile || !(named.includes("/") || line !== undefined)) return undefined;
  return {
    to: token.length + (inBrackets?.[0].length ?? python?.[0].length ?? 0),
    path: named,
    ...(line === undefined ? {} : { line: Number(line) }),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}
