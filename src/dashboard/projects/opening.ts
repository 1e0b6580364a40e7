import { useCallback, useState } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import { hrefOf, route } from "../route/route.ts";

/** Where an attempt to open a folder stands. */
export type Opening =
  | { is: "waiting" }
  | { is: "asking"; path: string }
  /** The server wants to know, once for every folder, whether it is trusted. `about` is its question. */
  | { is: "trust"; path: string; about: string }
  | { is: "failed"; path: string; why: string };

export interface Opener {
  state: Opening;
  open: (path: string) => void;
  /** The person trusts the folder that was asked about. */
  trust: () => void;
  /** Back to choosing. */
  reset: () => void;
}

/** Opens a folder as a workspace and goes there. A folder that was never opened before is asked about first. */
export function useOpening(client: Client): Opener {
  const [state, setState] = useState<Opening>({ is: "waiting" });
  const attempt = useCallback(
    async (path: string, trust: boolean) => {
      setState({ is: "asking", path });
      try {
        const { id } = await client.call("workspace.open", { path, ...(trust && { trust }) });
        // The whole page begins anew: another workspace is another world. Where it was asked for, its room and item are kept.
        location.assign(route().workspace === id ? location.href : hrefOf({ workspace: id }));
      } catch (error) {
        const { code, message, details } = toFailure(error);
        const asked = trustOf(details);
        if (code === "conflict" && asked !== undefined) setState({ is: "trust", path: asked, about: message });
        else setState({ is: "failed", path, why: message });
      }
    },
    [client],
  );
  return {
    state,
    open: (path) => void attempt(path.trim(), false),
    trust: () => state.is === "trust" && void attempt(state.path, true),
    reset: () => setState({ is: "waiting" }),
  };
}

/** The real path of the folder that the server asks about, if that is why it refused. */
function trustOf(details: unknown): string | undefined {
  if (typeof details !== "object" || details === null) return undefined;
  const { needs, path } = details as { needs?: unknown; path?: unknown };
  return needs === "trust" && typeof path === "string" ? path : undefined;
}
