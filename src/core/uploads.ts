import { ClustrError } from "../contract/error.ts";
import {
  UPLOAD_LIMIT,
  type ImageType,
  type Upload,
  type uploads as operations,
} from "../contract/operations/uploads.ts";
import { fromBase64, toBase64 } from "./bytes.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import type { UploadedFile, Uploads } from "./ports/uploads.ts";

/** Kept at most so long (ms), so many and so much (bytes); the oldest go first. */
const KEPT = { age: 30 * 24 * 3_600_000, count: 500, size: 200_000_000 };

export interface UploadsParts {
  uploads: Uploads;
  now(): number;
}

const ENDINGS: Record<ImageType, string> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/gif": "gif",
  "image/webp": "webp",
};

/** Pictures for messages. They are named by their content, so a repeated call or a second paste keeps one file. */
export function uploadHandlers(
  { uploads, now }: UploadsParts,
  kept = KEPT,
): Handlers<typeof operations, WorkspaceCall> {
  return {
    "upload.save": async (_call, { data }) => {
      const bytes = fromBase64(data);
      if (!bytes) throw new ClustrError("invalid", "The picture is not base64; nothing was kept.");
      if (bytes.length > UPLOAD_LIMIT)
        throw new ClustrError(
          "too_large",
          `The picture has ${bytes.length} bytes; at most ${UPLOAD_LIMIT} are possible. Nothing was kept; make it smaller.`,
        );
      const type = imageType(bytes);
      if (!type)
        throw new ClustrError("invalid", "Only PNG, JPEG, GIF and WebP pictures can be kept; nothing was kept.");
      const saved = await uploads.save(`${await hashOf(bytes)}.${ENDINGS[type]}`, bytes);
      await prune(uploads, kept, saved.name, now());
      return uploadOf(saved, type);
    },

    "upload.list": async (_call, { limit }) =>
      latest(await uploads.list())
        .flatMap((file) => {
          const type = typeOf(file.name);
          return type ? [uploadOf(file, type)] : [];
        })
        .slice(0, limit),

    "upload.get": async (_call, { name }) => {
      const file = (await uploads.list()).find((each) => each.name === name);
      const type = typeOf(name);
      const bytes = file && type && (await uploads.read(name));
      if (!file || !type || !bytes)
        throw new ClustrError("not_found", `There is no picture "${name}" (any more): they are kept for 30 days.`);
      return { ...uploadOf(file, type), data: toBase64(bytes) };
    },
  };
}

/** What the first bytes say, whatever anybody claims. */
function imageType(bytes: Uint8Array): ImageType | undefined {
  const starts = (at: number, ...values: number[]): boolean => values.every((value, i) => bytes[at + i] === value);
  if (starts(0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  if (starts(0, 0xff, 0xd8, 0xff)) return "image/jpeg";
  // "GIF87a" or "GIF89a"
  if (starts(0, 0x47, 0x49, 0x46, 0x38) && (bytes[4] === 0x37 || bytes[4] === 0x39) && bytes[5] === 0x61)
    return "image/gif";
  // "RIFF", a length, "WEBP"
  if (starts(0, 0x52, 0x49, 0x46, 0x46) && starts(8, 0x57, 0x45, 0x42, 0x50)) return "image/webp";
  return undefined;
}

function typeOf(name: string): ImageType | undefined {
  return (Object.keys(ENDINGS) as ImageType[]).find((type) => name.endsWith(`.${ENDINGS[type]}`));
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
  return Array.from(digest.subarray(0, 10), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function uploadOf({ name, size, path, saved }: UploadedFile, type: ImageType): Upload {
  return { name, type, size, path, at: new Date(saved).toISOString() };
}

function latest(files: UploadedFile[]): UploadedFile[] {
  return files.toSorted((a, b) => b.saved - a.saved || (a.name < b.name ? -1 : 1));
}

/** Removes what is too old or too much; never the one just saved. */
async function prune(uploads: Uploads, kept: typeof KEPT, but: string, now: number): Promise<void> {
  let bytes = 0;
  let count = 0;
  for (const { name, size, saved } of latest(await uploads.list())) {
    bytes += size;
    count += 1;
    if (name !== but && (count > kept.count || bytes > kept.size || now - saved > kept.age)) await uploads.remove(name);
  }
}
