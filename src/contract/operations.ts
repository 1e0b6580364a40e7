import { agents } from "./operations/agents.ts";
import { attention } from "./operations/attention.ts";
import { exports, imports } from "./operations/exports.ts";
import { changes } from "./operations/changes.ts";
import { context } from "./operations/context.ts";
import { events } from "./operations/events.ts";
import { feed } from "./operations/feed.ts";
import { files } from "./operations/files.ts";
import { folders } from "./operations/folders.ts";
import { home } from "./operations/home.ts";
import { messages } from "./operations/messages.ts";
import { policies } from "./operations/policies.ts";
import { preferences } from "./operations/preferences.ts";
import { rules } from "./operations/rules.ts";
import { services } from "./operations/services.ts";
import { settings } from "./operations/settings.ts";
import { snapshots } from "./operations/snapshots.ts";
import { shells } from "./operations/shells.ts";
import { terminals } from "./operations/terminals.ts";
import { tokens } from "./operations/tokens.ts";
import { uploads } from "./operations/uploads.ts";
import { workspaces } from "./operations/workspaces.ts";

/** Everything that can be asked of Clustr. Surfaces and clients are computed from this record. */
export const operations = {
  ...workspaces,
  ...imports,
  ...home,
  ...services,
  ...folders,
  ...preferences,
  ...tokens,
  ...exports,
  ...agents,
  ...attention,
  ...policies,
  ...messages,
  ...feed,
  ...context,
  ...rules,
  ...settings,
  ...terminals,
  ...shells,
  ...files,
  ...uploads,
  ...snapshots,
  ...changes,
  ...events,
};

export type Operations = typeof operations;
export type OperationName = keyof Operations;
