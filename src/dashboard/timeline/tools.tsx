import { Button } from "../controls/button.tsx";
import { Chip } from "../controls/chip.tsx";
import { Icon } from "../controls/icon.tsx";
import { Menu } from "../controls/menu.tsx";
import type { MenuItem } from "../controls/menu-item.ts";
import { sameItems, useView } from "../live/here.tsx";
import { nameWords } from "../messages/names.ts";
import { go } from "../route/route.ts";
import { RoomTools } from "../shell/frame.tsx";
import { KIND_WORDS, KINDS, type Kind } from "./kinds.ts";

/** What is looked at: a menu beside the room's name, and what was chosen in it as chips. */
export function TimelineTools({ kinds, of }: { kinds: readonly Kind[]; of: string | undefined }) {
  const names = useView(({ agents }) => [...new Set(Object.values(agents).map(({ name }) => name))], sameItems);
  const set = (next: readonly Kind[]) => go({ kinds: next.join(",") || undefined, event: undefined });
  const setOf = (next: string | undefined) => go({ of: next, event: undefined });
  const groups: MenuItem[][] = [
    KINDS.map((kind) => ({
      title: KIND_WORDS[kind],
      checked: kinds.includes(kind),
      run: () => set(kinds.includes(kind) ? kinds.filter((one) => one !== kind) : [...kinds, kind]),
    })),
    ["human", ...names].map((name) => ({
      title: name === "human" ? "You" : name,
      checked: of === name,
      run: () => setOf(of === name ? undefined : name),
    })),
  ];
  return (
    <>
      <RoomTools>
        <Menu label="Filter the timeline" groups={groups} many>
          {(opener) => (
            <Button look="quiet" aria-label="Filter the timeline" {...opener}>
              Filter
              <Icon name="down" />
            </Button>
          )}
        </Menu>
      </RoomTools>
      {(kinds.length > 0 || of !== undefined) && (
        <div className="timeline-chips" role="group" aria-label="Filters">
          {of !== undefined && (
            <Chip name={`the filter ${of}`} onRemove={() => setOf(undefined)}>
              <bdi className="clip">{of === "human" ? "You" : nameWords(of)}</bdi>
            </Chip>
          )}
          {kinds.map((kind) => (
            <Chip
              key={kind}
              name={`the filter ${KIND_WORDS[kind]}`}
              onRemove={() => set(kinds.filter((one) => one !== kind))}
            >
              {KIND_WORDS[kind]}
            </Chip>
          ))}
        </div>
      )}
    </>
  );
}
