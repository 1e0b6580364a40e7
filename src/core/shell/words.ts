/** Deepest nesting of commands within commands that is looked into, and the longest line that is looked at. */
const DEEPEST = 8;
const LONGEST = 100_000;

/** A word of a command, quotes resolved. `open`: the shell puts something in its place (`$x`, `~`), so it is not what is run. */
export interface Word {
  text: string;
  open: boolean;
  /** Where the first unquoted `*`, `?`, `[` or `{` stands in the text; -1 when it has none. */
  glob: number;
}

/** One step of a shell line: a command, or the borders of a subshell, within which `cd` holds. */
export type Step = { words: Word[] } | "enter" | "leave";

/**
 * The commands of a shell line in the order they are written, those in subshells and substitutions too. Enough of a
 * shell's grammar to tell commands from the texts they carry: quotes, comments, here-documents. Undefined when the line
 * cannot be read.
 */
export function stepsOf(line: string): Step[] | undefined {
  if (line.length > LONGEST) return undefined;
  try {
    return new Reader(line).read().steps;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

/** Reads the commands of a line, or those of a substitution within it. */
class Reader {
  readonly #line: string;
  readonly #depth: number;
  /** What ends the substitution: `)` or a backquote; empty for a whole line. */
  readonly #end: string;
  readonly #steps: Step[] = [];
  #words: Word[] = [];
  #word: Word | undefined;
  /** The next word is where a redirection leads. */
  #redirected = false;
  /** The next word is the end of a here-document. */
  #document: { indented: boolean } | undefined;
  /** Here-documents that begin on the next line. */
  #documents: { end: string; indented: boolean }[] = [];
  /** Subshells that are open. */
  #subshells = 0;
  #at: number;

  constructor(line: string, at = 0, end = "", depth = 0) {
    if (depth > DEEPEST) throw new Unreadable();
    this.#line = line;
    this.#at = at;
    this.#end = end;
    this.#depth = depth;
  }

  /** `at`: the position after the end. */
  read(): { steps: Step[]; at: number } {
    for (;;) {
      const char = this.#line.charAt(this.#at);
      const over = this.#at >= this.#line.length;
      if (over && this.#end !== "") throw new Unreadable();
      if (over || (char === this.#end && this.#subshells === 0)) break;
      this.#take(char);
    }
    this.#endCommand();
    return { steps: this.#steps, at: this.#at + 1 };
  }

  #take(char: string): void {
    const { length } = this.#line;
    if (char === "'" || char === '"') return this.#quoted(char);
    if (char === "$" || char === "`") return this.#expansion();
    this.#at += 1;
    if (char === "\\") {
      const next = this.#line.charAt(this.#at);
      this.#at = Math.min(length, this.#at + 1);
      if (next !== "\n") this.#add(next);
    } else if (char === " " || char === "\t" || char === "\r") this.#endWord();
    else if (char === "#" && !this.#word) this.#skipTo("\n");
    else if (char === "\n") {
      this.#endCommand();
      this.#skipDocuments();
    } else if (char === ";" || char === "|") this.#endCommand();
    else if (char === "&") this.#ampersand();
    else if (char === "(" && this.#word && this.#words.length === 0 && this.#line.charAt(this.#at) === ")") {
      // A function: what it does when it is called is not known to happen.
      throw new Unreadable();
    } else if (char === "(" || char === ")") {
      this.#endCommand();
      this.#subshells += char === "(" ? 1 : -1;
      this.#steps.push(char === "(" ? "enter" : "leave");
    } else if (char === "<" || char === ">") this.#redirection(char);
    else this.#add(char, /[*?[{]/.test(char), char === "~" && !this.#word);
  }

  #add(text: string, glob = false, open = false): void {
    const word = (this.#word ??= { text: "", open: false, glob: -1 });
    if (glob && word.glob < 0) word.glob = word.text.length;
    word.open ||= open;
    word.text += text;
  }

  #endWord(): void {
    const word = this.#word;
    this.#word = undefined;
    if (!word) return;
    if (this.#document) this.#documents.push({ end: word.text, ...this.#document });
    else if (!this.#redirected) this.#words.push(word);
    this.#document = undefined;
    this.#redirected = false;
  }

  #endCommand(): void {
    this.#endWord();
    this.#redirected = false;
    if (this.#words.length > 0) this.#steps.push({ words: this.#words });
    this.#words = [];
  }

  /** Either the end of a command, or `&>` and `>&`, which redirect. */
  #ampersand(): void {
    if (this.#line.charAt(this.#at) === ">" || this.#redirected) return;
    this.#endCommand();
  }

  #redirection(char: string): void {
    // `2>` is no word of the command.
    if (this.#word && /^\d+$/.test(this.#word.text)) this.#word = undefined;
    this.#endWord();
    const rest = this.#line.slice(this.#at);
    if (rest.startsWith("(")) {
      this.#at += 1;
      return this.#nested(")");
    }
    if (char === "<" && /^<(?!<)/.test(rest)) {
      this.#at += rest.startsWith("<-") ? 2 : 1;
      this.#document = { indented: rest.startsWith("<-") };
      return;
    }
    while (/[<>&|]/.test(this.#line.charAt(this.#at))) this.#at += 1;
    this.#redirected = true;
  }

  #skipDocuments(): void {
    for (const { end, indented } of this.#documents.splice(0)) {
      for (let over = false; !over;) {
        if (this.#at >= this.#line.length) throw new Unreadable();
        const from = this.#at;
        this.#skipTo("\n");
        const line = this.#line.slice(from, this.#at);
        this.#at += 1;
        over = (indented ? line.replace(/^\t+/, "") : line) === end;
      }
    }
  }

  #quoted(quote: string): void {
    this.#at += 1;
    this.#add("");
    for (;;) {
      const char = this.#line.charAt(this.#at);
      if (this.#at >= this.#line.length) throw new Unreadable();
      if (quote === '"' && (char === "$" || char === "`")) this.#expansion();
      else {
        this.#at += 1;
        if (char === quote) return;
        const escaped = quote === '"' && char === "\\" && /["\\$`\n]/.test(this.#line.charAt(this.#at));
        this.#add(escaped ? this.#line.charAt(this.#at++).replace("\n", "") : char);
      }
    }
  }

  /** `$x`, `${x}`, `$((1))`, `$'…'`, and commands in `$(…)` or backquotes. */
  #expansion(): void {
    const rest = this.#line.slice(this.#at);
    this.#add("", false, true);
    if (rest.startsWith("`")) {
      this.#at += 1;
      return this.#nested("`");
    }
    if (/^\$\((?!\()/.test(rest)) {
      this.#at += 2;
      return this.#nested(")");
    }
    const plain = /^\$(?:\(\((?:(?!\)\))[\s\S])*\)\)|\{[^{}]*\}|'(?:[^'\\]|\\[\s\S])*'|\w+|[@*#?!$-])/.exec(rest);
    this.#at += plain ? plain[0].length : 1;
    if (!plain) this.#add("$");
  }

  /** The commands up to where a substitution ends. They run before the one they are part of. */
  #nested(end: string): void {
    const { steps, at } = new Reader(this.#line, this.#at, end, this.#depth + 1).read();
    this.#at = at;
    this.#steps.push("enter", ...steps, "leave");
    this.#add("", false, true);
  }

  #skipTo(char: string): void {
    const next = this.#line.indexOf(char, this.#at);
    this.#at = next < 0 ? this.#line.length : next;
  }
}
