/* Given to the server by `--import`: its screens take output and parse nothing of it, to see what parsing costs. */
import xterm from "@xterm/headless";
import { coreOf } from "../../../src/terminal/screen/core.ts";

let owner: object = coreOf(new xterm.Terminal({ allowProposedApi: true }));
while (!Object.hasOwn(owner, "writeSync")) owner = Object.getPrototypeOf(owner) as object;
Object.assign(owner, { writeSync() {} });
