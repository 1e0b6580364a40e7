import "./dialog.css";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { IconButton } from "./button.tsx";

interface DialogProps {
  title: string;
  /** A sentence below the title. */
  about?: ReactNode;
  /** Called when it wants to close: Esc, the cross, a click beside it. */
  onClose: () => void;
  /** `narrow` 440 px, `wide` 720 px. On a phone it fills the screen from below. */
  size?: "narrow" | "wide";
  children: ReactNode;
  /** Buttons at its foot; the primary one last. */
  actions?: ReactNode;
}

/**
 * Shown as long as it is rendered, above everything, with the focus kept inside; the focus returns to where it was.
 * The first element with `data-autofocus` inside gets the focus.
 */
export function Dialog({ title, about, onClose, size = "narrow", children, actions }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const opener = document.activeElement;
    const dialog = box.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    // A click on the backdrop is a click on the dialog itself: its content covers the rest.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Esc does the same by keyboard.
    <dialog
      ref={box}
      className="dialog"
      data-size={size}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === event.currentTarget && onClose()}
    >
      <div className="dialog-box">
        <header>
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        {about !== undefined && <p className="dialog-about">{about}</p>}
        <div className="dialog-body">{children}</div>
        {actions !== undefined && <footer>{actions}</footer>}
      </div>
    </dialog>
  );
}
