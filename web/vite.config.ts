/** How the page is built. The server forbids inline script, style and data fonts, so nothing is inlined. */
import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Where `./dev serve` listens; used by `./dev web vite` only. */
const WORKSPACE = "http://127.0.0.1:6873";

/** KaTeX names each font in three formats; every browser that can show the page takes the first. */
const onlyWoff2: Plugin = {
  name: "only-woff2",
  enforce: "pre",
  transform: {
    filter: { id: /katex.*\.css/ },
    handler: (code) => code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\(["'][a-z]+["']\)/g, ""),
  },
};

export default defineConfig({
  plugins: [onlyWoff2, react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    outDir: process.env.FLOWENT_PAGE_DIRECTORY ?? "../src/flowent/static",
    emptyOutDir: true,
    target: "es2024",
    // The first versions that know light-dark(), which the themes are written with.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // The workspace answers its own address only, so the proxy says that it comes from there.
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: WORKSPACE, changeOrigin: true, headers: { origin: WORKSPACE } } },
  },
});
