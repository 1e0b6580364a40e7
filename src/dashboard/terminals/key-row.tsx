import { useEffect, useState } from "react";
import { Button } from "../controls/button.tsx";
import type { PhoneKey } from "./input.ts";
import type { LiveScreen } from "./screen.ts";

const KEYS: { key: PhoneKey; shown: string; name: string }[] = [
  { key: "esc", shown: "esc", name: "Escape, esc" },
  { key: "tab", shown: "tab", name: "Tab" },
  { key: "ctrl", shown: "ctrl", name: "Control, ctrl, for the next key" },
  { key: "up", shown: "↑", name: "Up" },
  { key: "down", shown: "↓", name: "Down" },
  { key: "enter", shown: "↵", name: "Enter" },
];

/** On a phone a terminal is looked at until somebody says that they want to type; then there are the keys a phone lacks. */
export function KeyRow({ screen }: { screen: LiveScreen }) {
  const [typing, setTyping] = useState(false);
  const [ctrl, setCtrl] = useState(false);
  useEffect(() => screen.input.onCtrl(setCtrl), [screen]);
  const turn = (on: boolean) => {
    setTyping(on);
    if (on) screen.unlock();
    else screen.lock();
  };
  if (!typing)
    return (
      <div className="key-row" data-typing="false">
        <span>Read only, so that no key slips in.</span>
        <Button onClick={() => turn(true)}>Type</Button>
      </div>
    );
  return (
    <div className="key-row" data-typing="true" role="toolbar" aria-label="Keys">
      {KEYS.map(({ key, shown, name }) => (
        <button
          key={key}
          type="button"
          aria-label={name}
          aria-pressed={key === "ctrl" ? ctrl : undefined}
          // The keyboard of the phone stays open: the terminal keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => screen.input.press(key)}
        >
          {shown}
        </button>
      ))}
      <button type="button" onClick={() => turn(false)}>
        Done
      </button>
    </div>
  );
}
