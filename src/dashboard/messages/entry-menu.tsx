import { ALL, HUMAN } from "../../contract/actor.ts";
import type { Message } from "../../contract/message.ts";
import { IconButton } from "../controls/button.tsx";
import { Menu } from "../controls/menu.tsx";
import type { MenuItem } from "../controls/menu-item.ts";
import { toast } from "../controls/toast.tsx";
import { go, hrefOf, route } from "../route/route.ts";
import { EVERYTHING } from "./wanted.ts";
import { nameWords } from "./names.ts";

/** What else can be done with a message. */
export function EntryMenu({ message, onQuote }: { message: Message; onQuote: () => void }) {
  const { id, seq, from, to, content } = message;
  const groups = (): MenuItem[][] => {
    const who = to === ALL ? [from] : [from, to];
    const only = to === ALL ? `Only with ${nameWords(from)}` : `Only between ${who.map(nameWords).join(" and ")}`;
    return [
      [{ title: "Quote and reply", icon: "messages", run: onQuote }],
      [
        { title: "Copy text", icon: "copy", run: () => copy(content, "Copied the text.") },
        { title: "Copy link", icon: "open", run: () => copy(linkTo(id, seq), "Copied the link.") },
      ],
      [{ title: only, icon: "search", run: () => go({ ...EVERYTHING, who: who.join(",") }) }],
    ];
  };
  return (
    <Menu label="Message" groups={groups}>
      {(opener) => (
        <IconButton
          icon="more"
          label={`More about this message ${from === HUMAN ? "of yours" : `of ${from}`}`}
          {...opener}
        />
      )}
    </Menu>
  );
}

function linkTo(id: string, seq: number): string {
  const { workspace } = route();
  return location.origin + hrefOf({ workspace, room: "messages", message: id, seq: String(seq) });
}

function copy(text: string, done: string): void {
  // Only pages of a safe origin have a clipboard: on a phone in the same network there may be none.
  const copied = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
  copied.then(
    () => toast(done),
    () => toast("This browser does not let the page copy. Select the text instead.", { trouble: true }),
  );
}
