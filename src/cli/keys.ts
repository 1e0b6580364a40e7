/**
 * Ctrl-] as terminals send it: a plain byte, or an escape sequence once a program has switched on the kitty keyboard
 * protocol or xterm's modifyOtherKeys, which coding agents do. 5 is "with Ctrl"; 64 and 128 more are the lock keys.
 */
// oxlint-disable-next-line no-control-regex
const DETACH = /\u001d|\u001b\[93(?::\d*)*;(?:5|69|133|197)(?::[12])?(?:;\d*)?u|\u001b\[27;5;93~/;

/**
 * Answers a terminal gives by itself when a program asks for its position, kind or colours. The server's own screen has
 * answered already, so these would reach the agent as typing. A cursor report on line 1 looks like a function key with
 * modifiers (`ESC [1;5R` is Ctrl-F3) and is let through.
 */
const REPLIES =
  // oxlint-disable-next-line no-control-regex
  /\u001b\[(?!1;[2-8]R)\d+;\d+R|\u001b\[\?[\d;]*[cRun]|\u001b\[>[\d;]*c|\u001b\[\??\d+;\d+\$y|\u001b\[0n|\u001b\[\d+(?:;\d+){2}t|\u001b\](?:4;\d+|1[0-9]);[^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001bP[>01]?[|$+!][^\u001b]*\u001b\\/g;

/** What of a person's typing goes to the agent, and whether they asked to leave. Text is in latin1: one char a byte. */
export function readKeys(typed: string): { send: string; detach: boolean } {
  const at = typed.search(DETACH);
  const kept = at < 0 ? typed : typed.slice(0, at);
  return { send: kept.replace(REPLIES, ""), detach: at >= 0 };
}

/**
 * Undoes what a program may have switched on in the terminal it was shown in: alternate screen, mouse, paste and focus
 * reports, keyboard protocols, cursor shape, scroll region, colours. Order matters: leave the alternate screen first.
 */
export const RESTORE =
  "\u001b[?2026l\u001b[?1049l\u001b[<99u\u001b[=0u\u001b[>4;0m\u001b[?1l\u001b>\u001b[?9l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1005l\u001b[?1006l\u001b[?1015l" +
  "\u001b[?2004l\u001b[?1004l\u001b[?2031l\u001b[?7h\u001b[?25h\u001b[r\u001b[0 q\u001b[0m\u001b(B";

/** Makes room for a screen that is restored from nothing. Scrollback of the person's terminal stays. */
export const CLEAR = "\u001b[?1049l\u001b[!p\u001b[0m\u001b[r\u001b[H\u001b[2J";
