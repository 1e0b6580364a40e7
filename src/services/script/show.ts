import type { Answer } from "../../contract/attention.ts";
import type { Mail } from "./mailbox.ts";
import type { Question } from "./person.ts";

const DIM = "\u001b[2m";
const BOLD = "\u001b[1m";
const LIME = "\u001b[38;5;155m";
const AMBER = "\u001b[38;5;215m";
const RED = "\u001b[38;5;210m";
const PLAIN = "\u001b[0m";
/** Lines of one step's result or one message that are shown, and characters of each. */
const LINES = 12;
const RESULT = 160;
const MESSAGE = 500;

/** The agent's log, as a person who looks into its terminal reads it. */
export class Show {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  title(name: string, steps: number): void {
    this.#line(
      `${BOLD}${LIME}◆ ${name}${PLAIN}${DIM}  script agent, ${steps} ${steps === 1 ? "step" : "steps"}${PLAIN}\n`,
    );
  }

  /** A step begins. */
  step(verb: string, what: string): void {
    this.#line(`${LIME}▸${PLAIN} ${BOLD}${verb}${PLAIN} ${plain(what).split("\n")[0]?.slice(0, 200) ?? ""}`);
  }

  said(text: string): void {
    this.#line(plain(text));
  }

  /** What came out of a step, dimmed and cut. */
  result(text: string): void {
    this.#block(text, DIM, RESULT);
  }

  /** Output of a command, as it comes. */
  output(text: string): void {
    this.#write(DIM + plain(text).replaceAll("\n", "\r\n") + PLAIN);
  }

  mail({ from, content }: Mail): void {
    this.#line(`${AMBER}✉ ${plain(from)}${PLAIN}`);
    this.#block(content, "");
  }

  ask({ kind, title, detail, options }: Question): void {
    this.#line(`${AMBER}▲ ${plain(title)}${kind === "permission" ? " [y/n, a = always]" : ""}${PLAIN}`);
    if (detail !== undefined && detail !== title && !title.includes(detail)) this.#block(detail, DIM);
    for (const [index, option] of options.entries()) this.#line(`  ${index + 1}  ${plain(option)}`);
    this.#write("  > ");
  }

  /** What was answered, wherever that was. */
  answered(answer: Answer): void {
    const text =
      answer.kind === "text"
        ? answer.text
        : answer.kind === "option"
          ? `${answer.index + 1}  ${answer.label}`
          : answer.kind;
    this.#line(`\r\u001b[2K  ${DIM}> ${plain(text)}${PLAIN}`);
  }

  done(): void {
    this.#line(`${LIME}✓ done${PLAIN}${DIM}, messages are still read${PLAIN}`);
  }

  interrupted(): void {
    this.#line(`${AMBER}■ interrupted${PLAIN}${DIM}, messages are still read${PLAIN}`);
  }

  failed(why: string): void {
    this.#line(`${RED}✕ ${plain(why)}${PLAIN}`);
  }

  #block(text: string, style: string, most = MESSAGE): void {
    const lines = plain(text).trimEnd().split("\n");
    for (const line of lines.slice(0, LINES))
      this.#line(`  ${style}${line.slice(0, most)}${line.length > most ? "…" : ""}${PLAIN}`);
    if (lines.length > LINES) this.#line(`  ${DIM}… ${lines.length - LINES} more lines${PLAIN}`);
  }

  #line(text: string): void {
    this.#write(`${text.replaceAll("\n", "\r\n")}\r\n`);
  }
}

/** Text of others without what would act on the terminal. */
function plain(text: string): string {
  // eslint-disable-next-line no-control-regex
  return text.replace(/\r\n/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
