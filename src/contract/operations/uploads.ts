import { z } from "zod";
import { operation } from "../operation.ts";

/** Bytes a picture may have. */
export const UPLOAD_LIMIT = 10_000_000;

const ImageType = z.enum(["image/png", "image/jpeg", "image/gif", "image/webp"]);
export type ImageType = z.infer<typeof ImageType>;

/** A picture that is kept for messages to name. */
export const Upload = z.object({
  name: z.string(),
  type: ImageType,
  /** Bytes. */
  size: z.int(),
  /** Absolute path on this machine; a message that names it lets an agent look at the picture. */
  path: z.string(),
  at: z.iso.datetime(),
});
export type Upload = z.infer<typeof Upload>;

export const uploads = {
  "upload.save": operation({
    summary: "Keep a picture with the workspace's data, for a message to name; the same one again is kept once",
    scope: "workspace",
    right: "files.upload",
    http: "POST /uploads",
    // Base64 takes four bytes for three.
    body: Math.ceil(UPLOAD_LIMIT / 3) * 4 + 1_000,
    input: z.object({ data: z.string().min(1).describe("PNG, JPEG, GIF or WebP of at most 10 MB, as base64") }),
    output: Upload,
  }),
  "upload.list": operation({
    summary: "List the pictures that are kept, the latest first",
    scope: "workspace",
    right: "files.upload",
    http: "GET /uploads",
    input: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(100) }),
    output: z.array(Upload),
  }),
  "upload.get": operation({
    summary: "Give a picture that is kept",
    scope: "workspace",
    right: "files.upload",
    http: "GET /uploads/entry",
    input: z.object({ name: z.string().max(100) }),
    output: Upload.extend({
      /** As base64. */
      data: z.string(),
    }),
  }),
};
