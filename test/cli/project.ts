/** A Prisma project in a folder of its own, whose name has a space. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const SCHEMA = 'datasource db {\n  provider = "postgresql"\n  url      = env("SHOP_URL")\n}\n';

export const CONFIG = `
environments:
  development:
    targets: { main: { urlEnv: DEV_URL } }
  production:
    targets: { main: { urlEnv: PROD_URL }, replica-eu: { urlEnv: EU_URL } }
`;

/** @param files path -> text. */
export function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'lockkeeper cli '));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
