import { closeSync, readdirSync, readFileSync } from "node:fs";

const O_CLOEXEC = 0o2000000;

/**
 * Closes descriptors this process was given by whoever started it. The host outlives its starter by days: a lock or pipe
 * of some script around it, held on to by accident, would never be released. Node's own descriptors are all marked
 * close-on-exec, inherited ones are not. Where the system does not tell (no /proc), nothing is closed.
 */
export function closeInherited(): void {
  let open: string[];
  try {
    open = readdirSync("/proc/self/fdinfo");
  } catch {
    return;
  }
  for (const fd of open.map(Number).filter((one) => one > 2)) {
    try {
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "latin1"))?.[1];
      if (flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0) closeSync(fd);
    } catch {
      // It was the descriptor the listing itself was read with.
    }
  }
}
