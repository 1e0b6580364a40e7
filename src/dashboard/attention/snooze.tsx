import type { Client } from "../../client/client.ts";
import type { Attention } from "../../contract/agent.ts";
import { Button } from "../controls/button.tsx";
import { Menu } from "../controls/menu.tsx";
import { toast } from "../controls/toast.tsx";
import { useAct } from "../live/here.tsx";

type Act = (action: (client: Client) => Promise<unknown>) => Promise<boolean>;

/** For how long something is put aside: minutes, or until something new of its agent. */
const SPANS: { title: string; minutes?: number; said: string }[] = [
  { title: "For 10 minutes", minutes: 10, said: "for 10 minutes" },
  { title: "For an hour", minutes: 60, said: "for an hour" },
  { title: "Until something new of its agent", said: "until there is something new of its agent" },
];

/** Puts an item aside; it comes back by itself. */
export function SnoozeMenu({ item, disabled }: { item: Attention; disabled: boolean }) {
  const act = useAct();
  return (
    <Menu
      label={`Put ${item.agent} aside`}
      groups={[
        SPANS.map(({ title, minutes, said }) => ({
          title,
          disabled,
          run: () => void snooze(act, item, minutes, said),
        })),
      ]}
    >
      {(opener) => (
        <Button look="quiet" disabled={disabled} {...opener}>
          Snooze
        </Button>
      )}
    </Menu>
  );
}

/** Puts an item aside and offers to take that back. */
export async function snooze(act: Act, { id, agent }: Attention, minutes = SPANS[0]?.minutes, said = SPANS[0]?.said) {
  const input = { id, ...(minutes !== undefined && { minutes }) };
  if (await act((client) => client.call("attention.snooze", input)))
    toast(`${agent} is put aside ${said}.`, { action: { title: "Undo", run: () => void wake(act, id) } });
}

/** Brings an item back at once. */
export function wake(act: Act, id: string): Promise<boolean> {
  return act((client) => client.call("attention.wake", { id }));
}
