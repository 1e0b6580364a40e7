import { setFlagsFromString } from "node:v8";

/**
 * Keeps the young generation of this process' heap as small as it is now. A server's garbage is of one call, and small: what
 * V8 would let its share of memory grow to (64 MB, twice) brings nothing but 100 MB that nobody else can have. Node has
 * no way to ask for this once a process runs, except V8's own flags; a version that does not know this one prints a line and
 * goes on.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
