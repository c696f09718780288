import type { Target } from '../../config';

/** One line of `doctor`. */
export interface Check {
  what: string;
  /** `off`: not there, and nothing here needs it. */
  status: 'ok' | 'missing' | 'off';
  /** What was seen. Never a URL or a key. */
  seen: string;
  /** How to mend it; null when there is nothing to mend. */
  fix: string | null;
}

export function ok(what: string, seen: string): Check {
  return { what, status: 'ok', seen, fix: null };
}

export function missing(what: string, seen: string, fix: string): Check {
  return { what, status: 'missing', seen, fix };
}

export function off(what: string, seen: string, fix: string): Check {
  return { what, status: 'off', seen, fix };
}

/**
 * How to tell of what the worker of a target needs: a developer's machine rightly has nothing of production's, so that it
 * counts only where the environment was asked for by name, or for developers' databases.
 */
export function absent({ environment }: Target, askedFor: boolean): typeof missing {
  return askedFor || !environment.protected ? missing : off;
}
