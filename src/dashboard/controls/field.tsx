import "./field.css";
import { useId, type ReactNode } from "react";

interface FieldProps {
  label: string;
  /** What is wrong with it; announced, and tied to the control. */
  problem?: string | undefined;
  /** Help below it. */
  about?: ReactNode;
  /** The control: give it what is passed. Style native inputs with the class `input`. */
  children: (control: { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean }) => ReactNode;
}

/** A control with its name above it, and help or what is wrong below. */
export function Field({ label, problem, about, children }: FieldProps) {
  const id = useId();
  const below = problem ?? about;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": below ? `${id}-below` : undefined, "aria-invalid": problem !== undefined })}
      {below && (
        <p id={`${id}-below`} role={problem ? "alert" : undefined} data-problem={problem !== undefined}>
          {below}
        </p>
      )}
    </div>
  );
}
