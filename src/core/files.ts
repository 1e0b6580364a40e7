import { hasCode } from "../contract/error.ts";
import type { files } from "../contract/operations/files.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { bestMatches } from "./match.ts";
import type { ProjectFiles, ProjectNames } from "./ports/project-files.ts";
import { looksBinary, toBase64, wholeCharacters } from "./bytes.ts";

/** Files that are looked through for a name. */
const MOST_PATHS = 100_000;
/** How long the list of all files is trusted while somebody types. */
const TRUST_MS = 3_000;

export interface FilesParts {
  projectFiles: ProjectFiles;
  projectNames: ProjectNames;
  now(): number;
}

/** The project's files, to look at. */
export function fileHandlers({ projectFiles, projectNames, now }: FilesParts): Handlers<typeof files, WorkspaceCall> {
  let known: { at: number; all: ReturnType<ProjectNames["all"]> } | undefined;

  const allPaths = (): ReturnType<ProjectNames["all"]> => {
    if (known && Math.abs(now() - known.at) < TRUST_MS) return known.all;
    const all = projectNames.all(MOST_PATHS);
    known = { at: now(), all };
    all.catch(() => (known = undefined));
    return all;
  };

  return {
    "file.list": async (_call, { folder: asked, after, limit }) => {
      const { folder, entries, more, complete } = await projectFiles.list(asked, after, limit);
      const pathOf = (name: string): string => (folder === "" ? name : `${folder}/${name}`);
      const ignored = await ignoredOf(
        projectNames,
        entries.map(({ name }) => pathOf(name)),
      );
      const listed = entries.map((entry) => {
        const path = pathOf(entry.name);
        return { ...entry, path, ...(ignored && { ignored: ignored.has(path) || isGit(path) }) };
      });
      const next = more ? entries.at(-1)?.name : undefined;
      return { folder, entries: listed, complete, ...(next !== undefined && { next }) };
    },

    "file.read": async (_call, { path, offset, limit, as }) => {
      const { bytes, size, changed } = await projectFiles.read(path, offset, limit);
      const ended = offset + bytes.length >= size;
      const binary = looksBinary(bytes);
      const text = as === "text" && !binary;
      const used = text && !ended ? wholeCharacters(bytes) : bytes;
      const end = offset + used.length;
      const content = text
        ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(used)
        : as === "base64"
          ? toBase64(used)
          : "";
      return { path, size, offset, as, content, binary, changed, ...(end < size && used.length > 0 && { next: end }) };
    },

    "file.find": async (_call, { query, limit }) => {
      const { paths, complete } = await allPaths();
      return { paths: bestMatches(query, paths, limit), complete };
    },
  };
}

function isGit(path: string): boolean {
  return path.split("/").includes(".git");
}

/** Undefined when it cannot be told: a list of files is worth having without it. */
async function ignoredOf(names: ProjectNames, paths: string[]): Promise<ReadonlySet<string> | undefined> {
  try {
    return await names.ignored(paths);
  } catch (error) {
    if (hasCode(error, "unavailable")) return undefined;
    throw error;
  }
}
