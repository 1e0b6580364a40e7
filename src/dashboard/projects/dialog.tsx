import { Dialog } from "../controls/dialog.tsx";
import { useHere } from "../live/here.tsx";
import { Chooser } from "./chooser.tsx";
import { useOpening } from "./opening.ts";
import { TrustButtons, TrustQuestion } from "./trust.tsx";

/** Opens another project beside those that are open. */
export function OpenProject({ onClose }: { onClose: () => void }) {
  const { client, workspace } = useHere();
  const opener = useOpening(client);
  const { state } = opener;
  if (state.is === "trust")
    return (
      <Dialog
        key="trust"
        title="Do you trust this folder?"
        onClose={onClose}
        actions={<TrustButtons opener={opener} />}
      >
        <TrustQuestion asked={state} />
      </Dialog>
    );
  return (
    <Dialog title="Open a project" onClose={onClose} size="wide">
      <Chooser client={client} here={workspace.id} opener={opener} />
    </Dialog>
  );
}
