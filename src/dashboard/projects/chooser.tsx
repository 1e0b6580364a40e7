import "./chooser.css";
import { useState } from "react";
import type { Client } from "../../client/client.ts";
import { Button } from "../controls/button.tsx";
import { Field } from "../controls/field.tsx";
import { FolderBrowser } from "./browser.tsx";
import type { Opener } from "./opening.ts";
import { RecentList } from "./recent.tsx";

interface ChooserProps {
  client: Client;
  here: string | undefined;
  opener: Opener;
}

/** A project to open: one of the latest, a path typed or pasted, or a folder gone to. */
export function Chooser({ client, here, opener }: ChooserProps) {
  const { state, open } = opener;
  const [path, setPath] = useState("");
  const [at, setAt] = useState<string>();
  const busy = state.is === "asking";
  const go = (folder: string) => {
    setAt(folder);
    setPath(folder);
    opener.reset();
  };
  const failed = state.is === "failed" ? state : undefined;
  return (
    <div className="projects">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (path.trim() !== "") open(path);
        }}
      >
        <Field
          label="Folder"
          problem={failed && failed.path === path.trim() ? failed.why : undefined}
          about="Type or paste its path on this machine, or choose one below."
        >
          {(control) => (
            <span className="projects-typed">
              <input
                {...control}
                data-autofocus
                className="input"
                value={path}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                placeholder="/path/to/project"
                onChange={({ target }) => setPath(target.value)}
              />
              <Button look="primary" type="submit" disabled={busy || path.trim() === ""}>
                {busy ? "Opening…" : "Open"}
              </Button>
            </span>
          )}
        </Field>
        {failed && failed.path !== path.trim() && (
          <p role="alert" className="trouble">
            {failed.why}
          </p>
        )}
      </form>
      <div className="projects-columns">
        <section aria-label="Recent projects">
          <h2>Recent</h2>
          <RecentList client={client} here={here} onOpen={open} disabled={busy} />
        </section>
        <div>
          <h2>Folders</h2>
          <FolderBrowser client={client} at={at} onGo={go} />
        </div>
      </div>
    </div>
  );
}
