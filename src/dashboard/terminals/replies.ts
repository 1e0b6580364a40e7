import type { Terminal } from "@xterm/xterm";

/**
 * Keeps this viewer from answering what the program asks its terminal: the server's own screen answers, once. Without
 * this every open page would type an answer of its own. Clipboard requests are dropped as well.
 */
export function muteReplies({ parser }: Terminal): void {
  const taken = () => true;
  const asks = (data: string) => data.includes("?");
  // DA1–3, DSR, DECRQM, XTVERSION, kitty keyboard, window reports.
  for (const prefix of ["", ">", "="]) parser.registerCsiHandler({ ...(prefix && { prefix }), final: "c" }, taken);
  for (const prefix of ["", "?"]) parser.registerCsiHandler({ ...(prefix && { prefix }), final: "n" }, taken);
  for (const prefix of ["", "?"])
    parser.registerCsiHandler({ ...(prefix && { prefix }), intermediates: "$", final: "p" }, taken);
  parser.registerCsiHandler({ prefix: ">", final: "q" }, taken);
  parser.registerCsiHandler({ prefix: "?", final: "u" }, taken);
  parser.registerCsiHandler({ final: "t" }, taken);
  // DECRQSS and XTGETTCAP.
  for (const intermediates of ["$", "+"]) parser.registerDcsHandler({ intermediates, final: "q" }, taken);
  // Colours are asked for with "?"; setting them is fine.
  for (const code of [4, 10, 11, 12]) parser.registerOscHandler(code, asks);
  parser.registerOscHandler(52, taken);
}
