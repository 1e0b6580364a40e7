/** How well a text fits what was typed (in small letters): at its beginning, at that of a word, anywhere, letter by letter; 0 not at all. */
export function fit(text: string, wanted: string): number {
  const low = text.toLowerCase();
  const at = low.indexOf(wanted);
  if (at === 0) return 4;
  if (at > 0) return /[\s/._-]/.test(low[at - 1] ?? "") ? 3 : 2;
  if (wanted.length < 2 || low.length > 80) return 0;
  let from = 0;
  for (const letter of wanted) {
    from = low.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}
