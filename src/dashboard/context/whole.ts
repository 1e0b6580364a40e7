import { useEffect, useState } from "react";
import { toFailure } from "../../contract/error.ts";
import type { EntryPreview } from "../../contract/view.ts";
import { useHere } from "../live/here.tsx";

/** The whole value of a note: the view holds only the beginning of a long one. Undefined while it is asked for. */
export function useWhole({ key, value, size, revision }: EntryPreview): {
  whole: string | undefined;
  problem: string | undefined;
} {
  const { client } = useHere();
  const [answer, setAnswer] = useState<{ revision: number; value: string }>();
  const [problem, setProblem] = useState<string>();
  const cut = value.length < size;
  useEffect(() => {
    if (!cut) return undefined;
    let wanted = true;
    client.call("context.get", { key }).then(
      (entry) => {
        if (!wanted) return;
        setAnswer(entry);
        setProblem(undefined);
      },
      (error: unknown) => wanted && setProblem(toFailure(error).message),
    );
    return () => {
      wanted = false;
    };
  }, [client, key, cut, revision]);
  // While a newer one is on its way, the one before stays.
  return { whole: cut ? answer?.value : value, problem };
}
