import fs from "node:fs";
import path from "node:path";

/**
 * Puts a git first on PATH that is the real one, but runs `script` (for sh) around it when it is to do `command`; in it "$@"
 * is the whole call. Gives what undoes that.
 */
export function slowGit(folder: string, command: string, script: string): () => void {
  const was = process.env["PATH"];
  const bin = path.join(folder, "slow");
  fs.mkdirSync(bin);
  const text = `#!/bin/sh\nPATH='${was}'\ncase " $* " in *" ${command} "*) ${script};; esac\nexec git "$@"\n`;
  fs.writeFileSync(path.join(bin, "git"), text, { mode: 0o755 });
  process.env["PATH"] = `${bin}${path.delimiter}${was}`;
  return () => {
    process.env["PATH"] = was;
  };
}
