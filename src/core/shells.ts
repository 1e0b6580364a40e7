import { ClustrError } from "../contract/error.ts";
import type { shells as operations } from "../contract/operations/shells.ts";
import { SHELLS_LIMIT, type Shell } from "../contract/shell.ts";
import type { View } from "../contract/view.ts";
import { agentNamed } from "./agents.ts";
import { ofType, type Handlers, type WorkspaceCall } from "./call.ts";
import { folderInside } from "./folders.ts";
import type { Folders } from "./ports/folders.ts";
import type { Shells } from "./reactors/shells.ts";

/** A person's own shells. Like agents they live in the terminal host and outlive the server, but nobody is told of them. */
export function shellHandlers(
  folders: Folders,
  shells: Shells,
  newId: () => string,
): Handlers<typeof operations, WorkspaceCall> {
  return {
    "shell.open": async (call, { agent: name, folder }) => {
      if (name !== undefined && folder !== undefined)
        throw new ClustrError("invalid", "Name an agent or a folder, not both; no shell was opened.");
      const agent = name === undefined ? undefined : agentNamed(call.view(), name);
      const cwd = await folderInside(folders, call.workspace.path, agent?.cwd ?? folder ?? ".");
      const made = await call.decide("shells", (view) => {
        if (view.shells.length >= SHELLS_LIMIT)
          throw new ClustrError(
            "limited",
            `There are ${SHELLS_LIMIT} shells open already; none was opened. Close one that is no longer needed.`,
          );
        return { type: "shell.opened", data: { id: newId(), cwd, agent: agent?.name } };
      });
      const { id } = ofType(made, "shell.opened").data;
      await shells.started(id);
      return shellIn(call.view(), id);
    },

    "shell.list": async (call) => call.view().shells,

    "shell.close": async (call, { id }) => {
      if (!(await call.earlier())) {
        shellIn(call.view(), id);
        await call.decide(`shell/${id}`, () => ({ type: "shell.closed", data: { id } }));
      }
      await shells.ended(id);
      return { closed: id };
    },
  };
}

function shellIn(view: View, id: string): Shell {
  const shell = view.shells.find((each) => each.id === id);
  if (!shell) throw new ClustrError("not_found", `There is no open shell "${id.slice(0, 60)}": it has ended.`);
  return shell;
}
