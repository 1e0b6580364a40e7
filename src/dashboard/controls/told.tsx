/** A sentence of Clustr's, with what stands in backticks shown as code: a command, a name, a path. */
export function Told({ text }: { text: string }) {
  // oxlint-disable-next-line react/no-array-index-key -- the pieces of one sentence do not move.
  return text.split("`").map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}
