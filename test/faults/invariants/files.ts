import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { World } from "../world.ts";

/** I9: SQLite finds every ledger whole, and events have no hole. To be asked when no server has them open. */
export function ledgersWhole(world: World): void {
  const folder = join(world.home, "workspaces");
  const workspaces = existsSync(folder) ? readdirSync(folder) : [];
  const files = [join(world.home, "home.db"), ...workspaces.map((id) => join(folder, id, "ledger.db"))];
  for (const file of files.filter((each) => existsSync(each))) {
    const db = new Database(file, { readonly: true });
    try {
      const found = db.pragma("integrity_check", { simple: true });
      world.expect("I9", found === "ok", `${file}: ${String(found)}`);
      const counted = db.prepare("SELECT count(*) - coalesce(max(seq), 0) FROM events").pluck().get();
      world.expect("I9", counted === 0, `${file}: events are missing`);
    } finally {
      db.close();
    }
  }
}
