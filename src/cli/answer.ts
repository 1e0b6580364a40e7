import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { showAnswered } from "./show/attention.ts";

/**
 * Lets `answer` say which item it means: the digest of what is open under the id now goes with it, unless one was given.
 * An item that changes in the same moment is then not answered by what was meant for the one before.
 */
export function addAnswering({ command, input, call, client: connected }: AddedCommand, io: Io): void {
  command.action(async () => {
    const answer = await input();
    if (answer["digest"] === undefined) {
      const client = await connected();
      const items = await client.call("attention.list", {}, { signal: io.signal });
      const item = items.find(({ id }) => id === answer["id"]);
      if (item) answer["digest"] = item.digest;
    }
    const output = (await call(answer)).output as { id: string; agent: string; answer: string };
    if (commonOf(command).json) printJson(io, output);
    else print(io, showAnswered(output));
  });
}
