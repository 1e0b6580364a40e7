import { ofGit, type WholeTree } from "./git.ts";
import { argumentsOf } from "./options.ts";
import { entered, pathsOf, type Place } from "./places.ts";
import { stepsOf, type Word } from "./words.ts";

/** Deepest nesting of `bash -c` that is looked into. */
const DEEPEST = 4;

/**
 * The commands of a shell line that can throw away uncommitted work of everybody in the folder, not only that of the one
 * who runs them. A guard against accidents, not against malice: whoever wants to get round it can (an alias, a variable,
 * a script), and of what cannot be read nothing is said. Whether others have work there is for the caller to find out.
 */
export function wholeTree(command: string): WholeTree[] {
  return find(command, { folder: ".", known: true }, 0);
}

function find(line: string, start: Place, depth: number): WholeTree[] {
  const found: WholeTree[] = [];
  const outer: Place[] = [];
  let place = start;
  for (const step of (depth > DEEPEST ? undefined : stepsOf(line)) ?? []) {
    if (step === "enter") outer.push(place);
    else if (step === "leave") place = outer.pop() ?? place;
    else {
      const { words, place: here } = uncovered(step.words, place);
      const [program, ...args] = words;
      const name = program ? nameOf(program) : "";
      if (name === "cd" || name === "pushd") place = entered(here, args);
      else if (name === "popd") place = { ...place, known: false };
      else if (name === "git") found.push(...ofGit(args, here));
      else if (name === "rm") found.push(...ofRm(args, here));
      else for (const inner of scriptsIn(name, args)) found.push(...find(inner, here, depth + 1));
    }
  }
  return found;
}

function nameOf({ text, open }: Word): string {
  return open ? "" : text.slice(text.lastIndexOf("/") + 1);
}

/** Shell lines that a command carries. */
function scriptsIn(name: string, args: readonly Word[]): string[] {
  if (name === "eval") return args.some(({ open }) => open) ? [] : [args.map(({ text }) => text).join(" ")];
  if (!/^(ba|z|da|k|a)?sh$/.test(name)) return [];
  const at = args.findIndex(({ text }) => /^-[a-z]*c$/.test(text));
  const script = at < 0 ? undefined : args[at + 1];
  return script && !script.open ? [script.text] : [];
}

function ofRm(args: readonly Word[], place: Place): WholeTree[] {
  const { rest, has } = argumentsOf(args);
  const paths = has("-r", "-R", "--recursive") ? pathsOf(rest, place) : [];
  return paths.length > 0 ? [{ what: "rm -r", paths }] : [];
}

/** Programs that run the command that follows, with their options that take a value. */
const CARRIERS: Record<string, RegExp> = {
  sudo: /^-[ughpCTURDrt]$/,
  doas: /^-[uC]$/,
  env: /^-[uC]$|^--(unset|chdir)$/,
  xargs: /^-[InPLdaEs]$/,
  nice: /^-n$/,
  ionice: /^-[cn]$/,
  timeout: /^-[sk]$/,
  time: /^-[fo]$/,
  stdbuf: /^-[ioe]$/,
  exec: /^-a$/,
  command: /^$/,
  builtin: /^$/,
  nohup: /^$/,
  setsid: /^$/,
};
const KEYWORDS = new Set(["if", "then", "else", "elif", "do", "while", "until", "!", "{", "}"]);

/** A command without what stands before it: keywords, assignments, `sudo` and the like. */
function uncovered(words: readonly Word[], place: Place): { words: readonly Word[]; place: Place } {
  const [first, ...rest] = words;
  if (!first) return { words, place };
  if (KEYWORDS.has(first.text) || /^\w+\+?=/.test(first.text)) return uncovered(rest, place);
  const name = nameOf(first);
  const takesValue = Object.hasOwn(CARRIERS, name) ? CARRIERS[name] : undefined;
  if (!takesValue) return { words, place };
  let here = place;
  let next = 0;
  for (let option = rest[0]; option?.text.startsWith("-"); option = rest[next]) {
    // `command -v git` only tells where it is.
    if (name === "command" && /^-[vV]/.test(option.text)) return { words: [], place };
    if (name === "env" && /^(-C|--chdir)$/.test(option.text)) here = entered(here, rest.slice(next + 1, next + 2));
    next += takesValue.test(option.text) ? 2 : 1;
  }
  return uncovered(rest.slice(name === "timeout" ? next + 1 : next), here);
}
