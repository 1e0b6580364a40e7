/** Names nobody may carry, in folded form: they are addresses or would read as authority. */
const RESERVED = new Set([
  "human",
  "humans",
  "person",
  "user",
  "owner",
  "admin",
  "system",
  "server",
  "clustr",
  "all",
  "everyone",
  "everybody",
  "me",
  "self",
  "you",
  "broadcast",
]);

/** Look-alikes of ASCII letters after NFKC; enough to stop imitation, not a full confusables table (Unicode TR39). */
const LOOKALIKES: Record<string, string> = {
  а: "a",
  е: "e",
  о: "o",
  р: "p",
  с: "c",
  у: "y",
  х: "x",
  ѕ: "s",
  і: "i",
  ј: "j",
  һ: "h",
  ԁ: "d",
  ո: "n",
  ս: "u",
  м: "m",
  т: "t",
  к: "k",
  в: "b",
  н: "h",
  α: "a",
  ε: "e",
  ο: "o",
  ρ: "p",
  υ: "u",
  ν: "v",
  ι: "i",
  κ: "k",
  μ: "m",
  η: "n",
  τ: "t",
  χ: "x",
  ı: "i",
  ł: "l",
  ӏ: "l",
  ǀ: "l",
  ʟ: "l",
  ɩ: "i",
  ɪ: "i",
  ɑ: "a",
  ᴀ: "a",
  ʜ: "h",
  հ: "h",
  ᴜ: "u",
  ʋ: "u",
  ᴍ: "m",
  ɴ: "n",
  ꜱ: "s",
  ʏ: "y",
  ү: "y",
  ᴛ: "t",
  ᴇ: "e",
  ᴏ: "o",
  օ: "o",
  ϲ: "c",
  ʀ: "r",
  ѵ: "v",
  ᴠ: "v",
  "0": "o",
  "1": "l",
  "|": "l",
};

/**
 * The form under which two names count as the same: compatibility-normalised, case-folded, marks and separators
 * removed, look-alikes mapped. `Hu‑man`, `HUMAN` and `humаn` (Cyrillic а) all fold to `human`.
 */
export function foldName(name: string): string {
  const plain = name.normalize("NFKC").toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  let folded = "";
  for (const char of plain) {
    if (/[\s\-_.·'’‐-―\p{Cf}]/u.test(char)) continue;
    folded += LOOKALIKES[char] ?? char;
  }
  return folded;
}

/** Why a name cannot be used, or undefined when it can. */
export function nameProblem(name: string): string | undefined {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}_.-]{0,31}$/u.test(name)) {
    return "A name starts with a letter or digit, then letters, digits, '-', '_' or '.', at most 32 in all.";
  }
  const folded = foldName(name);
  if (RESERVED.has(folded) || [...RESERVED].some((word) => word.length > 4 && folded.startsWith(word))) {
    return `"${name}" is reserved or could be mistaken for a reserved name; choose another.`;
  }
  return undefined;
}
