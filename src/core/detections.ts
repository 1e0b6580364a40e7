import { ClustrError, reasonOf } from "../contract/error.ts";
import type { Detection, Service } from "./ports/service.ts";

/** How long it is trusted that a tool is ready. */
const TRUST_MS = 15_000;
/** How long it is trusted that one is not: somebody may be installing it right now, and looking for a file costs nothing. */
const MISSING_MS = 2_000;

/** The services there are, and what was found of them on this machine. */
export interface Detections {
  has(service: string): boolean;
  first(): string;
  /** The id, or a refusal that lists the known ones. */
  known(service: string): string;
  /** Refuses when the tool is not on this machine at all; says how to install it. */
  requireInstalled(service: string): Promise<void>;
  get(service: string): Promise<Detection>;
  /** What was found of every service; one that could not be examined says so among its findings. */
  all(): Promise<Detection[]>;
}

/** `env`: that of agents, since tools are looked for as they would be started. The signal ends looking. */
export function createDetections(
  services: ReadonlyMap<string, Service>,
  env: Record<string, string>,
  now: () => number,
  signal: AbortSignal,
): Detections {
  const found = new Map<string, { at: number; trust: number; detection: Promise<Detection> }>();

  const get = (id: string): Promise<Detection> => {
    const cached = found.get(id);
    if (cached && Math.abs(now() - cached.at) < cached.trust) return cached.detection;
    const service = services.get(id);
    if (!service) return Promise.reject(unknown(services, id));
    const detection = service.detect(env, signal);
    const entry = { at: now(), trust: TRUST_MS, detection };
    found.set(id, entry);
    detection.then(
      ({ ready }) => (entry.trust = ready ? TRUST_MS : MISSING_MS),
      () => found.delete(id),
    );
    return detection;
  };

  return {
    get,
    all: () =>
      Promise.all([...services.values()].map((service) => get(service.id).catch((e) => unexamined(service, e)))),
    has: (id) => services.has(id),
    first: () => services.keys().next().value ?? "",
    known(id) {
      if (!services.has(id)) throw unknown(services, id);
      return id;
    },
    async requireInstalled(id) {
      const detection = await get(id);
      if (detection.path === undefined && !detection.ready)
        throw new ClustrError("unavailable", `Nothing was spawned: ${problemsOf(detection)}`);
    },
  };
}

/** Why a tool cannot be used, each with its remedy. */
export function problemsOf(detection: Detection): string {
  const fatal = detection.findings.filter((finding) => finding.fatal);
  return (
    fatal.map(({ problem, remedy }) => `${problem} ${remedy}`).join(" ") ||
    `${detection.title} cannot be used. Run \`clustr doctor\`.`
  );
}

function unexamined({ id, title }: Service, error: unknown): Detection {
  const problem = `${title} could not be examined: ${reasonOf(error)}`;
  const remedy = "Run the tool once by hand to see what is wrong.";
  return { service: id, title, ready: false, findings: [{ fatal: true, problem, remedy }] };
}

function unknown(services: ReadonlyMap<string, Service>, id: string): ClustrError {
  return new ClustrError(
    "invalid",
    `There is no service "${id.slice(0, 60)}". Known: ${[...services.keys()].join(", ")}.`,
  );
}
