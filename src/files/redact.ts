/** Names of variables whose values are secrets. */
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|CREDENTIAL|COOKIE/i;
/** Shorter values are words that stand in any text. */
const SHORTEST = 8;
/** Fields of a line that hold what people and agents wrote, or what a program was started with. */
const PRIVATE_FIELDS = new Set([
  "content",
  "text",
  "task",
  "value",
  "body",
  "env",
  "headers",
  "authorization",
  "cookie",
  "token",
  "prompt",
]);

const LEFT_OUT = "[left out]";

/** What secrets look like wherever they stand. The first group, if there is one, is kept. */
const LOOKS: RegExp[] = [
  /clustr_[\w.-]{16,}/g,
  /\b(authorization["']?\s*[:=]\s*["']?)[^\s"',}]+(?: [^\s"',}]+)?/gi,
  /\b((?:bearer|basic)[ .])[\w.~+/=-]{8,}/gi,
  /([?&](?:t|token|key|secret|code)=)[^&\s"'\\]+/gi,
  /\b(?:sk|pk|rk)-[\w-]{16,}/g,
  /\bgh[oprsu]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}/g,
  /\bAKIA[A-Z0-9]{12,}|\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

/**
 * Takes secrets out of a line of the log, whoever put them there: what looks like one, the values of variables that are
 * named like one, and `known`. Terminal output is not redacted anywhere: it would break the screens.
 */
export function redaction(env: Record<string, string | undefined>, known: readonly string[]): (line: string) => string {
  const named = Object.entries(env).flatMap(([name, value]) => (SECRET_NAME.test(name) && value ? [value] : []));
  const values = [...new Set([...named, ...known])].filter((value) => value.length >= SHORTEST);
  // As they are, and as they stand in JSON.
  const forms = values.flatMap((value) => [...new Set([value, JSON.stringify(value).slice(1, -1)])]);
  return (line) => {
    let text = line;
    for (const form of forms) if (text.includes(form)) text = text.replaceAll(form, LEFT_OUT);
    for (const look of LOOKS)
      text = text.replace(look, (_, kept?: unknown) => (typeof kept === "string" ? kept : "") + LEFT_OUT);
    return text;
  };
}

/** The details of a line without the fields that hold what people and agents wrote; their length is kept. */
export function withoutTexts(details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([key, value]) => {
      if (!PRIVATE_FIELDS.has(key.toLowerCase())) return [key, isRecord(value) ? withoutTexts(value) : value];
      return [key, typeof value === "string" ? `${LEFT_OUT}, ${value.length} characters` : LEFT_OUT];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
