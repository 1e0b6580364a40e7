/** What earlier steps kept, by name. */
export type Values = Map<string, unknown>;

/**
 * Replaces `{{name}}` and `{{name.field.0}}` in every text of a value. A text that is nothing but one such place becomes
 * the kept value itself, so that numbers and lists stay what they are. @throws Error when nothing is kept under a name.
 */
export function fillIn(value: unknown, values: Values): unknown {
  if (typeof value === "string") {
    const whole = /^\{\{([^{}]+)\}\}$/.exec(value);
    return whole?.[1] !== undefined ? lookUp(whole[1], values) : fillText(value, values);
  }
  if (Array.isArray(value)) return value.map((item) => fillIn(item, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, values)]));
}

/** The same for one text that stays a text. What is put into it ends without empty lines, as in a shell. */
export function fillText(text: string, values: Values): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (_, path: string) => asText(lookUp(path, values)).replace(/\n+$/, ""));
}

/** A text as it is, anything else as JSON. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function lookUp(path: string, values: Values): unknown {
  const [name = "", ...fields] = path.trim().split(".");
  if (!values.has(name)) throw new Error(`{{${path}}}: no earlier step kept "${name}"`);
  let value = values.get(name);
  for (const field of fields) {
    const next =
      typeof value === "object" && value !== null && Object.hasOwn(value, field)
        ? (value as Record<string, unknown>)[field]
        : undefined;
    if (next === undefined) throw new Error(`{{${path}}}: there is no "${field}"`);
    value = next;
  }
  return value;
}
