import "./composer.css";
import { useCallback, useEffect, useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { toFailure } from "../../contract/error.ts";
import { useSelected } from "../agent/selected.ts";
import { Button } from "../controls/button.tsx";
import { Told } from "../controls/told.tsx";
import { sameItems, useHere, useLoaded, useOnline, useView } from "../live/here.tsx";
import { atClick } from "../route/part.tsx";
import { useDraft } from "./draft.ts";
import { onComposerFocus } from "./focus.ts";
import { Recipients } from "./recipients.tsx";
import { sendToEach } from "./send.ts";
import { replaceToken, tokenAt } from "./token.ts";
import { UrgencyMenu } from "./urgency.tsx";

const Suggestions = atClick(() => import("./suggestions.tsx").then((module) => module.Suggestions));
const touch = matchMedia("(pointer: coarse)");
const MOST_LINES = 8;

/** Writes to one agent, several or all, from wherever one is. */
export function Composer() {
  const { client, workspace } = useHere();
  const online = useOnline();
  const loaded = useLoaded();
  const names = useView(
    ({ agents }) => Object.values(agents).flatMap(({ live, name }) => (live ? [name] : [])),
    sameItems,
  );
  const selected = useSelected();
  const [draft, change] = useDraft(workspace.id);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [caret, setCaret] = useState(0);
  const [found, setFound] = useState<string[]>([]);
  const [at, setAt] = useState(0);
  const [dismissed, dismiss] = useState(-1);
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useId();

  const { text, urgency } = draft;
  const still = draft.to?.filter((name) => name === "all" || names.includes(name));
  const onScreen = selected?.live ? [selected.name] : ["all"];
  const to = still && still.length > 0 ? still : onScreen;
  const token = tokenAt(text, caret);
  const suggests = token !== undefined && token.from !== dismissed;
  const nobody = loaded && names.length === 0;
  const ready = online && !busy && !nobody && text.trim() !== "";

  const addPictures = useCallback(
    async (files: File[]) => {
      setBusy(true);
      try {
        const { savePictures } = await import("./pictures.ts");
        const paths = await savePictures(client, files);
        const before = field.current?.value ?? "";
        const space = before === "" || /\s$/.test(before) ? "" : " ";
        change({ text: `${before}${space}${paths.join(" ")} ` });
        setProblem("");
      } catch (error) {
        setProblem(toFailure(error).message);
      } finally {
        setBusy(false);
      }
    },
    [client, change],
  );
  useEffect(
    () =>
      onComposerFocus(({ to: wanted, files }) => {
        if (wanted !== undefined) change({ to: [wanted], held: false });
        field.current?.focus();
        if (files) void addPictures(files);
      }),
    [change, addPictures],
  );
  const onFound = useCallback((list: string[]) => {
    setFound(list);
    setAt(0);
  }, []);

  const onPaste = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    void addPictures(files);
  };
  const write = (next: string, caretAt: number) => {
    setCaret(caretAt);
    // Who is meant is settled with the first letter: looking at another agent meanwhile redirects nothing.
    change({ text: next, ...(draft.to === undefined && { to, held: true }) });
  };
  const choose = (one: string) => {
    if (!token) return;
    const asRecipient = token.kind === "agent" && text.slice(0, token.from).trim() === "";
    const done = replaceToken(text, token, asRecipient ? "" : token.kind === "agent" ? `@${one}` : one);
    const others = draft.held ? [] : (draft.to ?? []).filter((name) => name !== "all" && name !== one);
    change({ text: done.text, ...(asRecipient && { to: [...others, one], held: false }) });
    setCaret(done.caret);
    requestAnimationFrame(() => field.current?.setSelectionRange(done.caret, done.caret));
  };
  const send = async () => {
    if (!ready) return;
    setBusy(true);
    const { left, problem: why } = await sendToEach(client, to, text, urgency);
    setBusy(false);
    setProblem(why);
    if (left.length > 0) change({ to: left, held: false });
    else change({ text: "", to: undefined, urgency: "now" });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While a composition (IME) is open, its keys belong to it.
    if (event.nativeEvent.isComposing) return;
    if (suggests && found.length > 0) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const one = found[at];
      if (step !== undefined) setAt((at + step + found.length) % found.length);
      else if ((event.key === "Enter" || event.key === "Tab") && one !== undefined) choose(one);
      else if (event.key === "Escape") dismiss(token.from);
      else return;
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey && !touch.matches) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape") event.currentTarget.blur();
  };
  const hint = nobody
    ? "Nobody is here to write to yet."
    : !online && loaded
      ? "Not connected: your draft is kept, and can be sent when the server is back."
      : "";
  return (
    <form
      className="composer"
      aria-label="Write a message"
      aria-busy={busy}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {suggests && <Suggestions id={list} token={token} at={at} onFound={onFound} onChoose={choose} />}
      <Recipients
        to={to}
        chosen={still !== undefined && still.length > 0 && !draft.held}
        names={names}
        onChange={(next) => change({ to: next, held: false })}
      />
      <textarea
        ref={field}
        aria-label="Message"
        aria-autocomplete="list"
        aria-controls={suggests && found.length > 0 ? list : undefined}
        aria-activedescendant={suggests && found.length > 0 ? `${list}-${at}` : undefined}
        rows={Math.min(MOST_LINES, text.split("\n").length)}
        placeholder={`Write to ${to.includes("all") ? "all agents" : to.join(", ")} · @ agent, # file`}
        value={text}
        onChange={({ target }) => write(target.value, target.selectionStart)}
        onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      />
      <UrgencyMenu urgency={urgency} onChange={(next) => change({ urgency: next })} />
      <Button look="primary" type="submit" icon="send" disabled={!ready} aria-keyshortcuts="Enter">
        Send
      </Button>
      {(problem || hint) && (
        <p className="composer-note" role={problem ? "alert" : "status"} data-problem={problem !== ""}>
          <Told text={problem || hint} />
        </p>
      )}
    </form>
  );
}
