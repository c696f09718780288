/** verify: a health check that fails is a reason to undo. */
import { FailureType, permanent } from '../errors';
import { heavy } from './activity-options';
import type { Run } from './run';
import { plural } from '../policy/words';

export async function verify(run: Run): Promise<void> {
  const { status } = run;
  await run.phase(
    'verify',
    async () => {
      status.health = await heavy.verify.executeWithOptions({ summary: 'health checks' }, [run.input]);
      const failed = status.health.filter((check) => check.status === 'fail');
      if (failed.length === 0) return;
      throw permanent(FailureType.HealthCheck, failed.map(({ name, evidence }) => `${name}: ${evidence}`).join(' '));
    },
    () => healthText(run),
  );
}

function healthText({ status: { health } }: Run): string {
  const untold = health.filter((check) => check.status === 'warn').map(({ name }) => name);
  const passed = `${plural(health.filter((check) => check.status === 'pass').length, 'check')} passed`;
  return untold.length === 0 ? passed : `${passed}, not told: ${untold.join(', ')}`;
}
