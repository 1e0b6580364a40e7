import type { Client } from "../client/client.ts";
import { Stream, type StreamOptions } from "../client/stream.ts";
import type { ClustrError } from "../contract/error.ts";
import { commonOf, connect } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { findAgain } from "./server-file.ts";
import { showEvent, type ShownEvent } from "./show/events.ts";
import { styleOf } from "./show/style.ts";

const PAGE = 500;
const GIVE_UP_MS = 60_000;

/** Lets `events` go on with what happens next, until Ctrl-C. */
export function addFollowing({ command, input, call }: AddedCommand, io: Io): void {
  command.option(
    "--follow",
    "Print all events after --after, then new ones as they happen, until Ctrl-C (--limit has no effect)",
  );
  command.action(async () => {
    const { json, workspace } = commonOf(command);
    const query = await input();
    const style = styleOf(io);
    const show = (event: ShownEvent): void => (json ? printJson(io, event) : print(io, showEvent(event, style)));
    if (command.opts<{ follow?: boolean }>().follow !== true) {
      const events = (await call(query)).output as ShownEvent[];
      if (json) printJson(io, events);
      else if (events.length === 0) print(io, "No events here.");
      else for (const event of events) show(event);
      return;
    }
    const { access, workspace: open } = await connect(io, workspace);
    const type = typeof query["type"] === "string" ? query["type"] : undefined;
    const found = { base: access.url, token: access.token, find: () => findAgain(io) };
    await follow(await open(), found, Number(query["after"] ?? 0), type, io.signal, show);
  });
}

/**
 * Gives every event after `after` once and in order, old and new, until the signal aborts. Old ones are read page by
 * page; so are those in between when a lost connection comes back too late for the stream to replay.
 */
async function follow(
  client: Client & { workspace: string },
  access: Pick<StreamOptions, "base" | "token" | "find">,
  after: number,
  type: string | undefined,
  signal: AbortSignal,
  show: (event: ShownEvent) => void,
): Promise<void> {
  let seq = after;
  for (;;) {
    seq = await readPages(client, seq, type, signal, show);
    const behind = await followLive(client, access, seq, signal, (event) => {
      seq = event.seq;
      if (type === undefined || event.type === type) show(event);
    });
    if (!behind) return;
  }
}

/** Everything recorded so far after `seq`; returns the position it got to. */
async function readPages(
  client: Client,
  seq: number,
  type: string | undefined,
  signal: AbortSignal,
  show: (event: ShownEvent) => void,
): Promise<number> {
  for (let after = seq; ;) {
    // Filtered here, not by the server: the position must move past events of other types as well.
    const events = await client.call("event.list", { after, limit: PAGE }, { signal });
    for (const event of events) if (type === undefined || event.type === type) show(event);
    after = events.at(-1)?.seq ?? after;
    if (events.length < PAGE) return after;
  }
}

/** Live events after `seq`. Resolves with true when the server sent a whole view because `seq` is too long ago. */
function followLive(
  client: { workspace: string },
  access: Pick<StreamOptions, "base" | "token" | "find">,
  seq: number,
  signal: AbortSignal,
  show: (event: ShownEvent) => void,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let behind = false;
    const stream = new Stream({
      ...access,
      workspace: client.workspace,
      after: seq,
      giveUpMs: GIVE_UP_MS,
      signal,
      on: {
        event: (event) => {
          if (!behind) show(event);
        },
        view: () => {
          behind = true;
          stream.close();
        },
        end: (error?: ClustrError) => (error ? reject(error) : resolve(behind)),
      },
    });
  });
}
