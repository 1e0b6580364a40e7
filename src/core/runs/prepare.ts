import type { Agent } from "../../contract/agent.ts";
import { reasonOf } from "../../contract/error.ts";
import type { FolderLog } from "../changes/folder-log.ts";
import { problemsOf, type Detections } from "../detections.ts";
import type { Service } from "../ports/service.ts";

/** What an agent is shown to do before its tool is started. */
export const SNAPSHOT = "taking a snapshot of the folder";

interface Parts {
  detections: Detections;
  folderLog: FolderLog;
  /** Whether the agent is still to be started: each step takes seconds. */
  wanted(): boolean;
  /** Shows what is done for the agent. */
  show(activity: string): Promise<void>;
}

/**
 * All that comes before an agent's tool is started: the tool is looked for, the folder's state kept. Returns why the agent
 * cannot be started, with the remedy; undefined when it can be, or is not wanted any more.
 */
export async function prepare(agent: Agent, service: Service, parts: Parts): Promise<string | undefined> {
  const problem = await parts.detections.get(agent.service).then(
    (detection) => (detection.ready ? undefined : problemsOf(detection)),
    (error: unknown) => `${service.title} could not be looked for: ${String(error)}. Run \`clustr doctor\`.`,
  );
  if (problem !== undefined || !parts.wanted()) return problem;
  await parts.show(SNAPSHOT);
  return parts.folderLog.begin(agent).then(
    () => undefined,
    (error: unknown) => `No snapshot of the folder could be taken, so it was not started: ${reasonOf(error)}`,
  );
}
