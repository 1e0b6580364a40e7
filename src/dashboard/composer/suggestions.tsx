import "./suggestions.css";
import { useEffect, useState } from "react";
import { AgentMark } from "../agent/mark.tsx";
import { standingOf } from "../agent/standing.ts";
import { Icon } from "../controls/icon.tsx";
import { fit } from "../keys/fit.ts";
import { useHere } from "../live/here.tsx";
import type { Token } from "./token.ts";

/** How long typing pauses before files are looked for. */
const PAUSE_MS = 80;
const MOST = 8;

interface SuggestionsProps {
  id: string;
  token: Token;
  at: number;
  /** What there is to choose, whenever that changes. */
  onFound: (found: string[]) => void;
  onChoose: (chosen: string) => void;
}

/** Agents or files that fit what is being typed; the field keeps the focus and the keys. */
export function Suggestions({ id, token, at, onFound, onChoose }: SuggestionsProps) {
  const { client, live } = useHere();
  const [found, setFound] = useState<string[]>([]);
  const { kind, typed } = token;
  useEffect(() => {
    const gone = new AbortController();
    const show = (list: string[]) => {
      if (gone.signal.aborted) return;
      setFound(list);
      onFound(list);
    };
    if (kind === "agent") {
      const agents = Object.values(live.newest().view?.agents ?? {}).filter((agent) => agent.live);
      const scored = agents.map(({ name }) => ({ name, score: typed === "" ? 1 : fit(name, typed.toLowerCase()) }));
      const best = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
      show(best.slice(0, MOST).map(({ name }) => name));
      return () => gone.abort();
    }
    const timer = setTimeout(() => {
      client.call("file.find", { query: typed, limit: MOST }, { signal: gone.signal }).then(
        ({ paths }) => show(paths),
        () => show([]),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [client, live, kind, typed, onFound]);
  if (found.length === 0) return null;
  return (
    <ul id={id} className="suggestions" role="listbox" aria-label={kind === "agent" ? "Agents" : "Files"}>
      {found.map((one, index) => (
        // The field has the focus and the keys; a click is the other way.
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={one}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(one)}
        >
          {kind === "agent" ? <AgentMark name={one} /> : <Icon name="file" />}
          <span className="clip">{one}</span>
          {kind === "agent" && <small className="meta">{wordOf(one)}</small>}
        </li>
      ))}
    </ul>
  );

  function wordOf(name: string): string {
    const agent = Object.values(live.newest().view?.agents ?? {}).find((each) => each.live && each.name === name);
    return agent ? standingOf(agent).word : "";
  }
}
