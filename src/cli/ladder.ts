import type { Message } from "../contract/message.ts";
import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { ladderOf, showLadder, showLadders } from "./show/ladder.ts";
import { showMessages } from "./show/messages.ts";
import { styleOf } from "./show/style.ts";

/** Lets `messages` show what has become of them: all listed, or the one of an id. */
export function addLadders({ command, input, call, client: connected }: AddedCommand, io: Io): void {
  command.option("--status [id]", "Show per recipient what has become of the messages, or of the one with this id");
  command.action(async () => {
    const { json } = commonOf(command);
    const { status } = command.opts<{ status?: string | true }>();
    const style = styleOf(io);
    if (typeof status === "string") {
      const client = await connected();
      const ladder = await client.call("message.status", { id: status }, { signal: io.signal });
      return json ? printJson(io, ladder) : print(io, showLadder(ladder, style));
    }
    const messages = (await call(await input())).output as Message[];
    if (status === undefined) return json ? printJson(io, messages) : print(io, showMessages(messages, style));
    const ladders = messages.map(ladderOf);
    return json ? printJson(io, ladders) : print(io, showLadders(ladders, style));
  });
}
