import "./button.css";
import type { ButtonHTMLAttributes, Ref } from "react";
import { Icon, type IconName } from "./icon.tsx";

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className" | "title">;

interface ButtonProps extends Native {
  /** `primary`: the one call to action of a surface. `quiet`: no frame until pointed at. `danger`: red only once meant. */
  look?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
  ref?: Ref<HTMLButtonElement>;
}

/** A button with words. */
export function Button({ look = "plain", icon, children, type = "button", ...rest }: ButtonProps) {
  return (
    <button type={type} className="button" data-look={look} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends Native {
  icon: IconName;
  /** Its name: what a screen reader says and the tooltip shows. */
  label: string;
  /** Keys shown in the tooltip, as `printKeys` prints them. */
  keys?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

/** A square button whose name is in its tooltip. */
export function IconButton({ icon, label, keys, type = "button", ...rest }: IconButtonProps) {
  return (
    <button type={type} className="icon-button" aria-label={label} data-tip={label} data-tip-keys={keys} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
