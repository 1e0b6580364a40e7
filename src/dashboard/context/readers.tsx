import { held } from "../../contract/view.ts";
import { sameItems, useView } from "../live/here.tsx";

/** Which agents have read a note. They are told of every change to it. */
export function NoteReaders({ name, revision }: { name: string; revision: number }) {
  const readers = useView(
    ({ readers: all, agents }) =>
      Object.entries(held(all, name) ?? {}).flatMap(([inbox, seen]) => {
        const agent = held(agents, inbox);
        return agent ? [seen < revision ? `${agent.name} (revision ${seen})` : agent.name] : [];
      }),
    sameItems,
  );
  return <span>{readers.length === 0 ? "No agent has read it" : `Read by ${readers.join(", ")}`}</span>;
}
