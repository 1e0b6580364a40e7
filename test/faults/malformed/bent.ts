import fc from "fast-check";

/** What a program that means no good, or has a bug, puts where something else belongs. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, "", 0, -1, -0, 1.5, 1e308, 2 ** 31, 2 ** 53, -(2 ** 63), [], {}, [[[[]]]]),
  fc.constantFrom("__proto__", "constructor", "toString", "../../etc/passwd", "\0", "\ud800", "a\r\nb", "%00", "all"),
  fc.integer({ min: 1, max: 200_000 }).map((length) => "x".repeat(length)),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer({ min: 2, max: 3_000 }).map((depth) => nested(depth)),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

/** One of some right values with a few of its parts replaced, removed, or joined by others. */
export function bent(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(40), how: fc.constantFrom("replace", "remove", "add"), by: odd });
  const changes = fc.array(change, { minLength: 1, maxLength: 3 });
  return fc.tuple(fc.constantFrom(...samples), changes, fc.string({ maxLength: 8 })).map(([sample, all, key]) => {
    let value: unknown = structuredClone(sample);
    for (const { at, how, by } of all) value = changed(value, at, how, by, key);
    return value;
  });
}

/** The value with its `at`-th part changed; the whole of it when there are not so many. */
function changed(value: unknown, at: number, how: string, by: unknown, key: string): unknown {
  const places: { in: Record<string, unknown>; key: string }[] = [];
  const look = (node: unknown): void => {
    if (typeof node !== "object" || node === null || places.length > 100) return;
    for (const [name, part] of Object.entries(node)) {
      places.push({ in: node as Record<string, unknown>, key: name });
      look(part);
    }
  };
  look(value);
  const place = places[at];
  if (!place) return at % 7 === 0 ? by : value;
  if (how === "replace") place.in[place.key] = by;
  else if (how === "remove") delete place.in[place.key];
  // A list takes no key: `length` would be one that it refuses.
  else if (Array.isArray(place.in)) place.in.push(by);
  else Object.defineProperty(place.in, key, { value: by, enumerable: true, configurable: true, writable: true });
  return value;
}

/** Bytes of one of these with a few flipped, cut, doubled or put in. */
export function mangled(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const blow = fc.record({ at: fc.nat(5_000), how: fc.nat(4), byte: fc.nat(255), length: fc.nat(30) });
  const blows = fc.array(blow, { minLength: 1, maxLength: 4 });
  return fc.tuple(fc.constantFrom(...samples), blows).map(([sample, all]) => {
    let bytes = Buffer.from(sample);
    for (const { at: where, how, byte, length } of all) {
      const at = where % (bytes.length + 1);
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      if (how === 0) bytes = Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
      else if (how === 1) bytes = Buffer.concat([before, after.subarray(length)]);
      else if (how === 2) bytes = Buffer.concat([before, after.subarray(0, length), after]);
      else if (how === 3) bytes = Buffer.concat([before, Buffer.alloc(length, byte), after]);
      else bytes = Buffer.from(before);
    }
    return bytes;
  });
}

/** A value as JSON, or as what is nearly JSON. */
export function nearlyJson(values: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> {
  const text = values.map((value) => Buffer.from(JSON.stringify(value) ?? ""));
  return fc.oneof(
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: text.chain((bytes) => mangled([bytes])) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );
}
