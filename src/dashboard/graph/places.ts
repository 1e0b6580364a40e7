/** A point, in pixels from the left upper corner. */
export interface Point {
  x: number;
  y: number;
}

/** Pixels around the ring for marks and names; and where it is tight, with small ones. */
const MARGIN = { x: 56, top: 76, bottom: 92 };
const TIGHT = { x: 28, top: 32, bottom: 48 };
/** Steps in which the ring's length is measured. */
const STEPS = 720;
/** From the middle of a mark to where a line to it begins. */
const RADIUS = 24;
/** How far the two directions between the same two are apart. */
const APART = 12;

/** Whether so many need small marks and short names in this room. */
export function isTight(count: number, width: number): boolean {
  return count > (width < 500 ? 10 : 15);
}

/** Places on a ring for so many, the first at the top, clockwise, equally far apart: the same for the same number, for ever. */
export function ringOf(count: number, width: number, height: number): Point[] {
  const margin = isTight(count, width) ? TIGHT : MARGIN;
  const across = Math.max(60, (width - margin.x * 2) / 2);
  const down = Math.max(60, (height - margin.top - margin.bottom) / 2);
  // Few in a wide room would be far apart for nothing.
  const room = Math.max(140, count * 60);
  const x = Math.min(across, room * 1.6);
  const y = Math.min(down, room);
  const at = (step: number): Point => {
    const angle = (step / STEPS) * Math.PI * 2 - Math.PI / 2;
    return { x: round(width / 2 + Math.cos(angle) * x), y: round(margin.top + down + Math.sin(angle) * y) };
  };
  // An oval has its length where it is flat: equal angles would crowd its ends.
  const lengths = [0];
  for (let step = 1; step <= STEPS; step++) {
    const [a, b] = [at(step - 1), at(step)];
    lengths.push((lengths[step - 1] ?? 0) + Math.hypot(b.x - a.x, b.y - a.y));
  }
  const whole = lengths[STEPS] ?? 0;
  return Array.from({ length: count }, (_, index) =>
    at(lengths.findIndex((length) => length >= (index / count) * whole)),
  );
}

/** A line from one to another as an SVG path, bowed to its right and a little inwards, so that two directions are two lines. */
export function lineOf(from: Point, to: Point, middle: Point): string {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const aside = { x: (-(to.y - from.y) / length) * APART, y: ((to.x - from.x) / length) * APART };
  const half = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const bend = {
    x: half.x + (middle.x - half.x) * 0.3 + aside.x * 2,
    y: half.y + (middle.y - half.y) * 0.3 + aside.y * 2,
  };
  const start = towards(from, bend, RADIUS);
  const end = towards(to, bend, RADIUS);
  return `M${start.x} ${start.y}Q${round(bend.x)} ${round(bend.y)} ${end.x} ${end.y}`;
}

function towards(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: round(from.x + ((to.x - from.x) / length) * by), y: round(from.y + ((to.y - from.y) / length) * by) };
}

/** How wide a line for so many messages is, in pixels: it grows slower and slower. */
export function widthOf(count: number): number {
  return round(Math.min(7, 1.5 + Math.log2(count)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
