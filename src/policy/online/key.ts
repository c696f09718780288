/**
 * ADD UNIQUE and ADD PRIMARY KEY -> a unique index, built concurrently, that the constraint takes for its own. The columns
 * of a primary key are proven not null first.
 */
import type { AlterTableCmd, Constraint, IndexStmt } from '@pgsql/types';
import { quote, quoteList, quoteRange } from '../hazards/sql';
import { as, relationOf, words } from '../statements/ast';
import { constraintName } from '../statements/constraints';
import type { Parts, Subcommand, SubcommandForm } from './alter-table';
import { refusalOfName } from './checked-constraint';
import { proven } from './not-null';
import { single } from './piece';

export const key: SubcommandForm = {
  parts(subcommand) {
    const constraint = keyConstraint(subcommand.command);
    if (!constraint) return null;
    const proofs =
      constraint.contype === 'CONSTR_PRIMARY'
        ? words(constraint.keys).map((column, number) => proven(subcommand, column, number, [setNotNull(column)]))
        : [];
    return joined([...proofs, byIndex(subcommand, constraint)]);
  },
  refusal({ command, alter }, surroundings) {
    const constraint = keyConstraint(command);
    if (!constraint) return null;
    if (constraint.options?.length || constraint.indexspace) return 'its index has settings of its own';
    return refusalOfName(constraint, relationOf(alter.relation), surroundings);
  },
};

function keyConstraint(command: AlterTableCmd): Constraint | null {
  const constraint = command.subtype === 'AT_AddConstraint' ? as(command.def, 'Constraint') : undefined;
  if (!constraint || constraint.indexname || constraint.without_overlaps) return null;
  return constraint.contype === 'CONSTR_UNIQUE' || constraint.contype === 'CONSTR_PRIMARY' ? constraint : null;
}

function byIndex(subcommand: Subcommand, constraint: Constraint): Parts {
  const { alter, whole, dropped, place } = subcommand;
  const name = constraintName(constraint, alter.relation?.relname ?? '');
  // The name is still taken until the constraint that bears it goes; the index gets it together with the constraint.
  const indexName = dropped.includes(name) ? `lockkeeper_key_${whole.index}_${place}` : name;
  const columns = words(constraint.keys);
  const table = quoteRange(alter.relation);
  const findRows = `SELECT ${quoteList(columns)}, count(*) FROM ${table} GROUP BY ${quoteList(columns)} HAVING count(*) > 1`;
  const build = single(whole, indexText(indexName, table, constraint), indexNode(indexName, subcommand, constraint));
  build.statements = build.statements.map((statement) => ({ ...statement, findRows }));
  const inSchema = quoteRange({ ...alter.relation, relname: indexName });
  return {
    quick: [],
    beside: [build],
    last: [
      {
        text: `ADD CONSTRAINT ${quote(name)} ${kindOf(constraint)} USING INDEX ${quote(indexName)}${timing(constraint)}`,
        command: { ...subcommand.command, def: { Constraint: usingIndex(constraint, name, indexName) } },
      },
    ],
    tidy: [],
    takeBack: { quick: [], beside: [`DROP INDEX CONCURRENTLY IF EXISTS ${inSchema}`] },
  };
}

function kindOf({ contype }: Constraint): string {
  return contype === 'CONSTR_PRIMARY' ? 'PRIMARY KEY' : 'UNIQUE';
}

function timing({ deferrable, initdeferred }: Constraint): string {
  return `${deferrable ? ' DEFERRABLE' : ''}${initdeferred ? ' INITIALLY DEFERRED' : ''}`;
}

function indexText(name: string, table: string, { keys, including, nulls_not_distinct: alike }: Constraint): string {
  const include = including?.length ? ` INCLUDE (${quoteList(words(including))})` : '';
  return `CREATE UNIQUE INDEX CONCURRENTLY ${quote(name)} ON ${table} (${quoteList(words(keys))})${include}${alike ? ' NULLS NOT DISTINCT' : ''}`;
}

function indexNode(idxname: string, { alter }: Subcommand, constraint: Constraint): { IndexStmt: IndexStmt } {
  const elements = (names: string[]): NonNullable<IndexStmt['indexParams']> =>
    names.map((name) => ({
      IndexElem: { name, ordering: 'SORTBY_DEFAULT', nulls_ordering: 'SORTBY_NULLS_DEFAULT' },
    }));
  return {
    IndexStmt: {
      idxname,
      ...(alter.relation && { relation: alter.relation }),
      accessMethod: 'btree',
      indexParams: elements(words(constraint.keys)),
      ...(constraint.including && { indexIncludingParams: elements(words(constraint.including)) }),
      unique: true,
      ...(constraint.nulls_not_distinct && { nulls_not_distinct: true }),
      concurrent: true,
    },
  };
}

function usingIndex({ contype, deferrable, initdeferred }: Constraint, conname: string, indexname: string): Constraint {
  return {
    ...(contype && { contype }),
    conname,
    indexname,
    ...(deferrable && { deferrable }),
    ...(initdeferred && { initdeferred }),
  };
}

function setNotNull(column: string): { text: string; command: AlterTableCmd } {
  const command = { subtype: 'AT_SetNotNull', name: column, behavior: 'DROP_RESTRICT' } as const;
  return { text: `ALTER COLUMN ${quote(column)} SET NOT NULL`, command };
}

function joined(parts: Parts[]): Parts {
  return {
    quick: parts.flatMap(({ quick }) => quick),
    beside: parts.flatMap(({ beside }) => beside),
    last: parts.flatMap(({ last }) => last),
    tidy: parts.flatMap(({ tidy }) => tidy),
    takeBack: {
      quick: parts.flatMap(({ takeBack }) => takeBack.quick),
      beside: parts.flatMap(({ takeBack }) => takeBack.beside),
    },
  };
}
