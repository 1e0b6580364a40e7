import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** Colours of code: each has at least 4.5:1 on bg, s1 and on a changed line, in both themes. */
const INK = {
  word: "light-dark(#6f3aa5, #c9a6f5)",
  text: "light-dark(#3f5f00, #b5d98c)",
  number: "light-dark(#8a4a00, #f0b878)",
  name: "light-dark(#1a56b0, #9cc3ff)",
};

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword, tags.self], color: INK.word },
  { tag: [tags.string, tags.regexp, tags.special(tags.string), tags.attributeValue], color: INK.text },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.unit], color: INK.number },
  { tag: [tags.propertyName, tags.attributeName, tags.definition(tags.variableName)], color: INK.name },
  { tag: [tags.typeName, tags.className, tags.tagName, tags.function(tags.variableName)], color: INK.name },
  { tag: [tags.comment, tags.meta, tags.processingInstruction, tags.contentSeparator], color: "var(--muted)" },
  { tag: tags.heading, color: "var(--fg)", fontWeight: "600" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url, tags.monospace], color: INK.name },
]);

const theme = EditorView.theme({
  "&": { height: "100%", color: "var(--fg)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    font: "var(--text-code)",
    lineHeight: "18px",
    fontVariantLigatures: "none",
    overscrollBehavior: "contain",
  },
  ".cm-content": { padding: "10px 0", caretColor: "var(--fg)" },
  ".cm-content:focus-visible": { outline: "none" },
  ".cm-line": { padding: "0 14px" },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-gutters": { border: "0", backgroundColor: "transparent", color: "var(--muted)" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 4px 0 14px", minWidth: "42px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--s2) 60%, transparent)" },
  ".cm-wanted": { backgroundColor: "color-mix(in srgb, var(--accent) 18%, transparent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--s3)", outline: "none" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--attention) 30%, transparent)" },
  ".cm-searchMatch-selected": { outline: "1px solid var(--attention)" },
  // Changes: colour and a bar beside the line; who cannot see colours has the bar and the words of the buttons.
  ".cm-changedLine, .cm-insertedLine": { backgroundColor: "color-mix(in srgb, var(--running) 9%, transparent)" },
  ".cm-deletedChunk": {
    padding: "0 14px",
    backgroundColor: "color-mix(in srgb, var(--failed) 9%, transparent)",
  },
  ".cm-deletedText, .cm-deletedChunk .cm-deletedText": {
    background: "color-mix(in srgb, var(--failed) 20%, transparent)",
  },
  ".cm-changedText, .cm-insertedLine .cm-changedText": {
    background: "color-mix(in srgb, var(--running) 18%, transparent)",
  },
  ".cm-changeGutter": { width: "3px", paddingLeft: "0" },
  ".cm-changeGutter .cm-changedLineGutter": { background: "var(--running)" },
  ".cm-changeGutter .cm-deletedLineGutter": { background: "var(--failed)" },
  ".cm-collapsedLines": {
    padding: "4px 14px",
    background: "var(--s2)",
    color: "var(--muted)",
    font: "var(--text-meta)",
  },
  ".cm-deletedChunk .cm-chunkButtons": {
    position: "static",
    display: "flex",
    gap: "8px",
    padding: "4px 0",
    insetInlineEnd: "auto",
  },
  ".cm-chunkButtons button.cm-choice": {
    margin: "0",
    color: "var(--fg)",
    minHeight: "24px",
    padding: "0 8px",
    border: "1px solid var(--edge)",
    borderRadius: "var(--radius)",
    background: "var(--s1)",
    font: "var(--text-table)",
    fontWeight: "500",
    cursor: "pointer",
  },
  ".cm-panels": { borderColor: "var(--line)", backgroundColor: "var(--s1)", color: "var(--fg)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panel.cm-search": {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    gap: "4px 8px",
    padding: "6px 36px 6px 14px",
    font: "var(--text-table)",
  },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", fontSize: "inherit" },
  ".cm-panel.cm-search .cm-textfield, .cm-panel.cm-search .cm-button": {
    minHeight: "24px",
    margin: "0",
    padding: "2px 8px",
    border: "1px solid var(--edge)",
    borderRadius: "var(--radius)",
    background: "var(--s1)",
    font: "var(--text-table)",
  },
  ".cm-panel.cm-search [name=close]": { top: "6px", right: "10px", color: "var(--muted)", fontSize: "16px" },
});

/** How text looks wherever it is shown or edited. */
export const looks: Extension = [theme, syntaxHighlighting(colours)];
