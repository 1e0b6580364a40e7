import { useSyncExternalStore } from "react";
import type { Client } from "../../client/client.ts";
import { NO_PREFERENCES, preferred } from "../../contract/fold-preferences.ts";
import type { Preferences, PreferencesChange, WindowChoice } from "../../contract/preferences.ts";
import { keep, kept } from "../live/kept.ts";

/** A panel that is dragged, or a choice that is tried out, becomes one change: sent when it has rested this long. */
const REST_MS = 500;
/** What could not be sent is tried again after this. */
const AGAIN_MS = 5_000;
const KEY = "preferences";

const listeners = new Set<() => void>();

// What this browser knew last: the first guess, until the server has spoken.
let known: Preferences = { ...NO_PREFERENCES, ...kept<Preferences>(KEY) };
/** Chosen here and not yet taken by the server: it stays on top of what comes from there. */
let pending: PreferencesChange | undefined;
let client: Client | undefined;
let timer = 0;

/** What the person prefers, as far as it is known here. */
export function preferences(): Preferences {
  return known;
}

/** How the window of a workspace was arranged. */
export function windowOf(workspace: string): WindowChoice {
  return Object.hasOwn(known.windows, workspace) ? (known.windows[workspace] ?? {}) : {};
}

export function onPreferences(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(onPreferences, preferences);
}

/** Changes what is preferred: here at once, and for every other window and browser as soon as the server has it. */
export function prefer(change: PreferencesChange): void {
  pending = pending ? together(pending, change) : change;
  know(preferred(known, change));
  sendIn(REST_MS);
}

/** Takes what the server says. What was chosen here meanwhile counts more: it is on its way there. */
export function receive(news: Preferences): void {
  know(pending ? preferred(news, pending) : news);
}

/** Where changes are sent; undefined: nowhere for now. They wait. */
export function sendTo(to: Client | undefined): void {
  client = to;
  if (to && pending) sendIn(REST_MS);
}

function sendIn(ms: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void send(), ms);
}

async function send(): Promise<void> {
  const change = pending;
  if (!client || !change) return;
  pending = undefined;
  try {
    await client.call("preferences.set", change);
  } catch {
    // Comfort only: nobody is told. It stays here, and is tried again.
    pending = pending ? together(change, pending) : change;
    sendIn(AGAIN_MS);
  }
}

function know(next: Preferences): void {
  if (JSON.stringify(next) === JSON.stringify(known)) return;
  known = next;
  keep(KEY, next);
  for (const changed of listeners) changed();
}

function together(first: PreferencesChange, second: PreferencesChange): PreferencesChange {
  const keys = first.keys || second.keys ? { keys: { ...first.keys, ...second.keys } } : {};
  // A page shows one workspace: both windows are the same one.
  const both = second.window ? { window: { ...first.window, ...second.window } } : {};
  return { ...first, ...second, ...keys, ...both };
}
