import "./shell.css";
import { createElement, lazy, Suspense, useEffect, useMemo } from "react";
import { Toasts } from "../controls/toast.tsx";
import { useCommands } from "../keys/command.ts";
import { useHere } from "../live/here.tsx";
import { ownCommands, roomsAt } from "../route/rooms.ts";
import { part } from "../route/part.tsx";
import { usable } from "../route/rest.ts";
import { useRoute } from "../route/route.ts";
import { Alone, Frame, RoomBody } from "./frame.tsx";
import { useLayout } from "./layout.ts";
import { closeOverlay, useOverlay } from "./overlays.ts";
import { placesOf } from "./places.ts";
import { shellCommands } from "./commands.ts";
import { Topbar } from "./topbar.tsx";
import { useWidths } from "./widths.ts";

// Asked for with the first paint, but not waited for: the page is there sooner.
const AttentionBand = lazy(() => import("../attention/band.tsx").then((module) => ({ default: module.AttentionBand })));
const Composer = part(() => import("../composer/composer.tsx").then((module) => module.Composer));
const BottomTabs = lazy(() => import("./bottom-tabs.tsx").then((module) => ({ default: module.BottomTabs })));
const Edges = lazy(() => import("./edges.tsx").then((module) => ({ default: module.Edges })));
const StatusBar = lazy(() => import("./status-bar.tsx").then((module) => ({ default: module.StatusBar })));
const ConnectionStrip = lazy(() =>
  import("./connection-strip.tsx").then((module) => ({ default: module.ConnectionStrip })),
);
const Follow = lazy(() => import("../preferences/follow.tsx").then((module) => ({ default: module.Follow })));

/** The window: agents on the left, work in the centre, conversation on the right, the composer below them all. */
export function Shell() {
  const { workspace } = useHere();
  const layout = useLayout();
  const { root, widths, move } = useWidths(workspace.id);
  const { centre, shown, side, beside } = placesOf(useRoute(), layout);
  const commands = useMemo(
    () => [...shellCommands((panel, usual) => move({ [panel]: usual })), ...ownCommands],
    [move],
  );
  useCommands(commands);
  useEffect(() => {
    usable();
    const gone = new AbortController();
    void import("../keys/press.ts").then(({ listenForKeys }) => listenForKeys(gone.signal));
    void import("../controls/tip.ts").then(({ showTips }) => showTips(gone.signal));
    return () => gone.abort();
  }, []);
  const style = { "--left": `${widths.left}px`, "--right": `${widths.right}px` } as React.CSSProperties;
  return (
    <div ref={root} className="shell" data-layout={layout} style={style}>
      <Topbar />
      <div className="shell-above">
        <Suspense>
          <ConnectionStrip />
          <AttentionBand hidden={shown?.id === "inbox"} compact={layout === "phone" && shown?.id !== "agents"} />
        </Suspense>
      </div>
      {layout === "phone" ? (
        <main className="shell-centre" aria-label={shown?.title ?? "Nothing here"}>
          <Alone room={shown} />
        </main>
      ) : (
        <>
          <nav className="shell-left" aria-label="Agents" hidden={widths.left === 0}>
            <RoomBody room={roomsAt("left")[0]} />
          </nav>
          <main className="shell-centre">
            <Suspense>
              <Edges widths={widths} wide={layout === "wide"} move={move} />
            </Suspense>
            <Frame label="Work" tabs={centre} shown={shown} />
          </main>
          {layout === "wide" && (
            <aside className="shell-right" aria-label="Conversation" hidden={widths.right === 0}>
              <Frame label="Conversation" tabs={side} shown={beside} />
            </aside>
          )}
        </>
      )}
      <Composer meanwhile={<div className="shell-write" />} />
      {layout === "phone" ? (
        <Suspense fallback={<div className="shell-tabs" />}>
          <BottomTabs shown={shown} />
        </Suspense>
      ) : (
        <Suspense fallback={<footer className="status-bar" />}>
          <StatusBar
            panels={commands.filter(({ id }) => id === "panel.left" || (id === "panel.right" && layout === "wide"))}
          />
        </Suspense>
      )}
      <Suspense>
        <Follow widths={widths} move={move} />
      </Suspense>
      <Toasts />
      <Overlays />
    </div>
  );
}

function Overlays() {
  const overlay = useOverlay();
  return overlay && createElement(overlay, { onClose: closeOverlay });
}
