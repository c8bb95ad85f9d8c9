/// <reference types="vitest/config" />
/// <reference types="node" />
// Builds the page into `dist`, which the server serves on `/`. Must never fetch anything from
// another host: no CDN, no web fonts.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `npm run dev` serves the page itself and hands everything else to a running server,
// which refuses a foreign Origin: hence the rewriting.
const server = process.env.FRONTROW_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { manifest: true },
  server: {
    proxy: {
      // The cookie is for the page that the browser sees.
      "/api": { target: server, changeOrigin: false },
      "/ws": { target: server, ws: true, changeOrigin: true, rewriteWsOrigin: true },
    },
  },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
