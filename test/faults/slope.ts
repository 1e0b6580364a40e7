/** A value at a moment, ms. */
export interface Sample {
  at: number;
  value: number;
}

/** How much a value rises in an hour: the straight line with the least squares. 0 for fewer than two samples. */
export function slopeOf(samples: readonly Sample[]): number {
  const count = samples.length;
  if (count < 2) return 0;
  const mean = (of: (sample: Sample) => number): number => samples.reduce((sum, each) => sum + of(each), 0) / count;
  const [at, value] = [mean((each) => each.at), mean((each) => each.value)];
  const above = samples.reduce((sum, each) => sum + (each.at - at) * (each.value - value), 0);
  const below = samples.reduce((sum, each) => sum + (each.at - at) ** 2, 0);
  return below === 0 ? 0 : (above / below) * 3_600_000;
}
