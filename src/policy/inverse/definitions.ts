/** What the catalog says of the objects that a statement may change, captured before and after it. Names are bare, types and expressions are SQL. */

/** What every object has. An oid names an object for life: a rename is the same oid under another name. */
export interface Owned {
  oid: string;
  name: string;
  owner: string;
  comment: string | null;
  privileges: Privilege[];
  /** Nobody has set them: they are what PostgreSQL gives to every new object of the kind. */
  standardPrivileges: boolean;
}

/** One privilege of the object's access list; `grantee` is null for PUBLIC. */
export interface Privilege {
  grantee: string | null;
  privilege: string;
  grantable: boolean;
}

export interface Definitions {
  schemas: Owned[];
  extensions: Extension[];
  types: TypeDefinition[];
  routines: Routine[];
  /** What depends on another comes after it. */
  relations: Relation[];
}

export interface Extension {
  oid: string;
  name: string;
  schema: string;
  version: string;
}

export interface TypeDefinition extends Owned {
  schema: string;
  kind: 'enum' | 'domain' | 'composite' | 'other';
  /** Labels of an enum, by oid and in order. */
  labels: { oid: string; name: string }[];
  /** Attributes of a composite type. */
  attributes: { num: number; name: string; type: string; collation: string | null }[];
  /** Of a domain; null for the others. */
  domain: { base: string; collation: string | null; notNull: boolean; default: string | null } | null;
  constraints: Constraint[];
  usedBy: TypeUse[];
}

/** Something whose definition holds a type. */
export interface TypeUse {
  /** `column` of a table, `index` or `constraint` with an expression in it, or something that a type swap cannot carry over. */
  kind: 'column' | 'index' | 'constraint' | 'other';
  /** In SQL, qualified. */
  relation: string;
  /** Column, index or constraint; in words for the others. */
  name: string;
  /** Of an index or constraint; a column's default, or null. */
  definition: string | null;
  /** The column holds an array of the type. */
  array: boolean;
}

export interface Routine extends Owned {
  schema: string;
  kind: 'function' | 'procedure' | 'aggregate';
  /** Types of its arguments, as DROP names them. */
  arguments: string;
  /** The whole CREATE OR REPLACE; null for an aggregate. */
  definition: string | null;
}

export interface Relation extends Owned {
  schema: string;
  kind: 'table' | 'partitioned table' | 'foreign table' | 'view' | 'materialized view' | 'sequence';
  persistence: 'permanent' | 'unlogged' | 'temporary';
  accessMethod: string | null;
  tablespace: string | null;
  /** `name=value`. */
  options: string[];
  columns: Column[];
  constraints: Constraint[];
  indexes: Index[];
  attachments: Attachment[];
  /** In SQL, qualified. */
  parents: string[];
  partitionKey: string | null;
  /** `FOR VALUES ...` of a partition. */
  bound: string | null;
  /** Type of a typed table. */
  ofType: string | null;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  /** Query of a view, without its semicolon. */
  query: string | null;
  /** A materialised view that can be read. */
  populated: boolean;
  /** Changes when a view's query does, and not when what it reads is renamed. */
  shape: string | null;
  sequence: SequenceOptions | null;
  /** Column that a sequence lives and dies with. */
  ownedBy: { oid: string; relation: string; column: string } | null;
  /** Server and options of a foreign table, in SQL. */
  foreign: string | null;
}

export interface Column {
  num: number;
  name: string;
  type: string;
  /** The type is an enum, which casts only through text. */
  isEnum: boolean;
  /** Only where it is not the type's own. */
  collation: string | null;
  notNull: boolean;
  /** Default, or the expression of a generated column. */
  default: string | null;
  generated: boolean;
  /** `sequence` is quoted and qualified. */
  identity: { always: boolean; sequence: string; options: SequenceOptions } | null;
  /** `PLAIN`, `EXTERNAL`, `MAIN` or `EXTENDED`; the second is what the type would have. */
  storage: string;
  typeStorage: string;
  /** Null: the server's own. */
  compression: string | null;
  /** -1 = the server's own. */
  statistics: number;
  options: string[];
  comment: string | null;
  privileges: Privilege[];
  /** It came from a parent: what is done to the parent's column is done to it. */
  inherited: boolean;
}

export interface SequenceOptions {
  type: string;
  start: string;
  increment: string;
  min: string;
  max: string;
  cache: string;
  cycle: boolean;
}

export interface Constraint {
  oid: string;
  name: string;
  kind: 'check' | 'foreign' | 'primary' | 'unique' | 'exclusion' | 'trigger';
  definition: string;
  validated: boolean;
  deferrable: boolean;
  deferred: boolean;
  inherited: boolean;
  comment: string | null;
  /** Of the index behind it. */
  index: string | null;
}

export interface Index {
  oid: string;
  name: string;
  /** Schema-qualified name in SQL. */
  sqlName: string;
  definition: string;
  /** The index of a constraint comes and goes with it. */
  ofConstraint: boolean;
  /** The partitioned index that it belongs to. */
  parent: string | null;
  options: string[];
  /** Null: the database's own. */
  tablespace: string | null;
  clustered: boolean;
  replicaIdentity: boolean;
  comment: string | null;
}

/** What hangs on a table under a name of its own. */
export interface Attachment {
  oid: string;
  kind: 'trigger' | 'policy' | 'rule' | 'statistics';
  name: string;
  /** Of statistics, which need not be in their table's; null for the others. */
  schema: string | null;
  /** Changes when the object itself is redefined, and not when what it mentions is renamed. */
  shape: string;
  definition: string;
  /** Of a trigger or rule; of the others always `enabled`. */
  enabled: 'enabled' | 'disabled' | 'replica' | 'always';
  comment: string | null;
}
