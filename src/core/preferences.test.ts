import { describe, expect, it } from "vitest";
import { MOST_WINDOWS, NO_PREFERENCES, preferred } from "../contract/fold-preferences.ts";
import { MOST_KEYS, PreferencesChange } from "../contract/preferences.ts";

const window = (workspace: string, more: object = {}): PreferencesChange => ({ window: { workspace, ...more } });

describe("what a person prefers", () => {
  it("changes where it is named and stays elsewhere", () => {
    const first = preferred(NO_PREFERENCES, { theme: "dark", keys: { "go.inbox": "b", "agent.next": "" } });
    const second = preferred(first, { ...window("w1", { left: 240, grid: "4" }), letters: false });
    const third = preferred(second, { ...window("w1", { left: 0 }), keys: { "go.inbox": null } });
    expect(third).toEqual({
      ...{ theme: "dark", letters: false, keys: { "agent.next": "" } },
      windows: { w1: { left: 0, grid: "4" } },
    });
  });

  it("is the same object's text when nothing changes, so that no event is written for it", () => {
    const was = preferred(preferred(NO_PREFERENCES, window("w1", { left: 240 })), window("w2", { left: 200 }));
    expect(JSON.stringify(preferred(was, window("w1", { left: 240 })))).toBe(JSON.stringify(was));
  });

  it("remembers the windows that changed last, and no more than that", () => {
    let all = NO_PREFERENCES;
    for (let i = 0; i < MOST_WINDOWS + 20; i++) {
      all = preferred(all, window(`w${i}`, { left: i }));
      all = preferred(all, window("w0", { right: 300 + i }));
    }
    expect(Object.keys(all.windows)).toHaveLength(MOST_WINDOWS);
    expect(all.windows["w0"]).toEqual({ left: 0, right: 300 + MOST_WINDOWS + 19 });
    expect(all.windows["w5"]).toBeUndefined();
  });

  it.each([
    [{ theme: "pink" }],
    [{ window: { workspace: "../../etc", left: 1 } }],
    [{ window: { workspace: "__proto__", left: 1 } }],
    [{ window: { workspace: "w1", left: -1 } }],
    [{ window: { workspace: "w1", side: "<script>" } }],
    [{ keys: { __proto__x: "k" } }],
    [{ keys: { "go.inbox": "x".repeat(41) } }],
    [{ keys: Object.fromEntries(Array.from({ length: MOST_KEYS + 1 }, (_, i) => [`a.b${i}`, "k"])) }],
    [{ unknown: 1 }],
  ])("%# refuses what is none of it: %j", (change) => {
    expect(PreferencesChange.safeParse(change).success).toBe(false);
  });

  it("takes the names of the language for what they are", () => {
    const { windows } = preferred(NO_PREFERENCES, window("constructor", { left: 210 }));
    expect(Object.keys(windows)).toEqual(["constructor"]);
    expect(windows["constructor"]).toEqual({ left: 210 });
  });
});
