/** Version of the format; a reader refuses what is newer. */
export const FORMAT = 1;

/** The first file: what the archive is of. */
export const ABOUT = "clustr.json";

/** Every name an export may hold. Whatever else stands in a file was not written by us. */
const NAMES: RegExp[] = [
  /^clustr\.json$/,
  /^events\/\d{8}\.jsonl$/,
  /^rules\.md$/,
  /^uploads\/[a-z0-9][a-z0-9-]*\.[a-z]+$/,
  /^snapshots\.git\/(ready|private\.json|packed-refs)$/,
  /^snapshots\.git\/objects\/[0-9a-f]{2}\/[0-9a-f]{38}([0-9a-f]{24})?$/,
  /^snapshots\.git\/objects\/pack\/pack-[0-9a-f]{40}([0-9a-f]{24})?\.pack$/,
  /^snapshots\.git\/refs\/(heads|snap)(\/[A-Za-z0-9][A-Za-z0-9_-]*)+$/,
  /^terminals(\/[A-Za-z0-9][A-Za-z0-9._-]*)+$/,
];

/** Whether an export may hold a file of this name. No such name leads out of the folder it is unpacked in. */
export function isExported(name: string): boolean {
  return NAMES.some((each) => each.test(name)) && !name.split("/").includes("..");
}
