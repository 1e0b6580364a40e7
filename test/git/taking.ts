/*
 * Opens the snapshots of a folder, takes one and prints it as JSON, then "detached" once the store borrows no more:
 * `node taking.ts STORE FOLDER [USER]`, with the rights of that user id.
 */
import { openSnapshots } from "../../src/git/open-snapshots.ts";

const [store = "", folder = "", user] = process.argv.slice(2);
if (user !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(Number(user));
  process.setuid?.(Number(user));
}
const snapshots = await openSnapshots({ store, folder, umask: 0o022 });
process.stdout.write(`${JSON.stringify(await snapshots.take("child"))}\n`);
await snapshots.detached();
process.stdout.write("detached\n");
await snapshots.close();
