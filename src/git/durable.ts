import { open } from "node:fs/promises";

/** Writes a file whole; its content is safe from a loss of power when this resolves. Its name is once its folder is synced. */
export async function writeSynced(file: string, bytes: Uint8Array | string, mode = 0o600): Promise<void> {
  const handle = await open(file, "w", mode);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the names in a folder safe from a loss of power, as far as the system lets folders be synced. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  if (!handle) return;
  try {
    await handle.sync();
  } catch {
    // Some file systems cannot sync a folder, and write names down by themselves.
  } finally {
    await handle.close();
  }
}
