import type { Story } from "../story.ts";

/** I8: a viewer that came back after each fault saw every event once, in order, and the same as the ledger tells now. */
export function cursorHeld({ world, events }: Story): void {
  const { followed } = world;
  const hole = events.findIndex(({ seq }, i) => seq !== i + 1);
  world.expect("I8", hole === -1, `the ledger has a hole before event ${events[hole]?.seq}`);
  const differs = events.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(followed[i]));
  const seen = differs === -1 ? "" : `${followed[differs]?.seq} ${followed[differs]?.type}`;
  world.expect("I8", differs === -1, `a viewer saw ${seen || "nothing"} as event ${events[differs]?.seq}`);
}
