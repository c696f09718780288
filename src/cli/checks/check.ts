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
