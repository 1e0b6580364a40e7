import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import type { Urgency } from "../../contract/message.ts";

/** Sends one message to each recipient. Gives back those it could not be sent to, and why. */
export async function sendToEach(
  client: Client,
  to: string[],
  content: string,
  urgency: Urgency,
): Promise<{ left: string[]; problem: string }> {
  const answers = await Promise.all(
    to.map((name) =>
      client.call("message.send", { to: name, content, urgency }).then(
        () => undefined,
        (error: unknown) => ({ name, message: toFailure(error).message }),
      ),
    ),
  );
  const refused = answers.filter((answer) => answer !== undefined);
  const messages = new Set(refused.map(({ message }) => message));
  return { left: refused.map(({ name }) => name), problem: [...messages].join(" ") };
}
