/** All of xterm a terminal needs at first: a chunk of its own, which the page asks for early. */
export { FitAddon } from "@xterm/addon-fit";
export { Terminal } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
