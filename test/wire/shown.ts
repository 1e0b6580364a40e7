import { expect } from "vitest";
import type { OperationName } from "../../src/contract/operations.ts";
import { Home } from "./command-line.ts";
import { WireServer } from "./server.ts";

/** What a command shows for a result: on a terminal of 80 columns, or through a pipe. */
export async function shown(
  line: string[],
  operation: OperationName,
  output: unknown,
  terminal: { columns?: number; env?: Record<string, string> } = { columns: 80, env: { NO_COLOR: "1" } },
): Promise<string> {
  const server = await WireServer.start();
  using home = new Home().serve(server);
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
  server.answer(operation, () => output);
  try {
    const { code, out, err } = await home.run(line, terminal);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    return `\n${out}`;
  } finally {
    await server.kill();
  }
}
