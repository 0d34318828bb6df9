import { fileURLToPath } from 'node:url';

/** The folder of the page as it was built. */
export const builtPage = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));
