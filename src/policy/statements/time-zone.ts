/** The session's time zone, as far as a script says. It decides whether timestamp and timestamptz are stored alike. */
import type { Node, VariableSetStmt } from '@pgsql/types';
import { as } from './ast';
import type { ScriptContext } from './facts';

/** `utc`: any zone that never was apart from UTC. */
export type Zone = 'utc' | 'other' | 'unknown';

/** What SET and SET LOCAL have left. */
export interface Zones {
  session: Zone;
  /** Until the transaction ends. */
  local?: Zone;
}

export function zoneOf({ zones }: Pick<ScriptContext, 'zones'>): Zone {
  return zones?.local ?? zones?.session ?? 'unknown';
}

/** Follows SET, SET LOCAL and RESET; other settings change nothing. */
export function followZone(statement: VariableSetStmt, script: ScriptContext): void {
  if (statement.kind !== 'VAR_RESET_ALL' && statement.name?.toLowerCase() !== 'timezone') return;
  const zone = zoneIn(statement.args?.[0]);
  script.zones = statement.is_local ? { session: script.zones?.session ?? 'unknown', local: zone } : { session: zone };
}

/** SET LOCAL ends with its transaction. */
export function endLocalZone(script: ScriptContext): void {
  if (script.zones) script.zones = { session: script.zones.session };
}

const SAME_AS_UTC = /^(?:etc\/)?(?:utc|uct|universal|zulu|gmt(?:[+-]?0)?|greenwich)$/i;

/** Without a value it is the server's own. */
function zoneIn(value: Node | undefined): Zone {
  if (value === undefined) return 'unknown';
  const constant = as(value, 'A_Const');
  // The parser leaves a zero out.
  const isZero = constant?.ival !== undefined && !constant.ival.ival;
  return isZero || SAME_AS_UTC.test(constant?.sval?.sval ?? '') ? 'utc' : 'other';
}
