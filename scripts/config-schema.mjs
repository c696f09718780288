// Writes docs/lockkeeper.schema.json, the JSON Schema of lockkeeper.yaml for editors, from dist/config/index.js. Run after `npm run build`.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { z } from 'zod';

const { configSchema } = createRequire(import.meta.url)('../dist/config/index.js');
const file = fileURLToPath(new URL('../docs/lockkeeper.schema.json', import.meta.url));
const schema = { title: 'lockkeeper.yaml', ...z.toJSONSchema(configSchema, { io: 'input' }) };
writeFileSync(file, await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 }));
