/* Given to a terminal host by `--import`: it keeps nothing on disk, to see what that costs. */
import { Journal } from "../../../src/terminal/host/journal.ts";

Journal.prototype.extend = () => {};
Journal.prototype.finish = () => Promise.resolve();
Object.defineProperty(Journal.prototype, "backlog", { value: 0 });
