// The hook command Claude Code runs when a session starts. It stands alone: started by path with our Node, as .ts or
// compiled .js. It holds the start until the door answers (the tools are connected by then), then lets it go on. Its only
// argument is a private file with address and authorization; nothing secret is in the arguments.
import { readFile } from "node:fs/promises";

/** Milliseconds after which the session starts without us: a server that is gone must not stop an agent. */
const PATIENCE = 60_000;

try {
  const { url, authorization } = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as {
    url: string;
    authorization: string;
  };
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const headers = { "content-type": "application/json", authorization };
  const response = await fetch(url, {
    method: "POST",
    headers,
    body: Buffer.concat(chunks),
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.ok) process.stdout.write(await response.text());
} catch {
  // Silence: anything printed here would end up in front of the model or as an error on the person's screen.
}
