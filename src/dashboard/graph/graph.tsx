import "./graph.css";
import { useMemo } from "react";
import { ALL } from "../../contract/actor.ts";
import { listOf } from "../../contract/mail.ts";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { useView } from "../live/here.tsx";
import { go, useRoute } from "../route/route.ts";
import { RoomTools } from "../shell/frame.tsx";
import { Drawing } from "./drawing.tsx";
import { drawnOf, linksOf, peopleOf } from "./links.ts";
import { LinkTable } from "./table.tsx";

/** Who talks to whom, live: as a drawing, or as a table. */
export function Graph() {
  const { as } = useRoute();
  const messages = useView((view) => listOf(view.messages));
  const agents = useView((view) => view.agents);
  const links = useMemo(() => linksOf(messages), [messages]);
  const { names, left } = useMemo(() => peopleOf(Object.values(agents), links), [agents, links]);
  const drawn = useMemo(() => drawnOf(links, names), [links, names]);
  const broadcasts = useMemo(() => links.filter(({ to }) => to === ALL), [links]);
  const table = as === "table";
  if (names.length < 2)
    return (
      <Empty title="Nobody is here yet">
        Once agents work here, you see who writes to whom, and every message as it is sent.
      </Empty>
    );
  return (
    <>
      <RoomTools>
        <Button look="quiet" onClick={() => go({ as: table ? undefined : "table" })}>
          {table ? "Drawing" : "Table"}
        </Button>
      </RoomTools>
      {table ? (
        <LinkTable links={links} />
      ) : (
        <Drawing names={names} agents={agents} links={drawn} broadcasts={broadcasts} />
      )}
      <p className="graph-legend">
        {links.length === 0
          ? "Nobody has written to anybody yet."
          : table
            ? "Counted are the latest messages, as far as the page holds them."
            : "The latest messages: the thicker a line, the more; a ring, to everyone. Choose a line to read them."}
        {left > 0 && ` ${left} more who are done are not shown.`}
      </p>
    </>
  );
}
