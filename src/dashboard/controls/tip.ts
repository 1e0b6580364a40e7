import "./tip.css";

/** How long a pointer rests before the name of a control is shown. */
const REST_MS = 400;

/**
 * Shows the name of whatever carries `data-tip` (and `data-tip-keys`) when a pointer rests on it or a key brings the
 * focus there. One element for the whole page; what it says is already the control's accessible name. Until the signal aborts.
 */
export function showTips(signal: AbortSignal): void {
  if (signal.aborted) return;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.popover = "manual";
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  let timer = 0;

  const hide = () => {
    clearTimeout(timer);
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  const show = (owner: HTMLElement) => {
    if (!owner.isConnected || owner.getAttribute("aria-expanded") === "true") return;
    const { tip: text = "", tipKeys } = owner.dataset;
    tip.replaceChildren(
      text,
      ...(tipKeys ? [Object.assign(document.createElement("kbd"), { textContent: tipKeys })] : []),
    );
    tip.showPopover();
    const anchor = owner.getBoundingClientRect();
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(anchor.left + (anchor.width - width) / 2, innerWidth - width - 8));
    const below = anchor.bottom + 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${below + height > innerHeight - 8 ? anchor.top - height - 6 : below}px`;
  };
  const ownerOf = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;
  const over = (event: PointerEvent) => {
    hide();
    const owner = ownerOf(event.target);
    if (owner && event.pointerType === "mouse") timer = window.setTimeout(() => show(owner), REST_MS);
  };
  const focus = (event: FocusEvent) => {
    hide();
    const owner = ownerOf(event.target);
    if (owner?.matches(":focus-visible")) show(owner);
  };
  const listeners = [
    ["pointerover", over],
    ["focusin", focus],
    ["focusout", hide],
    ["pointerdown", hide],
    ["keydown", hide],
    ["scroll", hide],
  ] as [string, EventListener][];
  for (const [type, listener] of listeners) document.addEventListener(type, listener, { capture: true, signal });
  signal.addEventListener("abort", () => {
    hide();
    tip.remove();
  });
}
