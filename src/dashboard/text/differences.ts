import { unifiedMergeView } from "@codemirror/merge";
import type { Extension } from "@codemirror/state";

/** What the two sides of a difference are called where one can be chosen. */
export interface Sides {
  /** For the text that is compared with, e.g. `Take theirs`. */
  take: string;
  /** For the text in the editor, e.g. `Keep mine`. */
  keep: string;
}

/** Shows how a text differs from another one; with `sides`, each difference can be settled. */
export function differences(original: string, sides: Sides | undefined): Extension {
  return unifiedMergeView({
    original,
    highlightChanges: true,
    gutter: true,
    syntaxHighlightDeletions: false,
    collapseUnchanged: { margin: 3, minSize: 6 },
    mergeControls: sides ? (type, settle) => choice(type === "reject" ? sides.take : sides.keep, settle) : false,
  });
}

function choice(title: string, settle: (event: MouseEvent) => void): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cm-choice";
  button.textContent = title;
  // A click, not a press: so that a key does it too.
  button.addEventListener("click", settle);
  return button;
}
