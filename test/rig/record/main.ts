// Started by scripts/record.js with the id of a service: writes what its stories showed into the service's folder.
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { writeRecording, type RecordService } from "./recording.ts";

const service = process.argv[2] ?? "";
const { record } = (await import(`./${service}.ts`)) as { record: RecordService };
for await (const { places, ...recording } of record()) {
  const path = await writeRecording(service, recording, places);
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  console.log(`${relative(root, path)}: ${recording.lines.length} lines`);
}
