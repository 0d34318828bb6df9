import { z } from 'zod';

// The page runs without eval; zod would try it once and log a violation. Imported before any schema.
z.config({ jitless: true });
