/**
 * How the desk is built: into dist/, which the server serves at /; `vite` proxies to a running server for development.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  // tap brings another React for its terminal; two of them in one bundle would give a blank desk.
  resolve: { dedupe: ['react', 'react-dom'] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no data: scripts or fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: { '/api': server, '/chat': server, '/socket.io': { target: server, ws: true } },
  },
});
