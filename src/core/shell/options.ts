import type { Word } from "./words.ts";

/** The arguments of a command, told apart. */
export interface Arguments {
  options: string[];
  /** What is no option. */
  rest: Word[];
  /** How many of the rest stood before `--`; undefined without one. */
  dashed: number | undefined;
  /** Whether one of these options is given, `-f` within `-xdf` too. */
  has(...names: string[]): boolean;
}

/** `takesValue`: options that are followed by a value, which is left out. */
export function argumentsOf(words: readonly Word[], takesValue = /^$/): Arguments {
  const options: string[] = [];
  const rest: Word[] = [];
  let dashed: number | undefined;
  let skip = false;
  for (const word of words) {
    if (skip) skip = false;
    else if (dashed !== undefined || !/^-./.test(word.text)) rest.push(word);
    else if (word.text === "--") dashed = rest.length;
    else {
      options.push(word.text);
      skip = takesValue.test(word.text);
    }
  }
  const isGiven = (name: string): boolean =>
    options.some(
      (option) => option === name || (/^-\w$/.test(name) && /^-\w+$/.test(option) && option.includes(name.slice(1))),
    );
  return { options, rest, dashed, has: (...names) => names.some(isGiven) };
}
