/** All services as `maskwatch start` puts them together, with instruments in the vision process. */
import { fileURLToPath } from 'node:url';
import { Config } from '@maskwatch/contracts/config';
import { createLogger } from '@maskwatch/platform/logger';
import { startEmbedded } from 'maskwatch/service/embedded-service';

const [directory, config] = process.argv.slice(2);
const service = await startEmbedded({
  config: Config.parse(JSON.parse(config!)),
  directory: directory!,
  logger: createLogger({ service: 'hub', level: 'warn' }),
  visionScript: fileURLToPath(new URL('./vision.ts', import.meta.url)),
});
console.log(`port ${service.port}`);
process.once('SIGTERM', async () => {
  await service.stop();
  process.exit();
});
