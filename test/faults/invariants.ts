import { contextHeld } from "./invariants/context.ts";
import { cursorHeld } from "./invariants/cursor.ts";
import { ledgersWhole } from "./invariants/files.ts";
import { mailHeld } from "./invariants/messages.ts";
import { nothingLeft, nothingOrphaned } from "./invariants/processes.ts";
import { marksHeld } from "./invariants/marks.ts";
import { storyOf } from "./story.ts";
import type { World } from "./world.ts";

/** Checks every invariant from outside while the server runs; what is broken is noted in the world. */
export async function checkRunning(world: World): Promise<void> {
  const story = await storyOf(world);
  for (const { name, unanswered } of world.callers)
    for (const call of unanswered) world.violate("I10", `${name} never got an answer to ${call}`);
  const { figures } = world;
  figures.acknowledged = story.calls.filter(({ outcome }) => outcome === "ok").length;
  figures.refused = story.calls.filter(({ outcome }) => outcome === "refused").length;
  figures.unknown = story.calls.filter(({ broken }) => broken).length;
  mailHeld(story);
  marksHeld(story);
  contextHeld(story);
  cursorHeld(story);
  await nothingOrphaned(story);
}

/** Checks what can only be looked at when everything has ended. */
export async function checkEnded(world: World): Promise<void> {
  await nothingLeft(world);
  ledgersWhole(world);
}
