import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** MASKWATCH_HUB: the service that `vite` (development only) passes the API on to. */
const hub = process.env.MASKWATCH_HUB ?? 'http://127.0.0.1:8787';

export default defineConfig({
  plugins: [react()],
  // The hub serves pages with script-src 'self' and img-src 'self': nothing may be inlined.
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // One file, from the same machine or network: splitting it would only add round trips.
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { '/api': hub, '/socket.io': { target: hub, ws: true } },
  },
});
