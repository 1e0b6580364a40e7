import "./topbar.css";
import { lazy, Suspense } from "react";
import { countWaiting } from "../attention/waiting.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Icon } from "../controls/icon.tsx";
import { Menu } from "../controls/menu.tsx";
import { printKeys } from "../keys/command.ts";
import { useHere, useView } from "../live/here.tsx";
import { commandOf } from "../route/rooms.ts";
import { hrefOf } from "../route/route.ts";
import { openPalette, openSheet, PALETTE_KEYS, SHEET_KEYS } from "./overlays.ts";
import { goToRoom } from "./places.ts";

const ThemeMenu = lazy(() => import("../theme/menu.tsx").then((module) => ({ default: module.ThemeMenu })));

/** The mark: three agents, joined. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M5 6.5 15 5 10 15z" />
      <circle cx="5" cy="6.5" r="2.2" />
      <circle cx="15" cy="5" r="1.8" />
      <circle cx="10" cy="15" r="2.2" />
    </svg>
  );
}

export function Topbar() {
  const { workspace, workspaces } = useHere();
  const waiting = useView(countWaiting);
  const open = commandOf("workspace.open");
  return (
    <header className="topbar">
      <Mark />
      <h1 className="unseen">{workspace.name} – Clustr</h1>
      <Menu
        label="Workspace"
        groups={[
          workspaces.map(({ id, name, path }) => ({
            title: name,
            about: path,
            checked: id === workspace.id,
            run: () => location.assign(hrefOf({ workspace: id })),
          })),
          open ? [{ title: open.title, icon: "plus", run: open.run }] : [],
        ]}
      >
        {(opener) => (
          <button type="button" className="topbar-workspace" {...opener} data-tip={workspace.path}>
            <span className="clip">{workspace.name}</span>
            <Icon name="down" />
          </button>
        )}
      </Menu>
      <button type="button" className="topbar-search" onClick={openPalette}>
        <Icon name="search" />
        <span className="clip">Search agents, messages, notes, commands</span>
        <kbd>{printKeys(PALETTE_KEYS)}</kbd>
      </button>
      <div className="topbar-end">
        {waiting > 0 && (
          <Button look="quiet" onClick={() => goToRoom("inbox")}>
            <span className="topbar-waiting">
              ▲ {waiting} <span className="topbar-words">{waiting === 1 ? "needs you" : "need you"}</span>
            </span>
          </Button>
        )}
        <Suspense fallback={<span className="icon-button" />}>
          <ThemeMenu />
        </Suspense>
        <IconButton icon="help" label="Keys" keys={printKeys(SHEET_KEYS)} onClick={openSheet} />
      </div>
    </header>
  );
}
