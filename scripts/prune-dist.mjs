// Takes away what an earlier build left in dist/ and no source makes any more: Node would find dist/config.js before dist/config/.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
for (const name of readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' })) {
  const [, module] = /^(.+?)(?:\.d)?\.(?:js|ts)(?:\.map)?$/.exec(name) ?? [];
  if (module !== undefined && !existsSync(join(root, 'src', `${module}.ts`))) rmSync(join(root, 'dist', name));
}
