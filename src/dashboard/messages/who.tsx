import "./who.css";
import { ALL, HUMAN } from "../../contract/actor.ts";
import { AgentMark } from "../agent/mark.tsx";
import { hueStyle, useHue } from "../agent/hue.ts";
import { Icon } from "../controls/icon.tsx";
import { nameWords } from "./names.ts";

/** A sender or recipient by name, in their colour; the person is "you". */
export function Name({ of, strong = false }: { of: string; strong?: boolean }) {
  const hue = useHue(of);
  const plain = of === HUMAN || of === ALL || of === "system";
  return (
    <bdi className={plain ? "who" : "who hue-ink"} data-strong={strong} style={plain ? undefined : hueStyle(hue)}>
      {strong && of === HUMAN ? "You" : nameWords(of)}
    </bdi>
  );
}

/** A sender's mark: an agent's own, or that of the person. */
export function WhoMark({ of }: { of: string }) {
  if (of !== HUMAN) return <AgentMark name={of} />;
  return (
    <span className="who-you" aria-hidden="true">
      <Icon name="agents" />
    </span>
  );
}
