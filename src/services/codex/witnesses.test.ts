import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Signal } from "../../core/ports/service.ts";
import { Witnesses } from "./witnesses.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function witnesses(): { told: Signal[]; they: Witnesses } {
  const told: Signal[] = [];
  return { told, they: new Witnesses((signal) => void told.push(signal)) };
}

it("server and title may differ for a second, then the status is not sure until they agree", () => {
  const { told, they } = witnesses();
  they.title("Ready | project");
  they.server("working");
  vi.advanceTimersByTime(990);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(told).toEqual([{ type: "doubt", why: "app-server: working, but title: idle" }]);
  they.title("⠹ Working | project");
  vi.advanceTimersByTime(5_000);
  expect(told.slice(1)).toEqual([{ type: "certain" }]);
});

it("a title that says nothing, or rests after a failure, contradicts nobody", () => {
  const { told, they } = witnesses();
  they.server("failed");
  they.title("Ready | project");
  vi.advanceTimersByTime(5_000);
  they.title("bash");
  they.server("working");
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
});

it("tells what each source says; the screen is shown, but what it showed long ago is no doubt", () => {
  const { told, they } = witnesses();
  they.server("idle");
  they.title("Ready | project");
  they.screen("• Working (2s • esc to interrupt)");
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([]);
  expect(they.report("t1")).toMatchObject([
    { source: "app-server", says: "idle", detail: "turn t1" },
    { source: "title", says: "idle", detail: "Ready | project" },
    { source: "screen", says: "working" },
  ]);
  they.server(undefined);
  expect(they.report(undefined)[0]).toEqual({ source: "app-server", says: "not connected" });
});
