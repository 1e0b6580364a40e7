import "./several.css";
import { useId, useState, type FormEvent } from "react";
import type { Attention } from "../../contract/agent.ts";
import { Button } from "../controls/button.tsx";

interface SeveralProps {
  options: Attention["options"];
  disabled: boolean;
  /** Gets the numbers of the chosen ones, from 1, as `1,3`. */
  onAnswer: (numbers: string) => Promise<void>;
}

/** Options of which several may be chosen together: nothing is sent before the person says so. */
export function Several({ options, disabled, onAnswer }: SeveralProps) {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const about = useId();
  const toggle = (index: number) =>
    setChosen((was) => (was.has(index) ? new Set([...was].filter((one) => one !== index)) : new Set([...was, index])));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const numbers = [...chosen].sort((a, b) => a - b).map((index) => index + 1);
    if (numbers.length > 0) void onAnswer(numbers.join(","));
  };
  return (
    <form className="several" onSubmit={onSubmit}>
      <fieldset disabled={disabled}>
        <legend className="unseen">Options; several may be chosen</legend>
        {options.map(({ label, description }, index) => (
          <label key={label} htmlFor={`${about}-${index}`}>
            <input
              id={`${about}-${index}`}
              type="checkbox"
              checked={chosen.has(index)}
              aria-describedby={description ? `${about}-${index}-more` : undefined}
              onChange={() => toggle(index)}
            />
            <span>
              <span>{label}</span>
              {description && (
                <span id={`${about}-${index}-more`} className="muted">
                  {description}
                </span>
              )}
            </span>
          </label>
        ))}
      </fieldset>
      <Button type="submit" look="primary" disabled={disabled || chosen.size === 0}>
        {chosen.size === 0 ? "Choose one or more" : `Send ${chosen.size === 1 ? "1 answer" : `${chosen.size} answers`}`}
      </Button>
    </form>
  );
}
