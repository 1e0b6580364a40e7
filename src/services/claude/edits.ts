import { resolve } from "node:path";
import type { Edit } from "../../core/ports/service.ts";
import { replaced, type Replacement } from "../edits.ts";
import { objectOf } from "../json.ts";
import { text, type Hook } from "./hooks.ts";

/**
 * What a file tool of Claude Code must have left behind, from its input. Measured on 2.1.330: texts arrive here as the
 * tool uses them (ends of lines already trimmed, except in Markdown). A NotebookEdit cannot be told: it makes up ids.
 */
export function editsOf(hook: Hook): Edit[] {
  const input = objectOf(hook.body.tool_input);
  const name = text(input.file_path);
  if (name === undefined) return [];
  const path = resolve(text(hook.body.cwd) ?? "/", name);
  const response = objectOf(hook.body.tool_response);
  // The person changed the proposal before they let it pass.
  if (response.userModified === true) return [{ path, result: () => undefined }];
  switch (hook.body.tool_name) {
    case "Write": {
      const { content } = input;
      return typeof content === "string" ? [{ path, result: (before) => written(before, content) }] : [];
    }
    case "Edit": {
      const swap = swapOf(input);
      // Typographic quotes of the file were matched by plain ones: what is put in their place is up to the tool.
      const loose = typeof response.oldString === "string" && response.oldString !== swap?.was;
      return swap ? [{ path, result: (before) => (loose ? undefined : edited(before, [swap])) }] : [];
    }
    case "MultiEdit": {
      const swaps = (Array.isArray(input.edits) ? input.edits : []).map((one) => swapOf(objectOf(one)));
      const all = swaps.filter((one) => one !== undefined);
      return all.length < swaps.length ? [] : [{ path, result: (before) => edited(before, all) }];
    }
    default:
      return [];
  }
}

/** One replacement an Edit asks for. */
interface Swap {
  was: string;
  is: string;
  everywhere: boolean;
}

function swapOf({ old_string: was, new_string: is, replace_all: all }: Record<string, unknown>): Swap | undefined {
  return typeof was === "string" && typeof is === "string" ? { was, is, everywhere: all === true } : undefined;
}

const BOM = "\ufeff";
/** Characters at the beginning of a file by which the tool tells its line ends. */
const LOOKED_AT = 4_096;

/** A file as the tool reads it: line ends as `\n`, without a byte order mark. */
interface Read {
  text: string;
  encoding: "utf8" | "utf16le";
  mark: boolean;
  crlf: boolean;
}

/** Undefined for what the tool does not read as text. */
function read(bytes: Uint8Array): Read | undefined {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf16le" : "utf8";
  const raw = Buffer.from(bytes).toString(encoding);
  if (!Buffer.from(raw, encoding).equals(bytes)) return undefined;
  const mark = raw.startsWith(BOM);
  // It looks at the beginning, and gives the whole file the kind that is more frequent there.
  const start = raw.slice(0, LOOKED_AT);
  const crlf = start.split("\r\n").length - 1;
  const lf = start.split("\n").length - 1 - crlf;
  return { text: raw.slice(mark ? 1 : 0).replaceAll("\r\n", "\n"), encoding, mark, crlf: crlf > lf };
}

function written(before: Uint8Array | undefined, content: string): { bytes: Uint8Array } | undefined {
  const was = before && read(before);
  if (before && !was) return undefined;
  const mark = was?.mark === true && !content.startsWith(BOM) ? BOM : "";
  return { bytes: Buffer.from(mark + content, was?.encoding ?? "utf8") };
}

function edited(before: Uint8Array | undefined, swaps: readonly Swap[]): ReturnType<Edit["result"]> {
  const was = before ? read(before) : { text: "", encoding: "utf8" as const, mark: false, crlf: false };
  if (!was) return undefined;
  let { text: now } = was;
  let regions: ReturnType<typeof replaced>["regions"] | undefined;
  for (const swap of swaps) {
    const found = placesOf(now, swap);
    if (!found) return undefined;
    ({ text: now, regions } = replaced(now, found));
  }
  const bytesOf = (content: string): Buffer => {
    const ends = was.crlf ? content.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n") : content;
    return Buffer.from((was.mark ? BOM : "") + ends, was.encoding);
  };
  // Places are told where they mean lines of bytes, no other line is touched (mixed line ends and a byte order mark that
  // moves are), and in one step.
  const sure =
    swaps.length === 1 &&
    was.encoding === "utf8" &&
    !(was.mark && regions?.[0]?.from === 0) &&
    (before === undefined || bytesOf(was.text).equals(before));
  return { bytes: bytesOf(now), regions: sure ? regions : undefined };
}

/** Where the tool replaces; undefined where it refuses, and so has done something else than this. */
function placesOf(content: string, { was, is, everywhere }: Swap): Replacement[] | undefined {
  if (was === "") return content.trim() === "" ? [{ from: 0, to: content.length, by: is }] : undefined;
  // To take a text away is to take its line end away with it.
  const line = is === "" && !was.endsWith("\n") && content.includes(`${was}\n`);
  const wanted = line ? `${was}\n` : was;
  const found: Replacement[] = [];
  for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + wanted.length)) {
    found.push({ from: at, to: at + wanted.length, by: is });
    if (!everywhere) break;
  }
  return found.length > 0 ? found : undefined;
}
