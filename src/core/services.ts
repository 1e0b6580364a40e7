import type { FoundService, services } from "../contract/operations/services.ts";
import type { Handlers } from "./call.ts";
import type { Detections } from "./detections.ts";
import type { Detection } from "./ports/service.ts";

/** What an agent can run on here. */
export function serviceHandlers(detections: Detections): Handlers<typeof services, unknown> {
  return { "service.list": async () => (await detections.all()).map(foundService) };
}

function foundService(detection: Detection): FoundService {
  const { service, title, ready, builtIn, version, path, loggedIn, findings } = detection;
  return { service, title, ready, built_in: builtIn ?? false, version, path, logged_in: loggedIn, findings };
}
