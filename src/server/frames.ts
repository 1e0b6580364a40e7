import { TERMINAL_COLS, TERMINAL_ROWS, type ClientFrame } from "../contract/wire.ts";

/** A text frame of a client, checked field by field; undefined when it is not one. */
export function parseFrame(text: string): ClientFrame | undefined {
  const frame = readObject(text);
  if (!frame) return undefined;
  const { type, channel, offset, cols, rows, epoch, agent, after, workspace, protocol, drove, take } = frame;
  const size = isSize(cols, TERMINAL_COLS) && isSize(rows, TERMINAL_ROWS) ? { cols, rows } : undefined;
  if (type === "hello") {
    if (!isWhole(protocol) || typeof workspace !== "string" || !(after === undefined || isWhole(after)))
      return undefined;
    return { type, protocol, workspace, ...(after === undefined ? {} : { after }) };
  }
  if (type === "ping") return { type };
  if (!isWhole(channel, 0, 0xffff_ffff)) return undefined;
  switch (type) {
    case "attach": {
      if (
        typeof agent !== "string" ||
        !(offset === undefined || isWhole(offset)) ||
        !(epoch === undefined || typeof epoch === "string")
      )
        return undefined;
      return {
        type,
        channel,
        agent,
        ...(epoch === undefined ? {} : { epoch }),
        ...(offset === undefined ? {} : { offset }),
        ...size,
        ...(drove === true ? { drove } : {}),
      };
    }
    case "preview":
      return typeof agent === "string" ? { type, channel, agent } : undefined;
    case "detach":
      return { type, channel };
    case "ack":
      return isWhole(offset) ? { type, channel, offset } : undefined;
    case "resize":
      return size && { type, channel, ...size, ...(take === true ? { take } : {}) };
    default:
      return undefined;
  }
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isSize(value: unknown, { least, most }: { least: number; most: number }): value is number {
  return isWhole(value, least, most);
}

function isWhole(value: unknown, least = 0, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}
