/** A sentence of the server's: what stands in backticks is code. */
export function Ticked({ children }: { children: string }) {
  const parts = children.split("`");
  // An odd tick at the end is a letter like any other.
  if (parts.length % 2 === 0) return children;
  // oxlint-disable-next-line react/no-array-index-key -- parts have no other name and do not move.
  return parts.map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}
