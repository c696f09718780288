/** What can be proven of a migration that the history records as failed. Pure. */
import type { ParsedStatement } from '../adapters/sql-parser';
import { AS_WRITTEN, segmentsOf } from './segments';
import { all, as, find, nameParts, relationOf, words } from './statements/ast';
import { plural } from './words';

/** Something that a script leaves behind and the catalog can be asked for. Names as the file writes them, in parts. */
export interface Created {
  kind: 'relation' | 'type' | 'column';
  name: string[];
}

export interface FailedMigration {
  name: string;
  /** Null when its folder is not on disk. */
  statements: ParsedStatement[] | null;
  /** The tool that ran it lived to record its error. */
  errorRecorded: boolean;
  /** What the file creates, and whether it is there. */
  created: (Created & { there: boolean })[];
  /** The deployment of Lockkeeper's that committed segments of it, and has not undone them. */
  deployment: { id: string; committed: number } | null;
  /** The session that holds Prisma's migration lock, in words: what looks like a failure may be its work under way. */
  lockHolder: string | null;
}

export interface Verdict {
  is: 'running' | 'rolled-back' | 'applied' | 'undo' | 'unclear';
  /** What it rests on, in one sentence without its full stop. */
  why: string;
}

/**
 * A file that is one transaction left all or nothing, whoever ran it: Prisma's CLI sends it whole, and PostgreSQL runs that as
 * one transaction. One of its objects tells then which.
 */
export function judge({ statements, errorRecorded, created, deployment, lockHolder }: FailedMigration): Verdict {
  if (lockHolder !== null)
    return { is: 'running', why: `${lockHolder} holds Prisma's migration lock, and may be running it` };
  if (deployment)
    return {
      is: 'undo',
      why: `deployment ${deployment.id} committed ${plural(deployment.committed, 'segment')} of it`,
    };
  if (statements === null) return { is: 'unclear', why: 'its folder is not in the project' };
  const there = created.filter((object) => object.there);
  const seen = `${there.length} of the ${created.length} objects that it creates are there`;
  if (!isAtomic(statements)) return { is: 'unclear', why: `it is not one transaction, and ${seen}` };
  if (created.length === 0)
    return errorRecorded
      ? { is: 'rolled-back', why: 'it is one transaction, and its error was recorded' }
      : { is: 'unclear', why: 'it creates nothing that could be looked for' };
  if (there.length === 0) return { is: 'rolled-back', why: `it is one transaction, and ${seen}` };
  if (there.length === created.length && !errorRecorded)
    return {
      is: 'applied',
      why: `it is one transaction, and everything that it creates is there (${plural(created.length, 'object')})`,
    };
  return { is: 'unclear', why: `it is one transaction, but ${seen}: somebody had a hand in it` };
}

function isAtomic(statements: ParsedStatement[]): boolean {
  const segments = segmentsOf(statements, AS_WRITTEN);
  return segments.length === 1 && segments[0]?.kind === 'transaction';
}

/** Left out is what may have been there before (IF NOT EXISTS), and what the file itself renames or drops again. */
export function objectsCreated(statements: ParsedStatement[]): Created[] {
  const passing = new Set(statements.flatMap(passedOn).filter((word) => word !== ''));
  return statements
    .flatMap(createdBy)
    .filter(({ name }) => !passing.has(name.at(-1) ?? '') && !passing.has(name.at(-2) ?? ''));
}

function createdBy({ node }: ParsedStatement): Created[] {
  const table = as(node, 'CreateStmt');
  if (table && !table.if_not_exists) return [{ kind: 'relation', name: relationOf(table.relation).split('.') }];
  const index = as(node, 'IndexStmt');
  if (index?.idxname && !index.if_not_exists)
    return [
      { kind: 'relation', name: [index.relation?.schemaname, index.idxname].filter((part) => part !== undefined) },
    ];
  const type = as(node, 'CreateEnumStmt');
  if (type) return [{ kind: 'type', name: words(type.typeName) }];
  const alter = as(node, 'AlterTableStmt');
  return all(alter?.cmds, 'AlterTableCmd').flatMap(({ subtype, def, missing_ok }): Created[] => {
    const column = subtype === 'AT_AddColumn' && !missing_ok ? as(def, 'ColumnDef')?.colname : undefined;
    return column === undefined ? [] : [{ kind: 'column', name: [...relationOf(alter?.relation).split('.'), column] }];
  });
}

/** Last words of the names that a statement renames, gives or drops. */
function passedOn({ node }: ParsedStatement): string[] {
  const renames = find(node, 'RenameStmt').flatMap(({ relation, subname, newname }) => [
    relation?.relname ?? '',
    subname ?? '',
    newname ?? '',
  ]);
  const drops = find(node, 'DropStmt').flatMap(({ objects }) =>
    (objects ?? []).map((one) => nameParts(one).at(-1) ?? ''),
  );
  const columns = find(node, 'AlterTableCmd').flatMap(({ subtype, name }) =>
    subtype === 'AT_DropColumn' ? [name ?? ''] : [],
  );
  return [...renames, ...drops, ...columns];
}
