/**
 * How the desk is built: into dist/, which the server serves at /; `npm run dev` serves it from the sources and passes
 * what belongs to the server on to it.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where the server listens while one develops; scripts/dev.ts says it. */
const server = process.env['SAMBUNG_SERVER'] ?? 'http://127.0.0.1:3000';

interface Declaration { prop: string; value: string }

/**
 * Text sizes written in px grow with the reader's choice (--text-scale, shell/prefs.ts), while the grid stays: only
 * font sizes and line heights are touched, so the styles can go on saying what the design says.
 */
const scaledText = {
  postcssPlugin: 'scaled-text',
  Declaration(declaration: Declaration): void {
    if (!/^(font|font-size|line-height)$/.test(declaration.prop) || declaration.value.includes('calc(')) return;
    declaration.value = declaration.value.replace(/(?<![\w.-])(\d+(?:\.\d+)?)px/g, 'calc($1px * var(--text-scale, 1))');
  },
};

export default defineConfig({
  plugins: [react()],
  css: { postcss: { plugins: [scaledText] } },
  // tap brings another React for its terminal; two of them in one bundle would give a blank desk.
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no data: scripts or fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1_200,
  },
  server: {
    proxy: {
      // A request for a page of the desk is vite's own; everything else under these names is the server's.
      '^/(api|chat|hooks|health|docs|metrics)(/|$|\\?)': { target: server },
      '/socket.io': { target: server, ws: true },
    },
  },
});
