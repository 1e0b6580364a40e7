import "./inbox.css";
import { showAgent } from "../agent/selected.ts";
import { Empty } from "../controls/empty.tsx";
import { useHere, useView } from "../live/here.tsx";
import { Item } from "./item.tsx";
import { useMoving } from "./moving.ts";
import { sameWaiting, waitingIn } from "./waiting.ts";

/** Everything only the person can resolve, oldest first, answered in place. */
export function Inbox() {
  const { live } = useHere();
  const waiting = useView(({ agents }) => waitingIn(agents), sameWaiting);
  const moving = useMoving(waiting.map(({ item }) => item.id).join());
  if (waiting.length === 0) {
    return (
      <Empty title="Nothing needs you">Permissions and questions of agents come here, and are answered here.</Empty>
    );
  }
  return (
    <ol className="inbox scroll" aria-label="Needs you" data-moving={moving || undefined}>
      {waiting.map(({ agent, item }) => (
        <li key={item.id}>
          <Item item={item} onShow={() => showAgent(agent, Object.values(live.newest().view?.agents ?? {}))} />
        </li>
      ))}
    </ol>
  );
}
