import path from "node:path";

/** What `npm start` and `npm run` put in front of PATH: `node_modules/.bin` of the package and of the folders above it; `from` is a folder of the package. */
export function launcherEntries(from: string): string[] {
  const entries: string[] = [];
  for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
    entries.push(path.join(folder, "node_modules", ".bin"));
    if (folder === path.dirname(folder)) break;
  }
  const gyp = process.env["npm_config_node_gyp"];
  if (gyp) entries.push(path.join(path.dirname(gyp), "..", "..", "@npmcli", "run-script", "lib", "node-gyp-bin"));
  return entries;
}
