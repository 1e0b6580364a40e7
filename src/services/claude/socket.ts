import { createConnection } from "node:net";

/** Milliseconds a hand-over through the socket may take; it is a local write. */
const TIMEOUT = 3_000;

/**
 * Gives a text to a running Claude Code through its message socket. True when all of it was taken over, false when nobody
 * listens there (nothing was handed). What the model then sees begins with "Another Claude session sent a message".
 * The protocol is undocumented and silent: the proof of arrival is the UserPromptSubmit hook with the text in it.
 */
export async function sendToSocket(path: string, content: string): Promise<boolean> {
  const line = `${JSON.stringify({ type: "user", message: { role: "user", content: wrap(content) } })}\n`;
  return new Promise((resolve) => {
    let connected = false;
    const socket = createConnection(path, () => {
      connected = true;
      socket.end(line);
    });
    socket.setTimeout(TIMEOUT, () => socket.destroy());
    socket.on("error", () => {});
    socket.resume();
    // Once connected, part of it may have arrived even when the end was not clean: the transcript will tell.
    socket.on("close", () => resolve(connected));
  });
}

/** In this wrapping the tool shows one line instead of the whole text. The text cannot close it early. */
function wrap(content: string): string {
  const safe = content.replaceAll("</cross-session-message", "<\\/cross-session-message");
  return `<cross-session-message from="uds:clustr" from-name="clustr" from-mode="prompting">\n${safe}\n</cross-session-message>`;
}
