/** Which schemas are the project's: not PostgreSQL's, and not the two that are Lockkeeper's own. */

/** @param schema an expression for its name. @returns a condition, as SQL. */
export function isProjects(schema: string): string {
  return `(${schema} !~ '^pg_' AND ${schema} NOT IN ('information_schema', 'lockkeeper', 'lockkeeper_salvage'))`;
}
