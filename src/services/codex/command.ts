const WRAPPER = /^\S*\/?(?:ba|z|da)?sh -lc ([\s\S]+)$/;

/** A command without the shell Codex wraps around each one. Left as it is when the quoting is not the plain kind. */
export function bare(command: string): string {
  const inner = WRAPPER.exec(command)?.[1];
  if (inner === undefined) return command;
  const quoted = /^'((?:[^'])*)'$/.exec(inner)?.[1] ?? /^"([^"\\$`]*)"$/.exec(inner)?.[1];
  return quoted ?? (/^[^\s'"\\$`]+$/.test(inner) ? inner : command);
}

/** What the shell is given to run, with all quoting resolved; undefined when it is not one quoted word. */
export function unwrapped(command: string): string | undefined {
  const inner = WRAPPER.exec(command)?.[1];
  if (inner === undefined) return undefined;
  let text = "";
  let rest = inner;
  while (rest !== "") {
    const piece = /^(?:'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+))/.exec(rest);
    if (!piece) return undefined;
    const [whole, single, double, escaped, plain] = piece;
    text += single ?? double?.replaceAll(/\\([\\"$`\n])/g, "$1") ?? escaped ?? plain ?? "";
    rest = rest.slice(whole.length);
  }
  return text;
}
