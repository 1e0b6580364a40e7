import { toFailure } from "../../contract/error.ts";
import { toast } from "../controls/toast.tsx";
import { hereNow } from "../live/here.tsx";
import { goToRoom } from "../shell/places.ts";

/** Opens a shell of the person's own and goes there: in the folder of an agent, or in the workspace's. */
export async function openShell(agent?: string): Promise<void> {
  const here = hereNow();
  if (!here) return;
  try {
    const { id } = await here.client.call("shell.open", agent === undefined ? {} : { agent });
    goToRoom("shells", { shell: id });
  } catch (error) {
    toast(toFailure(error).message, { trouble: true });
  }
}
