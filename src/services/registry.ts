import type { Service } from "../core/ports/service.ts";
import { claude } from "./claude/claude.ts";
import { codex } from "./codex/codex.ts";
import { script } from "./script/script.ts";

/** Every service, in the order in which they are offered. A new one is a folder beside these and a line here: docs/services.md. */
export const services: Service[] = [claude, codex, script];

/** Variables by which tools tell that they run inside themselves; agents must not inherit them. */
export const marks = services.flatMap((service) => service.marks ?? []);
