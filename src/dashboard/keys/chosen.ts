import { onPreferences, preferences } from "../preferences/store.ts";
import { adjustKeys, type Command } from "./command.ts";

/** What commands come with. */
const usual = new WeakMap<Command, string | undefined>();

/** The keys a command has unless the person chooses others. */
export function usualKeys(command: Command): string | undefined {
  return usual.has(command) ? usual.get(command) : command.keys;
}

/** Gives every command, now and later, the keys that the person chose for it. `changed` is called when they choose others. */
export function followChosenKeys(changed: () => void): () => void {
  let last: string | undefined;
  const apply = () => {
    const { keys } = preferences();
    const now = JSON.stringify(keys);
    if (now === last) return;
    const first = last === undefined;
    last = now;
    adjustKeys((command) => adjust(command, keys));
    if (!first || Object.keys(keys).length > 0) changed();
  };
  apply();
  return onPreferences(apply);
}

function adjust(command: Command, chosen: Record<string, string>): void {
  if (!usual.has(command)) usual.set(command, command.keys);
  const keys = Object.hasOwn(chosen, command.id) ? chosen[command.id] : usual.get(command);
  if (keys) command.keys = keys;
  else delete command.keys;
}
