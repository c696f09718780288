import type { ParsedStatement } from '../../adapters/sql-parser';
import { all, as, keyOf } from '../statements/ast';
import { publishedTables } from '../statements/create';
import type { Hazard, HazardContext } from './hazard';
import { alterations, quoteName } from './sql';

/** A subscriber has to be told which row changed: by the primary key, unless the table says otherwise. */
export const hazard: Hazard = {
  id: 'publication-without-identity',
  docs: 'https://www.postgresql.org/docs/current/logical-replication-publication.html',
  onlineForm: false,
  on: ['AlterPublicationStmt', 'AlterTableStmt', 'CreatePublicationStmt'],
  detect(statement, context) {
    return [...publishedWithoutKey(statement, context), ...identityTaken(statement, context)].map((table) => ({
      severity: 'warning' as const,
      message: `Nothing of ${table} tells a subscriber which row is meant, neither a primary key nor a REPLICA IDENTITY: while it is published, every UPDATE and DELETE on it fails.`,
      saferSql: `ALTER TABLE ${quoteName(table)} REPLICA IDENTITY FULL;`,
    }));
  },
};

/** Of tables that the files know. */
function publishedWithoutKey({ node }: ParsedStatement, context: HazardContext): string[] {
  const alter = as(node, 'AlterPublicationStmt');
  const publication = as(node, 'CreatePublicationStmt') ?? (alter?.action === 'AP_DropObjects' ? undefined : alter);
  if (!publication || !publishesChanges(publication.options)) return [];
  return publishedTables(publication.pubobjects).filter((name) => {
    const table = context.schema.table(name);
    const hasKey = table?.constraints.some(({ kind }) => kind === 'primary') ?? false;
    return table !== undefined && table.columns.size > 0 && !hasKey && !hasIdentity(name, context);
  });
}

/** `publish = 'insert'` needs no identity. */
function publishesChanges(options: Parameters<typeof all>[0]): boolean {
  const publish = all(options, 'DefElem').find(({ defname }) => defname === 'publish');
  return publish === undefined || /update|delete/.test(as(publish.arg, 'String')?.sval ?? 'update');
}

/** A statement of the script gives it one. */
function hasIdentity(name: string, { steps }: HazardContext): boolean {
  return steps.some(({ statement }) =>
    alterations(statement).some(
      ({ command, table }) =>
        command.subtype === 'AT_ReplicaIdentity' &&
        as(command.def, 'ReplicaIdentityStmt')?.identity_type !== 'n' &&
        keyOf(table) === keyOf(name),
    ),
  );
}

function identityTaken(statement: ParsedStatement, context: HazardContext): string[] {
  return alterations(statement)
    .filter(
      ({ command, table }) =>
        as(command.def, 'ReplicaIdentityStmt')?.identity_type === 'n' && context.schema.isPublished(table),
    )
    .map(({ table }) => table);
}
