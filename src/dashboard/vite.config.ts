import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Lets the browser ask at once for what every visit shows although the first paint does not wait for it. */
function askForBeside(): Plugin {
  return {
    name: "ask-for-beside",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle = {} }) =>
        Object.values(bundle).flatMap((file) => {
          if (file.type !== "chunk" || file.name !== "beside") return [];
          const script = { rel: "modulepreload", href: `/${file.fileName}` };
          const styles = [...(file.viteMetadata?.importedCss ?? [])].map((name) => ({
            ...{ rel: "stylesheet", href: `/${name}` },
          }));
          return [script, ...styles].map((link) => ({
            ...{ tag: "link", attrs: { crossorigin: true, ...link }, injectTo: "head" as const },
          }));
        }),
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), askForBeside()],
  build: {
    target: "es2023",
    sourcemap: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // One file packs better than a dozen small ones, and is asked for once. Each has what its files import at once,
          // but for what those before it have. The page begins them in this order, each as soon as it has come.
          groups: [
            { name: "early", test: /live\/early\./, priority: 4 },
            { name: "page", test: /dashboard\/main\./, priority: 3 },
            { name: "beside", test: /composer\/composer\.|roster\/roster\.|keys\/press\./, priority: 2 },
            { name: "terminal", test: /agent\/terminals\.|terminals\/pane\./, priority: 1 },
          ],
        },
      },
    },
  },
});
