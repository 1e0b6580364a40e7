import type { Attention } from "../../contract/agent.ts";
import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";

/** What a person meant, if the item takes such an answer. @throws ClustrError `invalid`, with what it takes. */
export function understood(item: Attention, said: string, reason: string | undefined): Answer {
  const takes = (kind: Answer["kind"]): boolean => item.answers.includes(kind);
  if (said === "allow" && takes("allow")) return { kind: "allow" };
  if (said === "always" && takes("always")) return { kind: "always" };
  if (said === "deny" && takes("deny")) return { kind: "deny", reason };
  if (takes("option")) {
    const [first, ...more] = chosen(item, said) ?? [];
    if (first) return { kind: "option", ...first, ...(more.length > 0 ? { more } : {}) };
  }
  // A number is never an own word: it is an option that is not there.
  const numbers = item.several === true ? /^[\d\s,]+$/ : /^\d{1,3}$/;
  if (takes("text") && !numbers.test(said)) return { kind: "text", text: said };
  throw new ClustrError(
    "invalid",
    `"${item.id}" does not take "${said.slice(0, 60)}"; nothing was answered. It takes ${waysOf(item)}.`,
  );
}

/** The options a person named, by number or label, and with commas between where several may be chosen; undefined when one is not there. */
function chosen(item: Attention, said: string): { index: number; label: string }[] | undefined {
  const at = (one: string): number =>
    /^\d{1,3}$/.test(one) ? Number(one) - 1 : item.options.findIndex(({ label }) => label === one);
  // A label may hold a comma itself.
  const several = item.several === true && at(said) < 0;
  const named = new Set((several ? said.split(",").map((one) => one.trim()) : [said]).map(at));
  const options = [...named].toSorted((a, b) => a - b).map((index) => ({ index, label: item.options[index]?.label }));
  return options.every((option): option is { index: number; label: string } => option.label !== undefined)
    ? options
    : undefined;
}

function waysOf(item: Attention): string {
  const ways: string[] = item.answers.filter((kind) => kind !== "option" && kind !== "text");
  if (item.answers.includes("option"))
    ways.push(`a number from 1 to ${item.options.length}${item.several === true ? " (or several, as 1,2)" : ""}`);
  if (item.answers.includes("text")) ways.push("a text");
  return ways.join(", ");
}
