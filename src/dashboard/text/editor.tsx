import "./editor.css";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, StateEffect, StateField, Transaction } from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { differences, type Sides } from "./differences.ts";
import { languageOf } from "./languages.ts";
import { looks } from "./looks.ts";

interface EditorProps {
  /** Its accessible name. */
  label: string;
  /** What it shows; when another text comes, it shows that. */
  text: string;
  /** Called with every change that the person makes. Without it the text can be read and copied only. */
  onChange?: ((text: string) => void) | undefined;
  onSave?: (() => void) | undefined;
  /** Shown while it is empty. */
  hint?: string;
  /** A file's name, by which the text is coloured. */
  path?: string;
  /** A line to go to and mark, from 1. */
  line?: number | undefined;
  numbers?: boolean;
  /** Shows how the text differs from this one. */
  against?: string | undefined;
  /** Lets each difference be settled. */
  sides?: Sides | undefined;
}

/** Frames it may take to get to a line. */
const MOST_STEPS = 60;

/** Set on what the page changes by itself: no change of the person's. */
const own = Annotation.define<boolean>();

/** A text to edit or to read, with line numbers, colours, search and differences. Fills what it is in. */
export function Editor(props: EditorProps) {
  const { label, text, path = "", line, numbers = false, against, sides, hint = "" } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const language = useRef(new Compartment());
  const compared = useRef(new Compartment());
  const editable = props.onChange !== undefined;
  const onChange = useEffectEvent((next: string) => props.onChange?.(next));
  const onSave = useEffectEvent(() => props.onSave?.());
  const first = useEffectEvent(() => text);

  useEffect(() => {
    if (!box.current) return;
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: first(),
        extensions: [
          looks,
          numbers ? lineNumbers() : [],
          editable ? [history(), highlightActiveLine(), placeholder(hint)] : readOnly,
          search({ top: true }),
          highlightSelectionMatches(),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label }),
          keymap.of([
            { key: "Mod-s", preventDefault: true, run: () => (onSave(), true) },
            ...defaultKeymap.filter(({ key }) => key !== "Mod-/"),
            ...historyKeymap,
            ...searchKeymap,
          ]),
          wantedLine,
          language.current.of([]),
          compared.current.of([]),
          EditorView.updateListener.of(({ docChanged, transactions, state }) => {
            if (docChanged && !transactions.some((one) => one.annotation(own))) onChange(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => {
      view.current = undefined;
      made.destroy();
    };
  }, [label, editable, numbers, hint]);

  useEffect(() => {
    const { current } = view;
    const changes = current && changeTo(current.state.doc.toString(), text.replace(/\r\n?/g, "\n"));
    if (changes) current.dispatch({ changes, annotations: [own.of(true), Transaction.addToHistory.of(false)] });
  }, [text, label, editable, numbers, hint]);

  useEffect(() => {
    let wanted = true;
    void languageOf(path).then((found) => {
      if (wanted) view.current?.dispatch({ effects: language.current.reconfigure(found ?? []) });
    });
    return () => {
      wanted = false;
    };
  }, [path, label, editable, numbers, hint]);

  useEffect(() => {
    view.current?.dispatch({
      effects: compared.current.reconfigure(against === undefined ? [] : differences(against, sides)),
    });
  }, [against, sides, label, editable, numbers, hint]);

  useEffect(() => {
    const { current } = view;
    if (!current) return undefined;
    if (line === undefined) return current.dispatch({ effects: markLine.of(undefined) });
    const { from } = current.state.doc.line(Math.min(Math.max(line, 1), current.state.doc.lines));
    current.dispatch({ effects: markLine.of(from) });
    // Where a line is can only be guessed until the ones around it are drawn and measured: the way there is in steps.
    let steps = 0;
    let arrived = 0;
    let frame = requestAnimationFrame(function step() {
      arrived = steps > 0 && inSight(current, from) ? arrived + 1 : 0;
      if (arrived > 2 || steps++ > MOST_STEPS) return;
      if (arrived === 0) current.dispatch({ effects: EditorView.scrollIntoView(from, { y: "center" }) });
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [line, label, editable, numbers, hint]);

  return <div className="editor" ref={box} data-editable={editable} />;
}

/** Takes the focus and can be selected and searched, but not changed; letters are left to the page's own keys. */
const readOnly = [
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ tabindex: "0", "aria-readonly": "true" }),
];

function inSight(view: EditorView, at: number): boolean {
  const line = view.coordsAtPos(at);
  const frame = view.scrollDOM.getBoundingClientRect();
  return line !== null && line.top >= frame.top && line.bottom <= frame.bottom;
}

/** What makes one text another, and leaves the rest in its place: a reader stays where they are while a file grows. */
function changeTo(old: string, next: string): { from: number; to: number; insert: string } | undefined {
  if (old === next) return undefined;
  const shorter = Math.min(old.length, next.length);
  let from = 0;
  while (from < shorter && old[from] === next[from]) from++;
  let kept = 0;
  while (kept < shorter - from && old[old.length - 1 - kept] === next[next.length - 1 - kept]) kept++;
  return { from, to: old.length - kept, insert: next.slice(from, next.length - kept) };
}

const markLine = StateEffect.define<number | undefined>();
const mark = Decoration.line({ class: "cm-wanted" });

/** The line that an address asks for. */
const wantedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects)
      if (effect.is(markLine))
        next = effect.value === undefined ? Decoration.none : Decoration.set([mark.range(effect.value)]);
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
