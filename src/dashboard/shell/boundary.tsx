import { Component, type ReactNode } from "react";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";

interface Props {
  title: string;
  children: ReactNode;
}

/** Keeps trouble inside one room: the rest of the page goes on, and the room can be tried again. */
export class RoomBoundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <Empty
        role="alert"
        title={`${this.props.title} could not be shown`}
        action={<Button onClick={() => this.setState({ broken: false })}>Try again</Button>}
      >
        Everything else goes on. If it happens again, reload the page.
      </Empty>
    );
  }
}
