import { useEffect, useRef } from "react";
import type { Preferences } from "../../contract/preferences.ts";
import type { Widths } from "../shell/widths.ts";
import { followChosenKeys } from "../keys/chosen.ts";
import { useHere, useOnline } from "../live/here.tsx";
import { go, route, useRoute } from "../route/route.ts";
import { chooseTheme, onTheme, themeChoice } from "../theme/theme.ts";
import { onPreferences, prefer, preferences, receive, sendTo, windowOf } from "./store.ts";

interface FollowProps {
  widths: Widths;
  /** Arranges the panels; with nothing to arrange it only draws the window anew. */
  move: (change: Partial<Widths>) => void;
}

/**
 * Keeps this window and what the server remembers in step: theme, keys and panels, both ways. Shows nothing. What the
 * first paint needs is read from this browser long before; here it is put right.
 */
export function Follow({ widths, move }: FollowProps) {
  const { client, live, workspace } = useHere();
  const online = useOnline();
  const { side } = useRoute();

  useEffect(() => {
    sendTo(online ? client : undefined);
    return () => sendTo(undefined);
  }, [client, online]);

  useEffect(() => {
    let heard: Preferences | undefined;
    const hear = () => {
      const { preferences: news } = live.newest();
      if (!news || news === heard) return;
      heard = news;
      receive(news);
    };
    hear();
    return live.watch(hear);
  }, [live]);

  // From the server to the window …
  useEffect(() => {
    const arrange = () => {
      const { theme } = preferences();
      if (theme !== undefined && theme !== themeChoice()) chooseTheme(theme);
      const { left, right } = windowOf(workspace.id);
      move({ ...(left !== undefined && { left }), ...(right !== undefined && { right }) });
    };
    arrange();
    // The room at the side is this window's own; the one that was shown last is only where a new window begins.
    const begun = windowOf(workspace.id).side;
    if (begun !== undefined && route().side === undefined) go({ side: begun }, { replace: true });
    return onPreferences(arrange);
  }, [workspace.id, move]);
  useEffect(() => followChosenKeys(() => move({})), [move]);

  // … and from the window to the server: only what the person has changed since.
  useEffect(
    () =>
      onTheme(() => {
        const choice = themeChoice();
        if (choice !== (preferences().theme ?? "system")) prefer({ theme: choice });
      }),
    [],
  );
  const shown = useRef(widths);
  useEffect(() => {
    if (shown.current.left === widths.left && shown.current.right === widths.right) return;
    shown.current = widths;
    const was = windowOf(workspace.id);
    if (was.left !== widths.left || was.right !== widths.right)
      prefer({ window: { workspace: workspace.id, left: widths.left, right: widths.right } });
  }, [workspace.id, widths]);
  useEffect(() => {
    if (side !== undefined && side !== windowOf(workspace.id).side)
      prefer({ window: { workspace: workspace.id, side } });
  }, [workspace.id, side]);
  return null;
}
