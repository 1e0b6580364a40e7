import { useEffect, useRef, useState } from "react";
import type { Terminal } from "@xterm/xterm";
import { IconButton } from "../controls/button.tsx";
import { Finder, type Found } from "./find.ts";

/** Finds in one terminal: Enter goes down, Shift+Enter up, Esc gives the keyboard back to the terminal. */
export function FindBar({ terminal, name, onClose }: { terminal: Terminal; name: string; onClose: () => void }) {
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found>({ at: 0, of: 0 });
  const finder = useRef<Finder>(undefined);
  useEffect(() => {
    const made = new Finder(terminal, setFound);
    finder.current = made;
    return () => made.clear();
  }, [terminal]);

  const find = (towards: "next" | "previous") => void finder.current?.find(text, towards);
  const said = text === "" ? "" : found.of === 0 ? "No match" : `${found.at} of ${found.of}`;
  return (
    <search className="pane-find" aria-label={`Find in the terminal of ${name}`}>
      <input
        className="input"
        aria-label="Find"
        placeholder="Find"
        spellCheck={false}
        autoFocus
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          void finder.current?.find(target.value, "previous", true);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") find(event.shiftKey ? "next" : "previous");
          else if (event.key === "Escape") onClose();
          else return;
          event.preventDefault();
        }}
      />
      <output>{said}</output>
      <span className="pane-find-up">
        <IconButton
          icon="down"
          label="Further up"
          keys="↵"
          disabled={found.of === 0}
          onClick={() => find("previous")}
        />
      </span>
      <IconButton icon="down" label="Further down" keys="⇧ ↵" disabled={found.of === 0} onClick={() => find("next")} />
      <IconButton icon="close" label="Close" keys="Esc" onClick={onClose} />
    </search>
  );
}
