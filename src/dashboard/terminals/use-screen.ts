import { useEffect, useEffectEvent, useState, type RefObject } from "react";
import type { Stream } from "../../client/stream.ts";
import type { Agent } from "../../contract/agent.ts";
import type { Drawing } from "./renderer.ts";
import { openScreen, type LiveScreen } from "./screen.ts";

export interface ScreenUse {
  stream: Stream;
  agent: Pick<Agent, "id" | "run" | "name">;
  /** What the socket attaches to, when it is not the agent's name. */
  address?: string;
  alive: boolean;
  phone: boolean;
  drawing: Drawing;
  screenReader: boolean;
  /** Takes the keyboard when it has opened. */
  takesFocus: boolean;
  onFind: () => void;
  onPath: ((place: { path: string; line?: number; column?: number }) => void) | undefined;
  onFiles: ((files: File[]) => void) | undefined;
}

/** Keeps a live terminal in an element while it may be alive: one for each run of the agent. */
export function useScreen(
  box: RefObject<HTMLElement | null>,
  use: ScreenUse,
): { screen: LiveScreen | undefined; failed: boolean; again: () => void } {
  const [screen, setScreen] = useState<LiveScreen>();
  const [failed, setFailed] = useState(false);
  const [tries, setTries] = useState(0);
  const { stream, agent, alive, phone, drawing, screenReader } = use;
  const { id, run, name } = agent;
  const { address = name } = use;
  const onFind = useEffectEvent(() => use.onFind());
  const onPath = useEffectEvent((place: Parameters<NonNullable<ScreenUse["onPath"]>>[0]) => use.onPath?.(place));
  const onFiles = useEffectEvent((files: File[]) => use.onFiles?.(files));
  const takesFocus = useEffectEvent(() => use.takesFocus);

  useEffect(() => {
    if (!alive || !box.current) return;
    const ended = new AbortController();
    const { signal } = ended;
    openScreen({
      ...{ stream, agent: address, box: box.current, drawing, screenReader, signal },
      label: `Terminal of ${name}`,
      fontSize: phone ? 12 : 13,
      locked: phone,
      onFind: () => onFind(),
      onPath: (place) => onPath(place),
      onFiles: (files) => onFiles(files),
    }).then(
      (opened) => {
        if (!opened) return;
        setScreen(opened);
        if (takesFocus()) opened.terminal.focus();
      },
      () => setFailed(!signal.aborted),
    );
    return () => {
      ended.abort();
      setScreen(undefined);
      setFailed(false);
    };
  }, [box, stream, id, run, name, address, alive, phone, drawing, screenReader, tries]);

  return { screen, failed, again: () => setTries((count) => count + 1) };
}
