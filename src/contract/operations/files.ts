import { z } from "zod";
import { operation } from "../operation.ts";

/** A path inside the workspace: relative, parts joined by `/`, no `.` or `..`. */
const PathInside = z
  .string()
  .max(4096)
  .refine((path) => !path.includes("\0"), "A path holds no zero bytes.")
  .refine(
    (path) => path === "" || path.split("/").every((part) => part !== "" && part !== "." && part !== ".."),
    "A path is relative to the workspace's folder, e.g. src/main.ts, without . and .. in it.",
  );

/** Bytes of a file in one answer. */
const PART = 256_000;

export const files = {
  "file.list": operation({
    summary: "List a folder of the workspace",
    scope: "workspace",
    right: "files.read",
    http: "GET /files",
    command: "files [folder]",
    input: z.object({
      folder: PathInside.default("").describe("Path inside the workspace; its own folder when left out"),
      after: z.string().max(1024).optional().describe("Only names after this one"),
      limit: z.coerce.number().int().min(1).max(2000).default(500),
    }),
    output: z.object({
      /** Where the entries really are, when a link led there. */
      folder: z.string(),
      /** By name. */
      entries: z.array(
        z.object({
          name: z.string(),
          /** From the workspace's folder; give it to `file.read` or as `folder`. */
          path: z.string(),
          /** `other`: a pipe, a socket, a device. */
          kind: z.enum(["file", "folder", "link", "other"]),
          /** Bytes, of files. */
          size: z.int().optional(),
          /** By the project's own ignore rules; absent when these cannot be told. */
          ignored: z.boolean().optional(),
        }),
      ),
      /** There is more: ask again with this as `after`. */
      next: z.string().optional(),
      /** False when the folder has so many entries that not all were looked at. */
      complete: z.boolean(),
    }),
  }),
  "file.read": operation({
    summary: "Read a file of the workspace, in parts",
    scope: "workspace",
    right: "files.read",
    http: "GET /files/content",
    input: z.object({
      path: PathInside,
      offset: z.coerce.number().int().min(0).default(0).describe("First byte"),
      limit: z.coerce.number().int().min(16).max(1_000_000).default(PART).describe("Bytes at most"),
      as: z.enum(["text", "base64"]).default("text"),
    }),
    output: z.object({
      path: z.string(),
      /** Bytes of the whole file. */
      size: z.int(),
      offset: z.int(),
      as: z.enum(["text", "base64"]),
      /** As text: UTF-8, never cut inside a character; empty when this part is binary. */
      content: z.string(),
      /** This part holds zero bytes, so it is no text. */
      binary: z.boolean(),
      /** The file goes on at this byte. */
      next: z.int().optional(),
      /** When it was last written. */
      changed: z.iso.datetime(),
    }),
  }),
  "file.find": operation({
    summary: "Find files of the workspace by parts of their path, the best first",
    scope: "workspace",
    right: "files.read",
    http: "GET /files/find",
    input: z.object({
      query: z.string().max(200).describe("Letters of the path, in order; ignored files are left out"),
      limit: z.coerce.number().int().min(1).max(200).default(30),
    }),
    output: z.object({
      paths: z.array(z.string()),
      /** False when the project has so many files that not all were looked at. */
      complete: z.boolean(),
    }),
  }),
};
