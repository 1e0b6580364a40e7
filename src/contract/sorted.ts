/**
 * Values under whole numbers from 0 on, in order. Never changed: `withValue` and `without` give a new one that shares all
 * but a few small nodes with the old, so that a change costs the same whether it holds ten values or ten thousand. Plain
 * data that JSON carries; made for values JSON can hold.
 */
export interface Sorted<T> {
  size: number;
  /** Levels of nodes below the top. */
  height: number;
  top: Node<T>;
}

/** Which of its 32 places are taken, and what is there, in order: nodes, or on the lowest level values. */
interface Node<T> {
  taken: number;
  held: (Node<T> | T)[];
}

const WIDTH = 32;
const NOTHING: Node<never> = { taken: 0, held: [] };

export function emptySorted<T>(): Sorted<T> {
  return { size: 0, height: 0, top: NOTHING };
}

export function valueAt<T>({ height, top }: Sorted<T>, key: number): T | undefined {
  if (key >= WIDTH ** (height + 1)) return undefined;
  let node = top;
  for (let level = height; ; level--) {
    const bit = bitOf(key, level);
    if ((node.taken & bit) === 0) return undefined;
    const held = node.held[placeOf(node, bit)];
    if (level === 0) return held as T;
    node = held as Node<T>;
  }
}

/** With a value under a key, instead of the one that may be there. */
export function withValue<T>(sorted: Sorted<T>, key: number, value: T): Sorted<T> {
  let { height, top } = sorted;
  for (; key >= WIDTH ** (height + 1); height++) if (top.taken !== 0) top = { taken: 1, held: [top] };
  const known = valueAt(sorted, key) !== undefined;
  return { size: sorted.size + (known ? 0 : 1), height, top: put(top, height, key, value) };
}

export function without<T>(sorted: Sorted<T>, key: number): Sorted<T> {
  if (valueAt(sorted, key) === undefined) return sorted;
  return { ...sorted, size: sorted.size - 1, top: take(sorted.top, sorted.height, key) };
}

/** All values, in the order of their keys. */
export function* valuesOf<T>({ height, top }: Sorted<T>): Generator<T, void, undefined> {
  if (height === 0) yield* top.held as T[];
  else for (const node of top.held as Node<T>[]) yield* valuesOf({ size: 0, height: height - 1, top: node });
}

function put<T>(node: Node<T>, level: number, key: number, value: T): Node<T> {
  const bit = bitOf(key, level);
  const place = placeOf(node, bit);
  const there = (node.taken & bit) !== 0;
  const below = there ? (node.held[place] as Node<T>) : NOTHING;
  const held = node.held.toSpliced(place, there ? 1 : 0, level === 0 ? value : put(below, level - 1, key, value));
  return { taken: node.taken | bit, held };
}

function take<T>(node: Node<T>, level: number, key: number): Node<T> {
  const bit = bitOf(key, level);
  const place = placeOf(node, bit);
  if (level > 0) {
    const below = take(node.held[place] as Node<T>, level - 1, key);
    if (below.taken !== 0) return { taken: node.taken, held: node.held.with(place, below) };
  }
  return { taken: node.taken & ~bit, held: node.held.toSpliced(place, 1) };
}

function bitOf(key: number, level: number): number {
  return 1 << (Math.floor(key / WIDTH ** level) % WIDTH);
}

/** How many places before that of `bit` are taken: the classic way to count the bits of a word. */
function placeOf({ taken }: Node<unknown>, bit: number): number {
  let bits = taken & (bit - 1);
  bits -= (bits >>> 1) & 0x55555555;
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
