import { defineConfig } from "vitest/config";

/**
 * Suites whose time counts: the real coding tools, which keep two cores busy by themselves and whose status is compared
 * with the truth at every moment, and tests that measure, build the package or kill a server at points in time. One file at
 * a time, and nothing beside it.
 */
const ALONE = [
  "test/rig/**/*.test.ts",
  ...["answers", "crash", "crowd", "package", "page", "start"].map((name) => `test/e2e/${name}.test.ts`),
  "test/browser/journeys-live.test.ts",
  "test/gate/senders.test.ts",
];
/** Suites that start whole programs, browsers among them, and mostly wait for them: two at a time. */
const WHOLE = ["test/e2e/**/*.test.ts", "test/browser/**/*.test.ts", "test/gate/**/*.test.ts"];
const NEVER = ["**/node_modules/**", "**/dist/**"];
/** For programs on a busy machine. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [...WHOLE, ...ALONE, ...NEVER],
          maxWorkers: 2,
          testTimeout: 15_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          ...{ name: "whole", include: WHOLE, exclude: [...ALONE, ...NEVER] },
          ...{ ...PATIENT, maxWorkers: 2, sequence: { groupOrder: 1 } },
        },
      },
      {
        extends: true,
        test: {
          ...{ name: "alone", include: ALONE, exclude: NEVER },
          ...{ ...PATIENT, maxWorkers: 1, sequence: { groupOrder: 2 } },
        },
      },
    ],
  },
});
