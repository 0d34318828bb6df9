/** Writes config/maskwatch.schema.json, which editors complete and check the config with. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorSchema } from '@maskwatch/platform/config/editor-schema';

const file = join(import.meta.dirname, '..', 'config', 'maskwatch.schema.json');
writeFileSync(file, editorSchema());
console.log(`wrote ${file}`);
