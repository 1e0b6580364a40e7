/*
 * The oldest form of tar that every tool reads (ustar), and only plain files in it: nothing that a name or a kind could
 * smuggle in. Written and read by the same few lines.
 */

/** Bytes of a block; a header is one, contents are filled up to whole ones. */
export const BLOCK = 512;

/** What is told of a file before its content. */
export interface Header {
  /** At most 100 characters of ASCII. */
  name: string;
  /** Bytes of its content. */
  size: number;
}

const NAME = /^[\x21-\x7e]{1,100}$/;
/** Contents beyond this do not fit the field for their size. */
const MOST = 8 ** 11 - 1;

/** Whether a name and a size fit a header. */
export function canHold({ name, size }: Header): boolean {
  return NAME.test(name) && size <= MOST;
}

/** The block before a file's content. Throws for what it cannot say; ask `canHold` first. */
export function headerOf({ name, size }: Header, seconds: number): Buffer {
  if (!canHold({ name, size })) throw new RangeError(`${name} does not fit a header.`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  block.write(name, 0, "latin1");
  block.write(octal(0o600, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(seconds, 11), 136);
  block.write("0", 156);
  block.write("ustar\x0000", 257, "latin1");
  block.write(`${sumOf(block).toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** What a block says; "end" for an empty one, and why it is none of ours otherwise. */
export function readHeader(block: Buffer): Header | "end" | { problem: string } {
  if (block.every((byte) => byte === 0)) return "end";
  const text = (from: number, length: number) => block.toString("latin1", from, from + length).replace(/\0[^]*$/, "");
  const number = (from: number, length: number) => {
    const digits = text(from, length).trim();
    return /^[0-7]{1,11}$/.test(digits) ? Number.parseInt(digits, 8) : NaN;
  };
  if (number(148, 8) !== sumOf(block)) return { problem: "a header does not match its checksum" };
  const name = text(0, 100);
  const kind = text(156, 1);
  if (!NAME.test(name) || text(345, 155) !== "") return { problem: "a file has a name that no export writes" };
  if (kind !== "0") return { problem: `"${name}" is no plain file` };
  const size = number(124, 12);
  return Number.isNaN(size) ? { problem: `"${name}" has no size` } : { name, size };
}

/** Zero bytes from the end of a content to the end of its last block. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The sum of all bytes, its own field taken as spaces. */
function sumOf(block: Buffer): number {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : (block[i] ?? 0);
  return sum;
}
