/** The sequences that a statement drops by name, of which the columns stay. */
import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, nameParts } from './ast';

export interface DroppedSequence {
  /** In SQL: the sequence, or the table whose column had it. */
  relation: string;
  /** Identity column; null where the sequence itself is named. */
  identity: string | null;
}

export function sequencesDropped({ node }: ParsedStatement): DroppedSequence[] {
  const drop = as(node, 'DropStmt');
  if (drop?.removeType === 'OBJECT_SEQUENCE')
    return (drop.objects ?? []).map((object) => ({ relation: inSql(nameParts(object)), identity: null }));
  const alter = as(node, 'AlterTableStmt');
  const { schemaname, relname = '' } = alter?.relation ?? {};
  const relation = inSql(schemaname === undefined ? [relname] : [schemaname, relname]);
  return all(alter?.cmds, 'AlterTableCmd').flatMap(({ subtype, name }) =>
    subtype === 'AT_DropIdentity' && name !== undefined ? [{ relation, identity: name }] : [],
  );
}

function inSql(parts: string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}
