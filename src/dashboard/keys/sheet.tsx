import "./sheet.css";
import { useState } from "react";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { prefer, usePreferences } from "../preferences/store.ts";
import { KeysOf } from "./change.tsx";
import { registered } from "./command.ts";
import { lettersOn, switchLetters } from "./press.ts";

/** Every command there is here, by what it is for, with its keys: each can be given others. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const { keys: chosen } = usePreferences();
  const [letters, setLetters] = useState(lettersOn);
  const groups = Map.groupBy(
    [...registered].filter(({ group }) => group),
    ({ group }) => group,
  );
  const many = Object.keys(chosen).length;
  return (
    <Dialog title="Keys" about="Click keys to choose others." size="wide" onClose={onClose}>
      <div className="key-sheet">
        {[...groups].map(([group, list]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {list.map((command) => (
                <div key={command.id}>
                  <dt>{command.title}</dt>
                  <dd>
                    <KeysOf command={command} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="key-foot">
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
        {many > 0 && (
          <Button
            look="quiet"
            icon="restart"
            onClick={() => prefer({ keys: Object.fromEntries(Object.keys(chosen).map((id) => [id, null])) })}
          >
            Usual keys for all
          </Button>
        )}
      </div>
    </Dialog>
  );
}
