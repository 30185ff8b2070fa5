/**
 * How the desk is built: into dist/, which the server serves at /; `npm run dev` serves it from the sources and passes
 * what belongs to the server on to it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

/** Smaller files are not worth a second one. */
const worthBytes = 1_024;

/** Lays a compressed copy beside each script and style; the server sends it to whoever takes it: a fourth to carry. */
const compressed: Plugin = {
  name: 'compressed', apply: 'build',
  writeBundle({ dir }) {
    const folder = join(dir ?? 'dist', 'assets');
    for (const name of readdirSync(folder)) {
      if (!/\.(js|css)$/.test(name)) continue;
      const bytes = readFileSync(join(folder, name));
      if (bytes.length < worthBytes) continue;
      writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes,
        { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    }
  },
};

export default defineConfig({
  plugins: [react(), compressed],
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
