/* Opens the snapshots of a folder, takes one, and lives until the store borrows no more: `node detaching.ts STORE FOLDER`. */
import { openSnapshots } from "../../src/git/snapshot-store.ts";

const [store = "", folder = ""] = process.argv.slice(2);
const snapshots = await openSnapshots({ store, folder, umask: 0o022 });
const { id } = await snapshots.take("child");
process.stdout.write(`${id}\n`);
await snapshots.detached();
process.stdout.write("detached\n");
await snapshots.close();
