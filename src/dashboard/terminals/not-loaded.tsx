import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";

/** In place of a terminal whose drawing part did not come. */
export function NotLoaded({ onAgain }: { onAgain: () => void }) {
  return (
    <div className="pane-over">
      <Empty
        title="The terminal could not be loaded"
        role="alert"
        action={<Button onClick={onAgain}>Try again</Button>}
      >
        The server did not answer when the page asked for the part that draws it.
      </Empty>
    </div>
  );
}
