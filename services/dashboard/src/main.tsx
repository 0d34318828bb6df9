import './lib/no-eval.ts';
import './app/tokens.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LiveRoom } from './app/live-room.tsx';
import { createQueryClient } from './app/query-client.ts';
import { router } from './app/router.tsx';
import { applyTheme } from './app/theme-switch.tsx';
import { SessionGate } from './features/session/session-gate.tsx';

applyTheme();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element "root"');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <SessionGate>
        <LiveRoom>
          <RouterProvider router={router} />
        </LiveRoom>
      </SessionGate>
    </QueryClientProvider>
  </StrictMode>,
);
