import { expect, it } from "vitest";
import { encodeAck, encodeInput, encodeJson, encodeOutput, type Frame, FRAME_LIMIT, frameReader } from "./link.ts";

const FRAMES: Frame[] = [
  { type: "json", value: { request: 1, value: "žluťoučký 🐎" } },
  { type: "output", stream: 7, offset: 2 ** 40 + 3, bytes: Buffer.from("output\u0000ÿ") },
  { type: "input", request: 9, id: "agent.1", bytes: Buffer.from([0, 255, 13]) },
  { type: "ack", stream: 7, offset: 0 },
  { type: "output", stream: 8, offset: 0, bytes: Buffer.alloc(0) },
];
const STREAM = Buffer.concat([
  encodeJson({ request: 1, value: "žluťoučký 🐎" }),
  encodeOutput(7, 2 ** 40 + 3, Buffer.from("output\u0000ÿ")),
  encodeInput(9, "agent.1", Uint8Array.of(0, 255, 13)),
  encodeAck(7, 0),
  encodeOutput(8, 0, new Uint8Array()),
]);

function read(pieces: Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const take = frameReader((frame) => frames.push(frame));
  for (const piece of pieces) take(piece);
  return frames;
}

it("reads frames back however the stream was cut", () => {
  for (let cut = 0; cut <= STREAM.length; cut++)
    expect(read([STREAM.subarray(0, cut), STREAM.subarray(cut)])).toEqual(FRAMES);
  expect(read(Array.from(STREAM, (byte) => Buffer.of(byte)))).toEqual(FRAMES);
});

it("refuses what is not a frame instead of waiting for it", () => {
  expect(() => read([Buffer.from("GET / HTTP/1.1\r\n")])).toThrow(/frame of/);
  const huge = Buffer.alloc(5);
  huge.writeUInt32BE(FRAME_LIMIT + 1);
  expect(() => read([huge])).toThrow(/frame of/);
  expect(() => read([Buffer.from([0, 0, 0, 1, 99])])).toThrow(/unknown frame/);
});
