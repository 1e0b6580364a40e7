import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { ClustrError } from "../contract/error.ts";
import { hardened, type GitPlace } from "./run-git.ts";

/** Milliseconds after which the reading process ends for want of questions. */
const IDLE = 5_000;
/** Milliseconds a content may take. */
const PATIENCE = 30_000;

interface Waiting {
  hash: string;
  type: "blob" | "tree";
  resolve(bytes: Buffer): void;
  reject(error: Error): void;
}

/** Reads contents through one git that stays for a while, because starting one takes longer than reading. */
export class Reader {
  readonly #place: GitPlace;
  #git: ChildProcessWithoutNullStreams | undefined;
  #waiting: Waiting[] = [];
  /** What git printed and nobody took yet; joined only when enough is there, because contents may be large. */
  #printed: Buffer[] = [];
  #size = 0;
  #needed = 1;
  #idle: NodeJS.Timeout | undefined;

  constructor(place: GitPlace) {
    this.#place = place;
  }

  /** Rejects with `not_found` for what the store does not have as this type. */
  read(hash: string, type: "blob" | "tree"): Promise<Buffer> {
    if (!/^[0-9a-f]{40,64}$/.test(hash)) return Promise.reject(unknownContent(hash));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ hash, type, resolve, reject });
      const git = (this.#git ??= this.#start());
      git.stdin.write(`${hash}\n`);
      this.#wait(PATIENCE);
    });
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#git?.stdin.end();
    this.#git?.kill();
    this.#fail("it was closed");
  }

  #start(): ChildProcessWithoutNullStreams {
    const { args, env } = hardened(this.#place, ["cat-file", "--batch"]);
    const git = spawn("git", args, { cwd: this.#place.store, env });
    git.stdout.on("data", (bytes: Buffer) => {
      if (git === this.#git) this.#take(bytes);
    });
    git.stdin.on("error", () => {});
    git.stderr.resume();
    const gone = () => {
      if (git === this.#git) this.#fail("git went away");
    };
    git.on("error", gone);
    git.on("close", gone);
    return git;
  }

  /** Ends the reader when nothing comes for so long. */
  #wait(ms: number): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#git?.kill();
      this.#fail("git did not answer");
    }, ms);
    if (this.#waiting.length === 0) this.#idle.unref();
  }

  #take(bytes: Buffer): void {
    this.#printed.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= this.#needed) this.#answer(Buffer.concat(this.#printed));
    this.#wait(this.#waiting.length === 0 ? IDLE : PATIENCE);
  }

  /** Gives out all contents that are complete in what git printed. */
  #answer(printed: Buffer): void {
    let at = 0;
    let given = 0;
    this.#needed = 1;
    for (let next = this.#waiting[0]; next; next = this.#waiting[given]) {
      const line = printed.indexOf(10, at);
      if (line < 0) break;
      const [, type, size] = / (blob|tree|commit|tag) (\d+)$/.exec(printed.toString("latin1", at, line)) ?? [];
      const end = line + 1 + (size === undefined ? 0 : Number(size) + 1);
      if (printed.length < end) {
        this.#needed = end - at;
        break;
      }
      if (type !== next.type) next.reject(unknownContent(next.hash));
      else next.resolve(Buffer.from(printed.subarray(line + 1, end - 1)));
      at = end;
      given++;
    }
    this.#waiting.splice(0, given);
    this.#printed = [printed.subarray(at)];
    this.#size = printed.length - at;
  }

  #fail(why: string): void {
    this.#git = undefined;
    this.#printed = [];
    this.#size = 0;
    this.#needed = 1;
    for (const { hash, reject } of this.#waiting.splice(0))
      reject(
        new ClustrError(
          "unavailable",
          `The content ${hash} could not be read: ${why}. Nothing was changed; try again.`,
        ),
      );
  }
}

function unknownContent(hash: string): ClustrError {
  return new ClustrError(
    "not_found",
    `The content ${hash} is not in the store of snapshots: it was pruned with the last that held it, or the store is damaged. Nothing was changed. \`clustr doctor\` says which, \`clustr doctor --fix\` mends what can be.`,
  );
}
