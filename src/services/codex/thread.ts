import { idsOf } from "./mail.ts";
import type { Turn } from "./protocol.ts";
import { Refused, type Rpc } from "./rpc.ts";

const PAGE = 100;
/** Pages of a conversation that are searched, newest first: what is asked for was sent a moment ago. */
const PAGES = 20;

/** Which of these ids the conversation holds. A thread without any turn holds none. */
export async function heldIn(rpc: Rpc, threadId: string, wanted: string[]): Promise<string[]> {
  const missing = new Set(wanted);
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && missing.size > 0; page++) {
    const answer = await orUndefined(rpc.call("thread/items/list", { threadId, limit: PAGE, sortDirection: "desc", ...(cursor === undefined ? {} : { cursor }) }));
    for (const { item } of answer?.data ?? []) {
      if (item.type === "userMessage") for (const id of idsOf(item.clientId)) missing.delete(id);
    }
    if (!answer?.nextCursor) break;
    cursor = answer.nextCursor;
  }
  return wanted.filter((id) => !missing.has(id));
}

/** The newest turn, running or not; undefined when there was none. */
export async function lastTurn(rpc: Rpc, threadId: string): Promise<Turn | undefined> {
  const answer = await orUndefined(rpc.call("thread/turns/list", { threadId, limit: 1, sortDirection: "desc", itemsView: "notLoaded" }));
  return answer?.data[0];
}

/** What a call answered, or undefined when the server refused it. */
export async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}
