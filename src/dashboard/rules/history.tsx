import { useEffect, useState } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import { Button } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useHere, useView } from "../live/here.tsx";
import { Editor } from "../text/editor.tsx";
import { Revisions, type Revision } from "../text/revisions.tsx";

const PAGE = 50;

interface HistoryProps {
  /** Puts a revision's text into the editor; saving it is one more step. */
  onTake: (text: string) => void;
}

/** Every revision of the rules, and what each changed. */
export function History({ onTake }: HistoryProps) {
  const { client } = useHere();
  const newest = useView((view) => view.rules.revision);
  const [revisions, setRevisions] = useState<Revision[]>();
  const [problem, setProblem] = useState<string>();
  const [chosen, setChosen] = useState<number>();
  const [oldest, setOldest] = useState<number>();
  const selected = chosen ?? revisions?.[0]?.revision;

  useEffect(() => {
    let wanted = true;
    const input = { limit: PAGE, ...(oldest !== undefined && { before: oldest }) };
    client.call("rules.history", input).then(
      (answer) => {
        const page = answer.map(({ size, ...one }) => ({ ...one, about: `${size} characters` }));
        if (wanted) setRevisions((was) => (oldest === undefined ? page : [...(was ?? []), ...page]));
      },
      (error: unknown) => wanted && setProblem(toFailure(error).message),
    );
    return () => {
      wanted = false;
    };
  }, [client, newest, oldest]);

  if (problem)
    return (
      <Empty title="The history could not be read" role="alert">
        {problem}
      </Empty>
    );
  if (!revisions) return <Skeleton rows={4} />;
  if (revisions.length === 0 || selected === undefined)
    return <Empty title="Nothing was written yet">Each time the rules are saved, a revision is added here.</Empty>;
  const last = revisions.at(-1)?.revision ?? 1;
  return (
    <>
      <Revisions
        revisions={revisions}
        selected={selected}
        onSelect={setChosen}
        onMore={last > 1 ? () => setOldest(last) : undefined}
      />
      <Shown key={selected} revision={selected} newest={newest} onTake={onTake} client={client} />
    </>
  );
}

interface ShownProps {
  client: Client;
  revision: number;
  newest: number;
  onTake: (text: string) => void;
}

/** One revision, compared with the one before it. */
function Shown({ client, revision, newest, onTake }: ShownProps) {
  const [texts, setTexts] = useState<{ now: string; before: string }>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let wanted = true;
    const read = async (number: number) =>
      number < 1 ? "" : (await client.call("rules.revision", { revision: number })).text;
    Promise.all([read(revision), read(revision - 1)]).then(
      ([now, before]) => wanted && setTexts({ now, before }),
      (error: unknown) => wanted && setProblem(toFailure(error).message),
    );
    return () => {
      wanted = false;
    };
  }, [client, revision]);
  if (problem)
    return (
      <p role="alert" className="rules-note trouble">
        {problem}
      </p>
    );
  if (!texts) return <Skeleton rows={5} />;
  return (
    <>
      <Editor
        label={`Rules, revision ${revision}`}
        text={texts.now}
        against={texts.before === "" ? undefined : texts.before}
        path="rules.md"
      />
      <footer className="rules-foot">
        <span className="meta">{texts.now === "" ? "Empty: no rules." : `What revision ${revision} changed`}</span>
        {revision < newest && <Button onClick={() => onTake(texts.now)}>Put it into the editor</Button>}
      </footer>
    </>
  );
}
