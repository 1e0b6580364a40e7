import { defineConfig } from "vitest/config";

/** Suites that start whole programs: the real coding tools, packed packages, browsers. One at a time, with long waits. */
const WHOLE = ["test/rig/**/*.test.ts", "test/e2e/**/*.test.ts", "test/browser/**/*.test.ts", "test/gate/**/*.test.ts"];

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["src/**/*.test.{ts,tsx}", "test/**/*.test.ts", "scripts/**/*.test.ts"],
          exclude: [...WHOLE, "**/node_modules/**", "**/dist/**"],
          maxWorkers: 2,
          testTimeout: 15_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "whole",
          include: WHOLE,
          exclude: ["**/node_modules/**"],
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
