import { Separator } from "./separator.tsx";
import { LEFT, RIGHT, type Widths } from "./widths.ts";

interface EdgesProps {
  widths: Widths;
  /** Whether there is a panel on the right at all. */
  wide: boolean;
  move: (change: Partial<Widths>, rests?: boolean) => void;
}

/** The edges of the panels beside the work that are not put away. */
export function Edges({ widths, wide, move }: EdgesProps) {
  return (
    <>
      {widths.left > 0 && (
        <Separator
          label="Width of the agents"
          of="left"
          width={widths.left}
          {...LEFT}
          onMove={(left, rests) => move({ left }, rests)}
        />
      )}
      {wide && widths.right > 0 && (
        <Separator
          label="Width of the conversation"
          of="right"
          width={widths.right}
          {...RIGHT}
          onMove={(right, rests) => move({ right }, rests)}
        />
      )}
    </>
  );
}
