import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/** A server as those were that web pages have taken over: it trusts whatever reaches loopback. What gets in is noted. */
export interface NaiveServer extends AsyncDisposable {
  readonly port: number;
  /** Attempts that got an answer, by the name they carry. */
  readonly reached: Set<string>;
  /** Answers requests of this path with a page of ours, for pages that attack from this very origin. */
  page: string;
}

export async function naiveServer(): Promise<NaiveServer> {
  const reached = new Set<string>();
  const naive = { page: "<!doctype html><body>a page</body>" };
  const note = (url = "") => reached.add(new URL(url, "http://localhost").searchParams.get("try") ?? "page");
  const server: Server = createServer((request, response) => {
    const { origin = "*", host = "" } = request.headers;
    if (request.method !== "OPTIONS") note(request.url);
    const kind = /try=(script)/.test(request.url ?? "")
      ? "text/javascript"
      : /try=(event-source)/.test(request.url ?? "")
        ? "text/event-stream"
        : /try=(style)/.test(request.url ?? "")
          ? "text/css"
          : "text/html";
    response.writeHead(200, {
      "content-type": kind,
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": "content-type",
    });
    response.end(
      kind === "text/event-stream" ? "data: secret\n\n" : kind === "text/html" ? naive.page : `/* ${host} */`,
    );
  });
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "clustr" });
  server.on("upgrade", (request, socket, head) => {
    note(request.url);
    sockets.handleUpgrade(request, socket, head, (client) => client.on("message", () => client.send("secret")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(naive, {
    port: (server.address() as AddressInfo).port,
    reached,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
