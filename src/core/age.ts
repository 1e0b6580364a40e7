/**
 * Milliseconds between `at` (ISO 8601) and `now`, in either direction: what lies in the future comes from before the clock
 * was set back, and nothing may wait until the old time has come again.
 */
export function ageOf(at: string, now: number): number {
  return Math.abs(now - Date.parse(at));
}
