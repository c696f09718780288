/** What the names of a script meant before it: renames are followed back, and what the script itself made is told apart. */
import type { AlterTableStmt, Node, RangeVar, RenameStmt } from '@pgsql/types';
import type { Place } from '../adapters/written-since';
import { all, as, nameParts, words } from './statements/ast';

export class OldNames {
  /** By today's name: the one from before; null where none was. A name that is not here means what it meant. */
  private readonly relations = new Map<string, string | null>();
  private readonly columns = new Map<string, Map<string, string | null>>();
  private readonly schemas = new Map<string, string | null>();
  private readonly temporary = new Set<string>();

  /** @param schema what a name without one means. */
  constructor(
    private schema: string,
    private readonly usual = schema,
  ) {}

  /** From here on: every name means what it means now. */
  fromHere(): OldNames {
    return new OldNames(this.schema, this.usual);
  }

  /** As SQL writes it; null for what the script made or took away. */
  relation(range: RangeVar): string | null {
    if (this.isTemporary(range)) return null;
    const known = this.relations.get(this.today(range));
    if (known !== undefined) return known;
    const schema = this.schemaOf(range);
    const before = this.schemas.get(schema);
    if (before === null) return null;
    return quoted(before ?? schema, range.relname ?? '');
  }

  table(range: RangeVar): Place | null {
    const relation = this.relation(range);
    return relation === null ? null : { relation, column: null };
  }

  column(range: RangeVar, column: string): Place | null {
    const relation = this.relation(range);
    const known = this.columns.get(this.today(range))?.get(column);
    const before = known === undefined ? column : known;
    return relation === null || before === null ? null : { relation, column: before };
  }

  /** Of a schema; null for one that the script made. */
  namespace(name: string): string | null {
    const known = this.schemas.get(name);
    return known === undefined ? name : known;
  }

  learn(node: Node): void {
    const created = createdBy(node);
    if (created) this.make(created.range, created.unlessThere);
    const alter = as(node, 'AlterTableStmt');
    if (alter) this.alter(alter);
    const rename = as(node, 'RenameStmt');
    if (rename) this.rename(rename);
    const moved = as(node, 'AlterObjectSchemaStmt');
    if (moved?.relation) this.move(moved.relation, { ...moved.relation, schemaname: moved.newschema ?? '' });
    const drop = as(node, 'DropStmt');
    for (const parts of drop?.removeType === 'OBJECT_TABLE' ? (drop.objects ?? []).map(nameParts) : [])
      this.forget(rangeOf(parts));
    this.learnSchemas(node);
  }

  private learnSchemas(node: Node): void {
    const made = as(node, 'CreateSchemaStmt');
    if (made?.schemaname !== undefined && !(made.if_not_exists && !this.schemas.has(made.schemaname)))
      this.schemas.set(made.schemaname, null);
    const drop = as(node, 'DropStmt');
    for (const [name = ''] of drop?.removeType === 'OBJECT_SCHEMA' ? (drop.objects ?? []).map(nameParts) : [])
      this.schemas.set(name, null);
    const set = as(node, 'VariableSetStmt');
    if (set?.name === 'search_path') this.schema = as(set.args?.[0], 'A_Const')?.sval?.sval ?? this.usual;
  }

  private make(range: RangeVar, unlessThere: boolean): void {
    if (range.relpersistence === 't') {
      this.temporary.add(range.relname ?? '');
      return;
    }
    if (unlessThere && this.relations.get(this.today(range)) !== null) return;
    this.relations.set(this.today(range), null);
    this.columns.delete(this.today(range));
  }

  private forget(range: RangeVar): void {
    if (this.isTemporary(range)) this.temporary.delete(range.relname ?? '');
    else this.make(range, false);
  }

  private move(from: RangeVar, to: RangeVar): void {
    const columns = this.columns.get(this.today(from));
    this.relations.set(this.today(to), this.relation(from));
    if (columns) this.columns.set(this.today(to), columns);
    else this.columns.delete(this.today(to));
    this.forget(from);
  }

  private rename({ renameType, relation, object, subname = '', newname = '' }: RenameStmt): void {
    if (renameType === 'OBJECT_SCHEMA') this.renameSchema(subname, newname);
    else if (relation && renameType === 'OBJECT_TABLE') this.move(relation, { ...relation, relname: newname });
    else if (renameType === 'OBJECT_TYPE' || renameType === 'OBJECT_DOMAIN') {
      const type = rangeOf(nameParts(object));
      this.move(type, { ...type, relname: newname });
    } else if (relation && renameType === 'OBJECT_COLUMN') {
      const before = this.column(relation, subname)?.column ?? null;
      this.columnsOf(relation).set(newname, before).set(subname, null);
    }
  }

  private renameSchema(from: string, to: string): void {
    const prefix = `${quoted(from)}.`;
    for (const names of [this.relations, this.columns] as Map<string, unknown>[])
      for (const [name, before] of [...names])
        if (name.startsWith(prefix)) {
          names.delete(name);
          names.set(`${quoted(to)}.${name.slice(prefix.length)}`, before);
        }
    this.schemas.set(to, this.namespace(from)).set(from, null);
  }

  /** PostgreSQL drops before it adds, in whatever order the commands stand. */
  private alter({ relation, cmds }: AlterTableStmt): void {
    if (!relation) return;
    const columns = this.columnsOf(relation);
    for (const { subtype, name, def, missing_ok } of all(cmds, 'AlterTableCmd')) {
      const added = as(def, 'ColumnDef')?.colname ?? '';
      if (subtype === 'AT_DropColumn' && name !== undefined) columns.set(name, null);
      if (subtype === 'AT_AddColumn' && !(missing_ok && !columns.has(added))) columns.set(added, null);
    }
  }

  private columnsOf(range: RangeVar): Map<string, string | null> {
    const name = this.today(range);
    const columns = this.columns.get(name) ?? new Map<string, string | null>();
    this.columns.set(name, columns);
    return columns;
  }

  private today(range: RangeVar): string {
    return quoted(this.schemaOf(range), range.relname ?? '');
  }

  private schemaOf({ schemaname }: RangeVar): string {
    return schemaname ?? this.schema;
  }

  private isTemporary({ schemaname, relname = '' }: RangeVar): boolean {
    return (schemaname === undefined || schemaname === 'pg_temp') && this.temporary.has(relname);
  }
}

/** A view is none: what is written into it is written into tables. */
function createdBy(node: Node): { range: RangeVar; unlessThere: boolean } | null {
  const statement =
    as(node, 'CreateStmt') ??
    as(node, 'CreateForeignTableStmt')?.base ??
    sequenceOf(node) ??
    typeOf(node) ??
    tableFromQuery(node);
  return statement?.relation ? { range: statement.relation, unlessThere: statement.if_not_exists === true } : null;
}

interface Creation {
  relation?: RangeVar | undefined;
  if_not_exists?: boolean | undefined;
}

function sequenceOf(node: Node): Creation | undefined {
  const made = as(node, 'CreateSeqStmt');
  return made && { relation: made.sequence, if_not_exists: made.if_not_exists };
}

/** Types share their names with tables. */
function typeOf(node: Node): Creation | undefined {
  const names = as(node, 'CreateEnumStmt')?.typeName ?? as(node, 'CreateDomainStmt')?.domainname;
  const composite = as(node, 'CompositeTypeStmt')?.typevar;
  return names ? { relation: rangeOf(words(names)) } : composite && { relation: composite };
}

function tableFromQuery(node: Node): Creation | undefined {
  const made = as(node, 'CreateTableAsStmt');
  if (made) return { relation: made.into?.rel, if_not_exists: made.if_not_exists };
  return { relation: as(node, 'SelectStmt')?.intoClause?.rel };
}

/** A relation by the words of its name. */
export function rangeOf(parts: string[]): RangeVar {
  const [schemaname, relname] = [parts.at(-2), parts.at(-1) ?? ''];
  return schemaname === undefined ? { relname } : { schemaname, relname };
}

/** `"public"."orders"`. */
export function quoted(...parts: string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}
