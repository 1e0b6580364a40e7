import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: "es2023",
    sourcemap: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What the first paint needs and everything else uses too: one file packs better than a dozen small ones.
          groups: [
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler)\/|\/(live|route)\/(?!room|returned)|\/controls\/(icon|button|toast)\.|\/agent\/(hue|standing|mark)\.|\/keys\/command\.|\/contract\/(error|view)\.|preload-helper/,
            },
          ],
        },
      },
    },
  },
});
