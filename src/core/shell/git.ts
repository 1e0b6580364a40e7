import { argumentsOf, type Arguments } from "./options.ts";
import { entered, pathsOf, type Place } from "./places.ts";
import type { Word } from "./words.ts";

/** A command that can undo the work of everybody in a folder. */
export interface WholeTree {
  /** The command in short, for people: `git reset --hard`, `rm -r`. */
  what: string;
  /** The only files and folders it touches, below them too: absolute, or relative to where the line runs; undefined for all. */
  paths?: string[];
}

/** Options that take a value, of git itself and of its verbs. */
const TAKE_VALUE: Record<string, RegExp> = {
  git: /^-[Cc]$|^--(git-dir|work-tree|namespace|exec-path|config-env|attr-source)$/,
  restore: /^-s$|^--(source|conflict|pathspec-from-file)$/,
  clean: /^-e$|^--exclude$/,
  stash: /^-m$|^--(message|pathspec-from-file)$/,
  checkout: /^--(conflict|pathspec-from-file)$/,
  switch: /^--conflict$/,
};

/** What a git command with these arguments can throw away. */
export function ofGit(args: readonly Word[], start: Place): WholeTree[] {
  let place = start;
  let next = 0;
  for (let option = args[0]; option?.text.startsWith("-"); option = args[next]) {
    if (option.text === "-C") place = entered(place, args.slice(next + 1, next + 2));
    next += TAKE_VALUE["git"]?.test(option.text) ? 2 : 1;
  }
  const verb = args[next];
  if (!verb || verb.open) return [];
  const given = argumentsOf(args.slice(next + 1), TAKE_VALUE[verb.text]);
  return given.has("-h", "--help") ? [] : ofVerb(verb.text, given, place);
}

function ofVerb(verb: string, given: Arguments, place: Place): WholeTree[] {
  const { options, rest, has } = given;
  switch (verb) {
    case "reset": {
      const mode = options.find((option) => /^--(hard|merge|keep)$/.test(option));
      return mode === undefined ? [] : [{ what: `git reset ${mode}` }];
    }
    case "checkout":
      return has("-b", "-B", "--orphan", "-p", "--patch") ? [] : ofCheckout(given, place);
    case "switch": {
      const begins = has("-c", "-C", "--create", "--force-create", "--orphan");
      return begins || rest.length === 0 ? [] : [{ what: "git switch" }];
    }
    case "restore":
      if (has("-p", "--patch") || (has("-S", "--staged") && !has("-W", "--worktree"))) return [];
      return below("git restore", rest.filter(isNoFile), place);
    case "clean":
      if (!has("-f", "--force") || has("-n", "--dry-run", "-i", "--interactive")) return [];
      return below("git clean", rest.length === 0 ? [HERE] : rest, place);
    case "stash":
      return has("-p", "--patch") ? [] : ofStash(rest, place);
    case "rebase":
      return has("--quit", "--edit-todo", "--show-current-patch") ? [] : [{ what: "git rebase" }];
    default:
      return [];
  }
}

/** One name may be a branch or a file: the end of a file's name makes it a file. */
function ofCheckout({ rest, dashed, has }: Arguments, place: Place): WholeTree[] {
  const what = "git checkout";
  const [only] = rest;
  if (dashed !== undefined && rest.length > dashed) return below(what, rest.slice(dashed).filter(isNoFile), place);
  if (!only) return has("-f", "--force") ? [{ what: "git checkout --force" }] : [];
  if (isFolder(only)) return below(what, rest.filter(isNoFile), place);
  if (rest.length > 1) return below(what, rest.slice(1).filter(isNoFile), place);
  const isBranch = !only.open && only.text !== "HEAD" && (dashed !== undefined || isNoFile(only));
  return isBranch ? [{ what: "git checkout of a branch" }] : [];
}

function ofStash([verb, ...files]: Word[], place: Place): WholeTree[] {
  if (verb && !/^(push|save)$/.test(verb.text)) return [];
  return verb?.text === "push" && files.length > 0 ? below("git stash", files, place) : [{ what: "git stash" }];
}

const HERE: Word = { text: ".", open: false, glob: -1 };

/** Files and folders, or the whole tree where one of them is its top. */
function below(what: string, words: readonly Word[], place: Place): WholeTree[] {
  if (words.some(isTop)) return [{ what }];
  const paths = pathsOf(words.map(withPattern), place);
  return paths.length > 0 ? [{ what, paths }] : [];
}

/** `:/` and `:(…)` begin at the top of the repository. */
function isTop({ text }: Word): boolean {
  return /^:[/(!^]/.test(text);
}

/** Names a folder or a pattern, as can be seen: `.`, `src/`, `*`. */
function isFolder(word: Word): boolean {
  return isTop(word) || withPattern(word).glob >= 0 || /(^|\/)(\.{1,2}|)$/.test(word.text);
}

/** Does not look like one file: one whose name has an ending, or begins with a dot. */
function isNoFile(word: Word): boolean {
  return isFolder(word) || !/(^|\/)(\.[^./][^/]*|[^/]*\.[a-z]\w*)$/i.test(word.text);
}

/** Git itself resolves patterns that the shell was kept from. */
function withPattern(word: Word): Word {
  return word.glob >= 0 ? word : { ...word, glob: word.text.search(/[*?[]/) };
}
