import { IconButton } from "../controls/button.tsx";
import { printKeys, type Command } from "../keys/command.ts";
import { standingOf, type Tone } from "../agent/standing.ts";
import { StandingShape } from "../agent/mark.tsx";
import { useConnection, useView } from "../live/here.tsx";

const SAID: { tone: Tone; word: string }[] = [
  { tone: "attention", word: "waiting for you" },
  { tone: "failed", word: "failed" },
  { tone: "running", word: "running" },
  { tone: "spawning", word: "spawning" },
  { tone: "done", word: "done" },
];

/** One line at the foot: contact with the server, how the agents stand, and what shows or hides the panels. */
export function StatusBar({ panels }: { panels: Command[] }) {
  const { is } = useConnection();
  const counts = useView(
    ({ agents }) => {
      const all = Object.values(agents).map((agent) => standingOf(agent).tone);
      return SAID.map(({ tone }) => all.filter((one) => one === tone).length);
    },
    (a, b) => a.every((count, index) => count === b[index]),
  );
  return (
    <footer className="status-bar">
      <span role="status" className="status-link" data-is={is}>
        {is === "open" ? "Connected" : is === "ended" ? "Not connected" : "Connecting"}
      </span>
      {SAID.map(
        ({ tone, word }, index) =>
          (counts[index] ?? 0) > 0 && (
            <span key={tone} className="standing" data-tone={tone}>
              <StandingShape tone={tone} />
              {counts[index]} {word}
            </span>
          ),
      )}
      {panels.map(({ id, title, keys, run }) => (
        <IconButton
          key={id}
          icon={id === "panel.left" ? "left" : "right"}
          label={title}
          keys={keys && printKeys(keys)}
          onClick={run}
        />
      ))}
    </footer>
  );
}
