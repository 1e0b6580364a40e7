import { ALL, HUMAN, SYSTEM } from "../../contract/actor.ts";

/** How an address is said in a sentence. */
export function nameWords(name: string): string {
  return name === HUMAN ? "you" : name === ALL ? "everyone" : name === SYSTEM ? "Clustr" : name;
}
