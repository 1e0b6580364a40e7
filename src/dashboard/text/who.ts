import { HUMAN, SYSTEM } from "../../contract/actor.ts";

/** How an address is said in a sentence: the person reads it, so they are "you". */
export function whoWords(name: string): string {
  return name === HUMAN ? "you" : name === SYSTEM ? "Clustr" : name;
}
