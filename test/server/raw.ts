import { connect } from "node:net";

/** An answer, read to the end of its connection. */
export interface RawAnswer {
  /** 0 when the connection was closed without an answer. */
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** Sends exactly these lines of HTTP, which no decent client would, and reads the answer. `to` is a port or a unix socket. */
export function raw(to: number | string, lines: string[], body = ""): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = typeof to === "number" ? connect(to, "127.0.0.1") : connect(to);
    let text = "";
    const finish = () => {
      socket.destroy();
      resolve(parse(text));
    };
    socket.setTimeout(5000, () => reject(new Error("no answer")));
    socket.on("data", (data: Buffer) => {
      text += data.toString("latin1");
      const { headers, body: sofar, status } = parse(text);
      const length = Number(headers.get("content-length") ?? Number.POSITIVE_INFINITY);
      const whole = headers.has("transfer-encoding") ? sofar.endsWith("0\r\n\r\n") : sofar.length >= length;
      if (status === 101 || (text.includes("\r\n\r\n") && whole)) finish();
    });
    socket.on("close", finish);
    socket.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE" ? finish() : reject(error),
    );
    socket.write(`${lines.join("\r\n")}\r\n${body ? `content-length: ${Buffer.byteLength(body)}\r\n` : ""}\r\n${body}`);
  });
}

function parse(text: string): RawAnswer {
  const split = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, Math.max(split, 0)).split("\r\n");
  const headers = new Map(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: text.slice(split + 4) };
}

/** Headers that ask for a WebSocket. */
export const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
