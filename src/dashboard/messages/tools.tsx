import { useEffect, useMemo, useRef, useState } from "react";
import { Button, IconButton } from "../controls/button.tsx";
import { Chip } from "../controls/chip.tsx";
import { Icon } from "../controls/icon.tsx";
import { Menu } from "../controls/menu.tsx";
import type { MenuItem } from "../controls/menu-item.ts";
import { keysOf, useCommands, type Command } from "../keys/command.ts";
import { sameItems, useView } from "../live/here.tsx";
import { go } from "../route/route.ts";
import { RoomTools } from "../shell/frame.tsx";
import { RUNGS, WORDS } from "./rungs.ts";
import { WHAT, type Wanted, type What } from "./wanted.ts";
import { nameWords } from "./names.ts";

const WHAT_WORDS: Record<What, string> = { direct: "Direct", broadcast: "Broadcasts", system: "From Clustr" };
/** Typing rests this long before it is looked for. */
const REST_MS = 250;
const TO_START = { message: undefined, seq: undefined };

/** Finding and filtering: two buttons beside the room's name, a row for what is typed, and what is chosen as chips. */
export function FeedTools({ wanted }: { wanted: Wanted }) {
  const { who, what, rung, find } = wanted;
  const [opened, setOpened] = useState(false);
  const finding = opened || find !== undefined;
  const commands = useMemo<Command[]>(
    () => [{ id: "message.find", title: "Find in messages", group: "Messages", keys: "/", run: () => setOpened(true) }],
    [],
  );
  useCommands(commands);
  const close = () => {
    setOpened(false);
    go({ find: undefined }, { replace: true });
  };
  const chips = [
    who.length > 0 && { title: who.map(nameWords).join(" and "), off: { who: undefined } },
    what && { title: WHAT_WORDS[what], off: { what: undefined } },
    rung && { title: capital(WORDS[rung]), off: { rung: undefined } },
  ].filter((chip) => typeof chip === "object");
  return (
    <>
      <RoomTools>
        <IconButton
          icon="search"
          label="Find in messages"
          keys={keysOf("message.find")}
          aria-pressed={finding}
          onClick={() => (finding ? close() : setOpened(true))}
        />
        <FilterMenu wanted={wanted} />
      </RoomTools>
      {finding && <FindRow find={find} onClose={close} />}
      {chips.length > 0 && (
        <div className="feed-chips" role="group" aria-label="Filters">
          {chips.map(({ title, off }) => (
            <Chip key={title} name={`the filter ${title}`} onRemove={() => go({ ...off, ...TO_START })}>
              <bdi className="clip">{title}</bdi>
            </Chip>
          ))}
        </div>
      )}
    </>
  );
}

function FindRow({ find = "", onClose }: { find: string | undefined; onClose: () => void }) {
  const [typed, setTyped] = useState(find);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (typed.trim() === find) return undefined;
    const timer = setTimeout(() => go({ find: typed.trim() || undefined, ...TO_START }, { replace: true }), REST_MS);
    return () => clearTimeout(timer);
  }, [typed, find]);
  return (
    <search className="feed-find">
      <Icon name="search" />
      <input
        ref={field}
        className="input"
        type="search"
        aria-label="Find in all messages"
        placeholder="Find in all messages there ever were"
        value={typed}
        maxLength={200}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={({ key }) => key === "Escape" && onClose()}
      />
      <IconButton icon="close" label="Close the search" onClick={onClose} />
    </search>
  );
}

function FilterMenu({ wanted: { who, what, rung } }: { wanted: Wanted }) {
  const names = useView(({ agents }) => [...new Set(Object.values(agents).map(({ name }) => name))], sameItems);
  const groups: MenuItem[][] = [
    WHAT.map((one) => ({
      title: WHAT_WORDS[one],
      checked: what === one,
      run: () => go({ what: what === one ? undefined : one, ...TO_START }),
    })),
    ["human", ...names].map((name) => ({
      title: name === "human" ? "You" : name,
      checked: who.includes(name),
      run: () => go({ who: nextWho(who, name).join(",") || undefined, ...TO_START }),
    })),
    RUNGS.map((one) => ({
      title: capital(WORDS[one]),
      checked: rung === one,
      run: () => go({ rung: rung === one ? undefined : one, ...TO_START }),
    })),
  ];
  return (
    <Menu label="Filter messages" groups={groups} many>
      {(opener) => (
        <Button look="quiet" aria-label="Filter messages" {...opener}>
          Filter
          <Icon name="down" />
        </Button>
      )}
    </Menu>
  );
}

/** Two at most: the messages between them. A third takes the place of the first. */
function nextWho(who: string[], name: string): string[] {
  return who.includes(name) ? who.filter((one) => one !== name) : [...who, name].slice(-2);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
