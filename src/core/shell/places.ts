import type { Word } from "./words.ts";

/** The folder a command runs in, relative to where the line runs or absolute; not known after `cd "$x"`. */
export interface Place {
  folder: string;
  known: boolean;
}

/** Where `cd` with these arguments leads. */
export function entered(place: Place, args: readonly Word[]): Place {
  const [to] = args.filter(({ text }) => !/^-[LPe@]*$/.test(text));
  if (!to || to.open || to.glob >= 0) return { ...place, known: false };
  return { folder: joined(place.folder, to.text), known: place.known || to.text.startsWith("/") };
}

/**
 * The files and folders that words name, a pattern by the folder it is looked for in. What the line does not tell is left
 * out.
 */
export function pathsOf(words: readonly Word[], place: Place): string[] {
  const paths = words.flatMap((word) => {
    const path = pathOf(word);
    return path === undefined || (!place.known && !path.startsWith("/")) ? [] : [joined(place.folder, path)];
  });
  return [...new Set(paths)];
}

function pathOf({ text, open, glob }: Word): string | undefined {
  if (open || text === "") return undefined;
  if (glob < 0) return text;
  const folder = text.slice(0, text.lastIndexOf("/", glob) + 1);
  return folder === "" ? "." : folder;
}

function joined(folder: string, path: string): string {
  const whole = path.startsWith("/") ? path : `${folder}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!whole.startsWith("/")) parts.push(part);
  }
  if (whole.startsWith("/")) return `/${parts.join("/")}`;
  return parts.length === 0 ? "." : parts.join("/");
}
