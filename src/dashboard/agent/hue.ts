import type { CSSProperties } from "react";
import type { View } from "../../contract/view.ts";
import { useView } from "../live/here.tsx";

/** Far enough apart to be told apart: no two of ten agents look alike. */
const HUES = [195, 50, 305, 125, 20, 265, 85, 345, 160, 230];

const cache = new WeakMap<View["agents"], Map<string, number>>();

/**
 * The colour each agent is known by, by name. A name brings its own; where two would share one, the later takes the
 * next that is free. So a name keeps its colour when others come and go, nearly always.
 */
export function huesOf(agents: View["agents"]): Map<string, number> {
  const known = cache.get(agents);
  if (known) return known;
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  for (const { name } of Object.values(agents)) {
    if (hues.has(name)) continue;
    let index = hash(name) % HUES.length;
    for (let tries = 0; taken.has(index) && tries < HUES.length; tries++) index = (index + 1) % HUES.length;
    taken.add(index);
    hues.set(name, HUES[index] ?? 0);
  }
  cache.set(agents, hues);
  return hues;
}

/** The colour of one agent, 0–360; of somebody who is gone too. */
export function useHue(name: string): number {
  return useView((view) => huesOf(view.agents).get(name)) ?? HUES[hash(name) % HUES.length] ?? 0;
}

/** A style that gives an element and all in it `--hue`; the class `hue-ink` colours text by it, `--ink` is the colour. */
export function hueStyle(hue: number): CSSProperties {
  return { "--hue": hue } as CSSProperties;
}

/** FNV-1a: the same for the same name, for ever. */
export function hash(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return value >>> 0;
}
