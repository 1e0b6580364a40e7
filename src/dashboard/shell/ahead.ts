import { loadXterm } from "../terminals/load.ts";

/**
 * Asks for what nearly every visit needs next while the login is still under way. Otherwise each part would be asked for
 * only once the part before it is there, and a terminal is the fifth of them. A part that does not come is asked for again
 * by whoever needs it.
 */
export function fetchAhead(): void {
  const parts: Promise<unknown>[] = [
    import("../composer/composer.tsx"),
    import("../roster/roster.tsx"),
    import("../keys/press.ts"),
  ];
  if (/^\/(?:w\/[^/]+(?:\/terminals)?\/?)?$/.test(location.pathname))
    parts.push(loadXterm(), import("../agent/terminals.tsx"), import("../terminals/pane.tsx"));
  for (const part of parts) part.catch(() => {});
}
