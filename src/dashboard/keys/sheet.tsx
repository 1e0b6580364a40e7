import "./sheet.css";
import { useState } from "react";
import { Dialog } from "../controls/dialog.tsx";
import { commands, printKeys } from "./command.ts";
import { lettersOn, switchLetters } from "./press.ts";

/** Every key there is, by what it is for. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const [letters, setLetters] = useState(lettersOn);
  const groups = Map.groupBy(
    commands()
      .filter(({ keys, group }) => keys && group)
      .reverse(),
    ({ group }) => group,
  );
  return (
    <Dialog title="Keys" size="wide" onClose={onClose}>
      <div className="key-sheet">
        {[...groups].map(([group, list]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {list.map(({ id, title, keys = "" }) => (
                <div key={id}>
                  <dt>{title}</dt>
                  <dd>
                    <kbd>{printKeys(keys)}</kbd>
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label className="key-letters">
        <input
          type="checkbox"
          data-autofocus
          checked={letters}
          onChange={({ target }) => {
            switchLetters(target.checked);
            setLetters(target.checked);
          }}
        />
        Single letters act (outside text fields and terminals)
      </label>
    </Dialog>
  );
}
