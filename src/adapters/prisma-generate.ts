/** `prisma generate`, by the project's own Prisma CLI, into a throw-away folder: proves that the client fits the schema. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withWorkFolder } from './work-folder';

const GENERATOR_BLOCK = /^\s*generator\s+\w+\s*\{[^}]*\}/gm;
const TIMEOUT_MS = 120_000;

/**
 * @param schemaPath the schema's file or folder: the project's own Prisma is the one that its generator would use.
 * @param schema its files, without connection URLs.
 * @returns `no-prisma` where the project has no Prisma CLI installed.
 * @throws Error with the CLI's own last words when generation fails.
 */
export async function generateClient(
  schemaPath: string,
  schema: { content: string }[],
): Promise<'generated' | 'no-prisma'> {
  const cli = findPrisma(schemaPath);
  if (cli === null) return 'no-prisma';
  return withWorkFolder<'generated'>(async (folder) => {
    // The project's own generators would write into its working tree.
    const models = schema.map(({ content }) => content.replace(GENERATOR_BLOCK, '')).join('\n');
    const generator = `generator client {\n  provider = "prisma-client"\n  output   = ${JSON.stringify(join(folder, 'client'))}\n}\n`;
    const file = join(folder, 'schema.prisma');
    await writeFile(file, generator + models);
    await runPrisma(cli, ['generate', `--schema=${file}`], folder);
    return 'generated';
  });
}

function findPrisma(schemaPath: string): string | null {
  try {
    return createRequire(schemaPath).resolve('prisma/build/index.js');
  } catch {
    return null;
  }
}

function runPrisma(cli: string, args: string[], cwd: string): Promise<void> {
  const env = {
    ...process.env,
    // `generate` needs no engine binary, but asks for one: any existing file serves.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    NO_COLOR: '1',
    CI: '1',
  };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], {
      cwd,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: TIMEOUT_MS,
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `prisma generate ended with ${code ?? 'a signal'}: ${stderr.trim().split('\n').slice(-3).join(' ')}`,
          ),
        );
    });
  });
}
