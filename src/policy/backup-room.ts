/** How much disk a backup may take. */

/** A dump compresses, but not everything does; SQL is larger than the rows it holds, and smaller than the rows with their indexes. */
const PART_OF_DATABASE = { compressed: 0.5, uncompressed: 1 };

/** Bytes, from the size of the database with its indexes: an estimate on the safe side. */
export function roomNeeded(databaseBytes: number, isCompressed: boolean): number {
  return Math.ceil(databaseBytes * PART_OF_DATABASE[isCompressed ? 'compressed' : 'uncompressed']);
}
