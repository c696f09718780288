import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from './run';
import type { LinkContext } from './tool';

/** Short: where the site is out of reach, one of the other ways should have its turn soon. */
const ANSWER_MS = 8_000;
const ARCHIVE_MS = 300_000;

interface DownloadInfo {
  archiveUrl: string;
  fileToExtract: string;
}

/**
 * Fetches one of Temporal's own server binaries as `<into>/<artifact file>`, from where the SDK's test environment does.
 * `$LOCKKEEPER_TEMPORAL_DOWNLOAD` names a mirror. @throws Error with the reason in one line.
 */
export async function downloadFromTemporal(
  artifact: 'cli' | 'temporal-test-server',
  file: string,
  into: string,
  { env, log }: LinkContext,
): Promise<void> {
  const info = await askForArchive(env.LOCKKEEPER_TEMPORAL_DOWNLOAD ?? 'https://temporal.download', artifact);
  log(`downloading ${info.archiveUrl}`);
  const work = await mkdtemp(join(into, 'unpack-'));
  const archive = join(work, info.archiveUrl.endsWith('.zip') ? 'archive.zip' : 'archive.tar.gz');
  await saveTo(archive, info.archiveUrl);
  const unpacked = await run('tar', ['-xf', archive, '-C', work, info.fileToExtract], { timeoutMs: 120_000 });
  if (!unpacked.ok) throw new Error(`could not unpack ${info.archiveUrl}: ${unpacked.reason}`);
  await rename(join(work, info.fileToExtract), join(into, file));
  await chmod(join(into, file), 0o755);
  await rm(work, { recursive: true, force: true });
}

async function askForArchive(base: string, artifact: string): Promise<DownloadInfo> {
  const url = new URL(`${base}/${artifact}/default`);
  url.search = new URLSearchParams({
    arch: process.arch === 'x64' ? 'amd64' : process.arch,
    platform: process.platform === 'win32' ? 'windows' : process.platform,
    format: 'tar.gz',
    'sdk-name': 'sdk-typescript',
    'sdk-version': await sdkVersion(),
  }).toString();
  const response = await get(url, ANSWER_MS);
  const info = (await response.json()) as Partial<DownloadInfo>;
  if (!info.archiveUrl || !info.fileToExtract) throw new Error(`${url.host} answered without an archive`);
  return info as DownloadInfo;
}

async function saveTo(file: string, url: string): Promise<void> {
  const response = await get(new URL(url), ARCHIVE_MS);
  if (!response.body) throw new Error(`${url}: empty answer`);
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
}

async function get(url: URL, timeoutMs: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    throw new Error(`${url.host} cannot be reached: ${cause?.message ?? message}`);
  }
  if (!response.ok) throw new Error(`${url.host} answered HTTP ${response.status}`);
  return response;
}

async function sdkVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(require.resolve('@temporalio/client/package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
