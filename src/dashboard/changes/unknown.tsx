import { Button } from "../controls/button.tsx";
import { useAct, useOnline } from "../live/here.tsx";
import type { Summary } from "./types.ts";

/** How many are shown at once; the next appear as these are settled. */
const SHOWN = 5;

interface UnknownProps {
  unknown: Summary["unknown"];
  onAssigned: () => void;
}

/** Changes that two could have made at once: only the person can say whose they are. */
export function Unknown({ unknown, onAssigned }: UnknownProps) {
  const act = useAct();
  const online = useOnline();
  if (unknown.length === 0) return null;
  const assign = async (position: number, to: string) => {
    if (
      await act(
        (client) => client.call("change.assign", { position, to }),
        `Noted as ${to === "human" ? "yours" : `${to}'s`}.`,
      )
    )
      onAssigned();
  };
  return (
    <section className="changes-unknown" aria-label="Changes of unknown author">
      <h3>
        ▲ Whose is it? <span className="meta">{unknown.length}</span>
      </h3>
      <p className="meta">Two were at work at once. Until you say whose it is, it is not taken back with anybody's.</p>
      <ul>
        {unknown.slice(0, SHOWN).map(({ position, path, among }) => (
          <li key={position}>
            <span className="clip" title={path}>
              {path}
            </span>
            <span className="changes-among">
              {among.map((name) => (
                <Button key={name} look="quiet" disabled={!online} onClick={() => void assign(position, name)}>
                  {name === "human" ? "mine" : name}
                </Button>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {unknown.length > SHOWN && <p className="meta">and {unknown.length - SHOWN} more</p>}
    </section>
  );
}
