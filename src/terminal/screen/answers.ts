import type { Terminal } from "@xterm/headless";

/** Colours told to programs that ask (OSC 10, 11, 12, 4): a dark terminal. */
export const TEXT_COLOUR = 0xe6e6e6;
export const BACKGROUND_COLOUR = 0x101014;
const SIXTEEN = [
  0x2e3436, 0xcc0000, 0x4e9a06, 0xc4a000, 0x3465a4, 0x75507b, 0x06989a, 0xd3d7cf, 0x555753, 0xef2929, 0x8ae234,
  0xfce94f, 0x729fcf, 0xad7fa8, 0x34e2e2, 0xeeeeec,
];
/** What viewers draw with, so programs may rely on its abilities. */
const VERSION = "xterm.js(6.0.0)";

/**
 * Makes a headless terminal answer the queries it leaves to a display: colours and version. It answers the others
 * itself (device attributes, status and cursor reports, modes, settings). Not answered, because viewers cannot do it:
 * the kitty keyboard protocol.
 */
export function answerQueries(terminal: Terminal, reply: (text: string) => void): void {
  const { parser } = terminal;
  for (const first of [10, 11, 12]) {
    parser.registerOscHandler(first, (data) => {
      // "10;?;?" asks for 10 and 11.
      const asked = data.split(";").flatMap((part, at) => (part === "?" ? [first + at] : []));
      for (const what of asked)
        if (what <= 12) reply(`\x1b]${what};${rgb(what === 11 ? BACKGROUND_COLOUR : TEXT_COLOUR)}\x1b\\`);
      return asked.length > 0;
    });
  }
  parser.registerOscHandler(4, (data) => {
    const parts = data.split(";");
    let asked = false;
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const index = Number(parts[at]);
      if (parts[at + 1] !== "?" || !Number.isInteger(index) || index < 0 || index > 255) continue;
      asked = true;
      reply(`\x1b]4;${index};${rgb(paletteColour(index))}\x1b\\`);
    }
    return asked;
  });
  parser.registerCsiHandler({ prefix: ">", final: "q" }, ([kind]) => {
    if (kind === 0) reply(`\x1bP>|${VERSION}\x1b\\`);
    return kind === 0;
  });
}

/** The xterm palette: 16 named colours, a 6×6×6 cube, 24 greys. */
function paletteColour(index: number): number {
  if (index < 16) return SIXTEEN[index] ?? 0;
  if (index >= 232) return (8 + 10 * (index - 232)) * 0x010101;
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  return (level(Math.floor(cube / 36)) << 16) | (level(Math.floor(cube / 6) % 6) << 8) | level(cube % 6);
}

/** X11 form with 16 bits a channel, as xterm answers. */
function rgb(colour: number): string {
  const hex = colour.toString(16).padStart(6, "0");
  return `rgb:${[0, 2, 4].map((at) => hex.slice(at, at + 2).repeat(2)).join("/")}`;
}
