import { rm } from 'node:fs/promises';
import './global-setup';

export default async function teardown(): Promise<void> {
  const servers = globalThis.lockkeeperServers;
  if (!servers) return;
  await Promise.all([servers.postgres.stop(), servers.temporal.stop()]);
  await rm(servers.folder, { recursive: true, force: true });
}
