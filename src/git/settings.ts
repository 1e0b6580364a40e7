import { flagOf, type Repository } from "./repository.ts";

/** Raw bytes, always: this file wins over every .gitattributes. */
export const RAW = "* -text !eol !filter !ident !working-tree-encoding !merge !diff\n";

/** The settings of a store. */
export function configOf(repository: Repository | undefined, format: string): string {
  const copied = (name: string, otherwise: boolean) =>
    (repository && flagOf(repository, `core.${name.toLowerCase()}`)) ?? otherwise;
  return [
    "[core]",
    `\trepositoryformatversion = ${format === "sha256" ? 1 : 0}`,
    "\tbare = false",
    "\thooksPath = /dev/null",
    "\tfsmonitor = false",
    "\tautocrlf = false",
    "\tsafecrlf = false",
    "\tattributesFile = /dev/null",
    "\tuntrackedCache = true",
    "\tsplitIndex = false",
    "\tsparseCheckout = false",
    "\tlooseCompression = 1",
    `\tfileMode = ${copied("fileMode", true)}`,
    `\tignoreCase = ${copied("ignoreCase", false)}`,
    `\tsymlinks = ${copied("symlinks", true)}`,
    "[gc]",
    "\tauto = 0",
    "[index]",
    "\tversion = 4",
    "\tthreads = true",
    "\tskipHash = true",
    "\tsparse = false",
    "[status]",
    "\tshowUntrackedFiles = all",
    ...(format === "sha256" ? ["[extensions]", "\tobjectFormat = sha256"] : []),
    "",
  ].join("\n");
}
