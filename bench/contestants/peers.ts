/** The contestants that are other people's programs. */
import { isAsked, type BenchOptions } from '../options';
import type { Contestant } from './contestant';
import { dbmate, DBMATE } from './dbmate';
import { goose, GOOSE } from './goose';
import { findPeer } from './peer-tool';

/** Those of the asked that are here or can be brought, and why the others are not. */
export async function peers(options: BenchOptions): Promise<{ found: Contestant[]; skipped: string[] }> {
  const found: Contestant[] = [];
  const skipped: string[] = [];
  for (const { tool, make } of [
    { tool: GOOSE, make: goose },
    { tool: DBMATE, make: dbmate },
  ].filter((one) => isAsked(one.tool.name, options))) {
    const peer = await findPeer(tool, options);
    if ('missing' in peer) skipped.push(`Skipped: ${peer.missing}.`);
    else found.push(make(peer.path, peer.version));
  }
  return { found, skipped };
}
