import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Milliseconds after the start: what a first page or command asks for has been answered. */
const SETTLED = 5_000;

/**
 * Keeps the young generation of this process' heap as small as it is now. A server's garbage is of one call, and small: what
 * V8 would let its share of memory grow to (64 MB, twice) brings nothing but 100 MB that nobody else can have. Node has
 * no way to ask for this once a process runs, except V8's own flags; a version that does not know this one prints a line and
 * goes on.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/**
 * Collects once what starting has left behind. A server that then has little to do allocates too little for V8 to do so by
 * itself, and holds on to 15 MB for hours.
 */
export function collectAfterStart(): void {
  setTimeout(() => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    setFlagsFromString("--no-expose-gc");
    collect();
  }, SETTLED).unref();
}
