import type { Terminal } from "@xterm/xterm";

/** A context that was lost this often is not asked for again. */
const LOSSES = 2;
const AGAIN_MS = 5_000;

let capable: boolean | undefined;

/** Names of WebGL that is computed by the processor: plain elements are faster than that. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

function isCapable(): boolean {
  capable ??= hasGraphicsProcessor();
  return capable;
}

function hasGraphicsProcessor(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  const names = gl?.getExtension("WEBGL_debug_renderer_info");
  const renderer = gl && names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : "";
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return gl !== null && !SOFTWARE.test(renderer);
}

/** How terminals are drawn: by WebGL where that is faster, always, or never. */
export type Drawing = "auto" | "webgl" | "dom";

/**
 * Draws a terminal by WebGL while it is wanted, else, and whenever that fails, as plain elements. Browsers allow a page
 * about 16 contexts and take the oldest away beyond that: a terminal gives its own back as soon as nobody sees it.
 */
export class Renderer {
  readonly #terminal: Terminal;
  readonly #drawing: Drawing;
  #addon: { dispose(): void } | undefined;
  #wanted = false;
  #losses = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(terminal: Terminal, drawing: Drawing) {
    this.#terminal = terminal;
    this.#drawing = drawing;
  }

  /** What it is drawn by now. */
  get by(): "webgl" | "dom" {
    return this.#addon ? "webgl" : "dom";
  }

  want(yes: boolean): void {
    if (this.#wanted === yes) return;
    this.#wanted = yes;
    if (yes) void this.#acquire();
    else this.#release();
  }

  async #acquire(): Promise<void> {
    if (this.#drawing === "dom" || (this.#drawing === "auto" && !isCapable())) return;
    const { WebglAddon } = await import("@xterm/addon-webgl").catch(() => ({ WebglAddon: undefined }));
    if (!WebglAddon || !this.#wanted || this.#addon || this.#losses >= LOSSES) return;
    const addon = new WebglAddon();
    try {
      this.#terminal.loadAddon(addon);
    } catch {
      // No context to be had: plain elements it is.
      return;
    }
    this.#addon = addon;
    this.#terminal.element?.setAttribute("data-drawn-by", this.by);
    // The addon itself waits three seconds with an empty screen.
    for (const canvas of this.#terminal.element?.querySelectorAll("canvas") ?? [])
      canvas.addEventListener("webglcontextlost", () => this.#lost(), { once: true });
  }

  #lost(): void {
    if (!this.#addon) return;
    this.#losses++;
    this.#release();
    this.#timer = setTimeout(() => void (this.#wanted && this.#acquire()), AGAIN_MS);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#addon?.dispose();
    this.#addon = undefined;
    this.#terminal.element?.setAttribute("data-drawn-by", this.by);
  }
}
