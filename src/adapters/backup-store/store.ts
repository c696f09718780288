/** Where finished backups are kept: named objects, and nothing about what they mean. */

import type { FileDigest } from './digest-file';

/**
 * Names are `<id>.<extension>`, or `<id>.dir/<file>` for the files of a folder; whoever calls has made them from a checked id.
 * Every call may be repeated. @throws ApplicationFailure Backup in one sentence.
 */
export interface BackupStore {
  /** Where an object lies, for people: a path, or `s3://bucket/key`. */
  locate(name: string): string;
  /** Names that end so, in no order, of the store itself or of one of its folders; none where that does not exist. */
  list(suffix: string, folder?: string): Promise<string[]>;
  /** A small object; null where there is none. */
  readText(name: string): Promise<string | null>;
  /**
   * Makes a small object that holds `token`, unless somebody has made one of that name.
   * @returns whether it is the caller's, who has made it now or did so earlier.
   */
  claim(name: string, token: string): Promise<boolean>;
  /** Takes over a finished file of this host, which is gone afterwards: all of it is there then, or nothing new. */
  put(file: string, name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Makes an object a file of this host: where it lies, or a copy under `folder`.
   * @returns its path. @throws ApplicationFailure Backup where there is none, or it is no plain file.
   */
  fetch(name: string, folder: string, signal?: AbortSignal): Promise<string>;
  /** Whether an object is what it was: its bytes where they are at hand, else its size. False where it is not there. */
  check(name: string, expected: FileDigest, signal: AbortSignal): Promise<boolean>;
  /** Not there: fine. */
  remove(names: string[]): Promise<void>;
}
