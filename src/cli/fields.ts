import { ClustrError } from "../contract/error.ts";
import type { Operation } from "../contract/operation.ts";

/** One field of an operation's input, as the command line offers it. */
export interface Field {
  key: string;
  /** `object`: given as JSON. */
  kind: "string" | "integer" | "boolean" | "object";
  choices?: readonly string[];
  description: string;
  required: boolean;
  /** What the server takes when it is left out. */
  preset?: string | number | boolean;
}

/** The part of JSON Schema that inputs use; anything else in an input has no place on a command line. */
interface Property {
  type?: string;
  enum?: string[];
  description?: string;
  default?: string | number | boolean;
  minimum?: number;
  maximum?: number;
}

/** Reads the fields out of an operation's input schema, in the order the contract gives them. */
export function fieldsOf(operation: Operation): Field[] {
  const schema = operation.input.toJSONSchema({ io: "output", unrepresentable: "any" });
  const properties = schema.properties as Record<string, Property>;
  return Object.entries(properties).map(([key, property]) => {
    const { type, description, default: preset, enum: choices } = property;
    if (type !== "string" && type !== "integer" && type !== "boolean" && type !== "object") {
      throw new Error(`Input field ${key} is of type ${type ?? "unknown"}, which the command line cannot take.`);
    }
    return {
      key,
      kind: type,
      description: description ?? bounds(property),
      required: preset === undefined && (schema.required ?? []).includes(key),
      ...(choices === undefined ? {} : { choices }),
      ...(preset === undefined ? {} : { preset }),
    };
  });
}

function bounds({ minimum, maximum }: Property): string {
  if (minimum === undefined) return "";
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? `At least ${minimum}`
    : `From ${minimum} to ${maximum}`;
}

/** `expect_revision` → `--expect-revision`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll("_", "-")}`;
}

/** The value a text on the command line stands for. @throws ClustrError `invalid` naming `label`. */
export function parseValue(field: Field, text: string, label: string): unknown {
  if (field.choices && !field.choices.includes(text)) {
    throw new ClustrError("invalid", `${label} is one of ${field.choices.join(", ")}, not "${text}".`);
  }
  if (field.kind === "string") return text;
  if (field.kind === "object") {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ClustrError("invalid", `${label} takes JSON: ${(cause as Error).message}.`, { cause });
    }
  }
  if (!/^-?\d{1,15}$/.test(text)) throw new ClustrError("invalid", `${label} takes a whole number, not "${text}".`);
  return Number(text);
}
