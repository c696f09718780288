/** What the project's configuration names: files, databases, keys, Slack. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { inspectServer } from '../../adapters/inspect';
import { targetsOf, targetUrl, type Config, type Target } from '../../config';
import { absent, missing, off, ok, type Check } from './check';

export async function checkProject(
  config: Config,
  env: NodeJS.ProcessEnv,
  onlyEnvironment: string | undefined,
): Promise<Check[]> {
  return [
    path('Prisma schema', config.schemaPath, 'set project.schema in lockkeeper.yaml'),
    path(
      'Migrations',
      config.migrationsDir,
      'set project.migrations in lockkeeper.yaml, or write the first with "lockkeeper migrate dev"',
    ),
    ...(await Promise.all(
      targetsOf(config, onlyEnvironment).map((target) => checkTarget(target, env, onlyEnvironment !== undefined)),
    )),
    signingKey(config, env),
    slack(config, env),
  ];
}

function path(what: string, file: string, fix: string): Check {
  return existsSync(file) ? ok(what, file) : missing(what, `nothing at ${file}`, fix);
}

async function checkTarget(target: Target, env: NodeJS.ProcessEnv, askedFor: boolean): Promise<Check> {
  const what = `Database ${target.environment.name}/${target.name}`;
  if (!env[target.urlEnv]) {
    return absent(target, askedFor)(
      what,
      `${target.urlEnv} is not set`,
      `set ${target.urlEnv} where the worker of this environment runs`,
    );
  }
  try {
    const server = await inspectServer(targetUrl(target, env), 'lockkeeper/doctor');
    return ok(what, `PostgreSQL ${server.version}`);
  } catch (error) {
    return missing(what, (error as Error).message, `check the URL in ${target.urlEnv} and that the server runs`);
  }
}

function signingKey({ root }: Config, env: NodeJS.ProcessEnv): Check {
  if (env['LOCKKEEPER_SIGNING_KEY']) return ok('Signing key', 'LOCKKEEPER_SIGNING_KEY');
  const file = join(root, '.lockkeeper', 'signing-key');
  if (existsSync(file)) return ok('Signing key', file);
  return off(
    'Signing key',
    'none yet; made on first use',
    'set LOCKKEEPER_SIGNING_KEY where clients and workers run on different hosts',
  );
}

function slack({ slack: settings }: Config, env: NodeJS.ProcessEnv): Check {
  if (!settings) return off('Slack', 'not configured', 'add a "slack" section to lockkeeper.yaml');
  const secret = settings.mode === 'socket' ? settings.appTokenEnv : settings.signingSecretEnv;
  const unset = [settings.tokenEnv, secret].filter((name) => !env[name]);
  if (unset.length === 0) return ok('Slack', `posts to ${settings.channel}, clicks by ${settings.mode}`);
  return off('Slack', `${unset.join(' and ')} not set`, 'set it on the worker and where "lockkeeper slack" runs');
}
