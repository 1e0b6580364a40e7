import type { Operation } from "../../src/contract/operation.ts";

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  minimum?: number;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
}

/** Names of an operation's inputs that take any text, so that a path could be put into them. */
export function textFields({ input }: Operation): string[] {
  return Object.entries(propertiesOf(input)).flatMap(([name, field]) => (isText(field) ? [name] : []));
}

/** An input in which every field that is needed has a harmless value, with `values` in place of some. */
export function filled({ input }: Operation, values: Record<string, unknown>): Record<string, unknown> {
  const { required = [] } = input.toJSONSchema({ io: "input" }) as Schema;
  const properties = propertiesOf(input);
  const needed = required.map((name) => [name, harmless(properties[name] ?? {})]);
  return { ...Object.fromEntries(needed), ...values };
}

function propertiesOf(input: Operation["input"]): Record<string, Schema> {
  return (input.toJSONSchema({ io: "input" }) as Schema).properties ?? {};
}

function isText(field: Schema): boolean {
  return field.enum === undefined && (field.type === "string" || (field.anyOf ?? []).some(isText));
}

function harmless({ type, enum: choices, minimum }: Schema): unknown {
  if (choices) return choices[0];
  if (type === "integer" || type === "number") return Math.max(1, minimum ?? 1);
  if (type === "boolean") return false;
  return "x";
}
