import { z } from "zod";
import { ContextEntry, ContextKey, ContextRevision } from "../context.ts";
import { operation } from "../operation.ts";

export const context = {
  "context.list": operation({
    summary: "List the shared context",
    scope: "workspace",
    right: "context.read",
    http: "GET /context",
    command: "context list",
    input: z.object({}),
    output: z.array(ContextEntry),
  }),
  "context.read": operation({
    summary: "Read shared context: one key, or all",
    scope: "workspace",
    right: "context.read",
    http: "GET /context/read",
    tool: {
      name: "read_context",
      description:
        "Read the notes all agents share. With a key: that entry; without: all of them. Returns {entries}, each with key, value, revision, by and at; a key nobody wrote gives an empty list. " +
        "You are told when a key you have read changes.",
    },
    input: z.object({ key: ContextKey.optional().describe("Leave out to read all") }),
    output: z.object({ entries: z.array(ContextEntry) }),
  }),
  "context.get": operation({
    summary: "Print one key of the shared context",
    scope: "workspace",
    right: "context.read",
    http: "GET /context/entry",
    command: "context get <key>",
    input: z.object({ key: ContextKey }),
    output: ContextEntry,
  }),
  "context.write": operation({
    summary: "Write a key of the shared context",
    scope: "workspace",
    right: "context.write",
    http: "PUT /context/entry",
    tool: {
      name: "write_context",
      description:
        "Write a note that all agents share: decisions, interfaces, who owns which files, results. Pass expect_revision (the revision you read; 0 for a key that must not exist yet) when you build on what was there: " +
        "if someone wrote in between, nothing is changed and you are told. Returns the entry with its new revision.",
    },
    command: "context set <key> <value>",
    input: z.object({
      key: ContextKey.describe("One line, e.g. 'api/users'"),
      value: z.string().describe("Text or JSON, up to 256 kB"),
      expect_revision: z.coerce.number().int().min(0).optional(),
    }),
    output: ContextEntry,
  }),
  "context.remove": operation({
    summary: "Remove a key of the shared context; its history stays",
    scope: "workspace",
    right: "context.write",
    http: "DELETE /context/entry",
    tool: {
      name: "remove_context",
      description:
        "Remove a shared note that no longer holds. Its history stays. Returns the key and its last revision.",
    },
    command: "context rm <key>",
    input: z.object({ key: ContextKey, expect_revision: z.coerce.number().int().min(0).optional() }),
    output: z.object({ key: z.string(), revision: z.int() }),
  }),
  "context.history": operation({
    summary: "Show every revision of a key, newest first",
    scope: "workspace",
    right: "context.read",
    http: "GET /context/history",
    command: "context history <key>",
    input: z.object({
      key: ContextKey,
      before: z.coerce.number().int().min(1).optional().describe("Only revisions before this one"),
      limit: z.coerce.number().int().min(1).max(500).default(50),
    }),
    // Ends early when the values are long: the first revision is 1, so it is plain whether there are more.
    output: z.array(ContextRevision),
  }),
  "context.restore": operation({
    summary: "Write an earlier revision of a key again, whether the key was changed or removed",
    scope: "workspace",
    right: "context.write",
    http: "PUT /context/restore",
    command: "context restore <key> <revision>",
    input: z.object({
      key: ContextKey,
      revision: z.coerce.number().int().min(1),
      expect_revision: z.coerce.number().int().min(0).optional(),
    }),
    output: ContextEntry,
  }),
};
