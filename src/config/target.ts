/** Which database is meant, and where its URL is. */
import { UsageError } from '../errors';
import type { Environment } from './environment';
import type { Config } from './schema';

/** One database of one environment, by name; what holds its URL stays in the environment. */
export interface Target {
  environment: Environment;
  name: string;
  urlEnv: string;
}

/** All of them, or those of one environment. */
export function targetsOf({ environments }: Config, only?: string): Target[] {
  return Object.values(environments)
    .filter(({ name }) => name === (only ?? name))
    .flatMap((environment) =>
      Object.entries(environment.targets).map(([name, { urlEnv }]) => ({ environment, name, urlEnv })),
    );
}

/** @throws UsageError naming what exists, when the environment or the target does not. */
export function resolveTarget(config: Config, environmentName?: string, targetName?: string): Target {
  const environment = pick(config.environments, environmentName, 'environment', config.file);
  const name = pickName(environment.targets, targetName, `target of ${environment.name}`, config.file);
  const target = environment.targets[name];
  if (!target) throw new UsageError(`No target ${name} in ${config.file}.`);
  return { environment, name, urlEnv: target.urlEnv };
}

function pick<T>(all: Record<string, T>, name: string | undefined, what: string, file: string): T {
  const found = all[pickName(all, name, what, file)];
  if (found === undefined) throw new UsageError(`No ${what} in ${file}.`);
  return found;
}

function pickName(all: Record<string, unknown>, name: string | undefined, what: string, file: string): string {
  const names = Object.keys(all);
  if (name === undefined) {
    const [only] = names;
    if (names.length === 1 && only !== undefined) return only;
    throw new UsageError(`Say which ${what}: ${names.join(', ') || 'none is'} defined in ${file}.`);
  }
  if (!Object.hasOwn(all, name)) {
    throw new UsageError(`Unknown ${what} "${name}"; ${file} defines ${names.join(', ') || 'none'}.`);
  }
  return name;
}

/** libpq's, and the driver's own word for "require". */
const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

/**
 * The target's connection URL from its environment variable.
 * @throws UsageError when the variable is unset or is not a PostgreSQL URL; the value itself is never printed.
 */
export function targetUrl(target: Target, env: NodeJS.ProcessEnv = process.env): string {
  return urlIn(target.urlEnv, `target ${target.name} in environment ${target.environment.name}`, env);
}

/**
 * The URL of the server that rehearses, with the target's schema; null where that is the target's own.
 * @throws UsageError as `targetUrl`.
 */
export function rehearsalUrl(target: Target, env: NodeJS.ProcessEnv = process.env): string | null {
  const { name, rehearsal } = target.environment;
  if (rehearsal.urlEnv === null) return null;
  const url = new URL(urlIn(rehearsal.urlEnv, `the server that rehearses for environment ${name}`, env));
  url.searchParams.set('schema', new URL(targetUrl(target, env)).searchParams.get('schema') ?? 'public');
  return url.toString();
}

function urlIn(variable: string, whose: string, env: NodeJS.ProcessEnv): string {
  const value = env[variable];
  if (!value) throw new UsageError(`${variable} is not set: it must hold the PostgreSQL URL of ${whose}.`);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw new UsageError(
      `${variable} is not a URL; write postgresql://user:password@host:5432/database (special characters percent-encoded).`,
    );
  }
  if (!['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2) {
    throw new UsageError(
      `${variable} is not a PostgreSQL URL with a database name; write postgresql://user:password@host:5432/database.`,
    );
  }
  const sslmode = url.searchParams.get('sslmode');
  if (sslmode !== null && !SSL_MODES.includes(sslmode)) {
    throw new UsageError(`${variable} has an sslmode that does not exist; write ${SSL_MODES.join(', ')}.`);
  }
  return value;
}
