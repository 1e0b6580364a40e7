import type { Client } from "../../client/client.ts";
import { ClustrError } from "../../contract/error.ts";

/** Bytes a picture may have; the server refuses more. */
const MOST_BYTES = 10_000_000;

/**
 * Keeps pictures with the workspace, so that a message can name them. Gives back their paths on this machine.
 *
 * @throws ClustrError `invalid` for what is no picture, `too_large`, or as the server answered.
 */
export async function savePictures(client: Client, files: File[]): Promise<string[]> {
  const paths: string[] = [];
  for (const file of files) {
    if (!file.type.startsWith("image/"))
      throw new ClustrError(
        "invalid",
        `"${file.name}" is no picture; nothing was kept. For a file of the project, type # and its name.`,
      );
    if (file.size > MOST_BYTES)
      throw new ClustrError("too_large", `"${file.name}" has more than ${MOST_BYTES / 1_000_000} MB; it was not kept.`);
    const { path } = await client.call("upload.save", { data: await base64(file) });
    paths.push(path);
  }
  return paths;
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const [, data = ""] = typeof reader.result === "string" ? reader.result.split(",", 2) : [];
      resolve(data);
    });
    reader.addEventListener("error", () => reject(new ClustrError("unavailable", "The picture could not be read.")));
    reader.readAsDataURL(file);
  });
}
