import fc from "fast-check";
import { encodeBinary, PROTOCOL } from "../../../src/contract/wire.ts";
import { encodeAck, encodeInput, encodeOutput } from "../../../src/terminal/link.ts";
import { bent, mangled, nearlyJson } from "./bent.ts";

/** Frames of a WebSocket, right and wrong: any opcode, reserved bits, with a mask and without, with lengths that lie. */
export function socketFrames(workspace: string, agent: string): fc.Arbitrary<Buffer> {
  const texts = [
    { type: "hello", protocol: PROTOCOL, workspace, after: 0 },
    { type: "attach", channel: 1, agent, cols: 80, rows: 24, epoch: "x", offset: 5, drove: true },
    { type: "preview", channel: 2, agent },
    { type: "detach", channel: 1 },
    { type: "ack", channel: 1, offset: 9 },
    { type: "resize", channel: 1, cols: 80, rows: 24, take: true },
    { type: "ping" },
  ];
  const typed = Buffer.from(encodeBinary({ kind: 0, channel: 1, offset: 0, bytes: Buffer.from("#\r") }));
  const badText = Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80, 0xff]);
  const right = texts.map((text) => ({ opcode: 1, payload: Buffer.from(JSON.stringify(text)) }));
  const payloads = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...right) },
    { weight: 4, arbitrary: nearlyJson(bent(texts)).map((payload) => ({ opcode: 1, payload })) },
    { weight: 2, arbitrary: mangled([typed]).map((payload) => ({ opcode: 2, payload })) },
    { weight: 1, arbitrary: fc.nat(15).map((opcode) => ({ opcode, payload: badText })) },
  );
  const shape = fc.record({
    payload: payloads,
    fin: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    reserved: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    masked: fc.oneof({ weight: 14, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    length: fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.constantFrom(2n ** 31n, 2n ** 31n - 1n, 2n ** 63n, 2n ** 64n - 1n, 1_048_577n, 3n) },
    ),
  });
  return shape.map(({ payload: { opcode, payload }, fin, reserved, masked, length }) => {
    const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
    return Buffer.concat([Buffer.from([first]), lengthOf(length ?? BigInt(payload.length), masked), payload]);
  });
}

/** Length and mask; the mask is zero, which is a mask like any other. */
function lengthOf(length: bigint, masked: boolean): Buffer {
  const bit = masked ? 0x80 : 0;
  const mask = masked ? Buffer.alloc(4) : Buffer.alloc(0);
  if (length < 126n) return Buffer.concat([Buffer.from([bit | Number(length)]), mask]);
  const long = Buffer.alloc(9);
  long[0] = bit | 127;
  long.writeBigUInt64BE(length, 1);
  return Buffer.concat([long, mask]);
}

/** Frames of the link to the terminal host. None of them asks it to end, or to end or forget a terminal that exists. */
export function linkFrames(terminal: string): fc.Arbitrary<Buffer> {
  const calls = [
    { request: 1, call: "hello", with: { protocols: [1], version: "x" } },
    { request: 2, call: "list", with: {} },
    { request: 3, call: "info", with: { id: terminal } },
    { request: 4, call: "resize", with: { id: terminal, cols: 80, rows: 24 } },
    { request: 5, call: "follow", with: { id: terminal, from: 0, stream: 7 } },
    { request: 6, call: "unfollow", with: { stream: 7 } },
    { request: 7, call: "kill", with: { id: "nobody", graceMs: 0 } },
    { request: 8, call: "forget", with: { id: "nobody" } },
    { request: 9, call: "orphans", with: {} },
    {
      request: 10,
      call: "ensure",
      with: { spec: { id: "nobody", command: "/nonexistent", args: [], env: {}, cwd: "/" } },
    },
  ];
  const json = nearlyJson(bent(calls)).map((text) => framed(0, text));
  const hello = framed(0, Buffer.from(JSON.stringify(calls[0])));
  const binary = [encodeAck(7, 5), encodeInput(11, "nobody", Buffer.from("x")), encodeOutput(7, 0, Buffer.from("y"))];
  return fc.oneof(
    { weight: 4, arbitrary: json.map((frame) => Buffer.concat([hello, frame])) },
    { weight: 1, arbitrary: json },
    { weight: 2, arbitrary: mangled(binary).map((frame) => Buffer.concat([hello, frame])) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.concat([hello, bytes])) },
  );
}

function framed(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(payload.length + 1);
  header.writeUInt8(type, 4);
  return Buffer.concat([header, payload]);
}
