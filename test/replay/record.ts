/**
 * Records every path's history for the release of package.json:
 *
 *     node --import tsx test/replay/record.ts
 *
 * Until that release is out, a changed workflow is recorded again. After it, what is recorded stays: a deployment may be
 * waiting somewhere on the old code.
 */
import { version } from '../../package.json';
import { Bench } from '../workflows/support/bench';
import { keep } from './histories';
import { PATHS } from './paths';

async function record(): Promise<void> {
  const bench = await Bench.devServer();
  try {
    const walks = Object.entries(PATHS).map(async ([name, { ends, walk }]) => {
      const deployment = await walk(bench);
      const { outcome } = await deployment.ended();
      if (outcome.status !== ends) throw new Error(`${name} ended as ${outcome.status}: ${outcome.summary}`);
      return [name, await deployment.handle.fetchHistory()] as const;
    });
    keep(`v${version}`, Object.fromEntries(await Promise.all(walks)));
  } finally {
    await bench.close();
  }
}

void record().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
