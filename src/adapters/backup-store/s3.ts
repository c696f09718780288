/** Backups in a bucket: Amazon's S3, or a server that speaks its protocol. Streams both ways; no object is ever held in memory. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { FailureType, permanent, transient } from '../../errors';
import type { FileDigest } from './digest-file';
import type { BackupStore } from './store';

export interface S3Options {
  bucket: string;
  /** In front of every key, with its slash; empty for none. */
  prefix: string;
  region: string;
  /** Another server than Amazon's. */
  endpoint: string | null;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  forcePathStyle: boolean;
}

const SMALLEST_PART = 8 * 1024 * 1024;
/** An object has 10,000 at most. */
const MOST_PARTS = 9_000;
const PARTS_AT_ONCE = 2;
const DELETED_AT_ONCE = 1000;
/** A `.meta` names every table; what is larger is none. */
const LARGEST_TEXT = 64 * 1024 * 1024;

/** What a server says where an object is there, or another request is about to make it. */
const TAKEN = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

export class S3Store implements BackupStore {
  private readonly client: S3Client;

  /** @param env holds the credentials: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; without them the SDK's own chain looks. */
  constructor(
    private readonly options: S3Options,
    env: NodeJS.ProcessEnv,
  ) {
    const { region, endpoint, forcePathStyle } = options;
    this.client = new S3Client({
      region,
      forcePathStyle,
      ...(endpoint === null ? {} : { endpoint }),
      ...credentialsOf(env),
    });
  }

  locate(name: string): string {
    return `s3://${this.options.bucket}/${this.key(name)}`;
  }

  async list(suffix: string, folder?: string): Promise<string[]> {
    const Prefix = this.options.prefix + (folder === undefined ? '' : `${folder}/`);
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await this.ask('listed', '', () =>
        this.client.send(
          new ListObjectsV2Command({
            Bucket: this.options.bucket,
            Prefix,
            Delimiter: '/',
            ...(after === undefined ? {} : { ContinuationToken: after }),
          }),
        ),
      );
      for (const { Key = '' } of page.Contents ?? [])
        if (Key.endsWith(suffix)) names.push(Key.slice(this.options.prefix.length));
      after = page.NextContinuationToken;
    } while (after !== undefined);
    return names;
  }

  async readText(name: string): Promise<string | null> {
    return this.read(name, 'NoSuchKey', async () => {
      const { Body, ContentLength = 0 } = await this.client.send(new GetObjectCommand(this.at(name)));
      if (ContentLength > LARGEST_TEXT) throw new Error('it is too large');
      return Body?.transformToString('utf8') ?? '';
    });
  }

  /** A request that the SDK repeats, because the answer to it was lost, meets its own object. */
  async claim(name: string, token: string): Promise<boolean> {
    const isMade = await this.ask('claimed', name, () =>
      this.client.send(new PutObjectCommand({ ...this.at(name), Body: token, IfNoneMatch: '*' })).then(
        () => true,
        (error: unknown) => {
          if (TAKEN.has((error as Error).name)) return false;
          throw error;
        },
      ),
    );
    return isMade || (await this.readText(name)) === token;
  }

  async put(file: string, name: string, signal?: AbortSignal): Promise<void> {
    const { size } = await stat(file);
    await this.ask('written', name, async () => {
      const upload = new Upload({
        client: this.client,
        params: { ...this.at(name), Body: createReadStream(file) },
        partSize: Math.max(SMALLEST_PART, Math.ceil(size / MOST_PARTS)),
        queueSize: PARTS_AT_ONCE,
      });
      const stop = (): void => void upload.abort();
      signal?.addEventListener('abort', stop);
      try {
        await upload.done();
      } catch (error) {
        // The SDK does not wait for it when it is stopped, and this process may be about to end.
        await this.dropParts(name, upload.uploadId);
        throw error;
      } finally {
        signal?.removeEventListener('abort', stop);
      }
    });
    signal?.throwIfAborted();
    await rm(file);
  }

  /** Those of an upload that was not finished; without an id it has none. Where it fails, the bucket's lifecycle rule does it. */
  private async dropParts(name: string, UploadId: string | undefined): Promise<void> {
    if (UploadId === undefined) return;
    await this.client.send(new AbortMultipartUploadCommand({ ...this.at(name), UploadId })).catch(() => undefined);
  }

  async fetch(name: string, folder: string, signal?: AbortSignal): Promise<string> {
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const fetched = await this.read(name, 'NoSuchKey', async () => {
      const { Body } = await this.client.send(
        new GetObjectCommand(this.at(name)),
        signal ? { abortSignal: signal } : {},
      );
      await pipeline(Body as Readable, createWriteStream(file, { mode: 0o600 }), signal ? { signal } : {});
      return file;
    });
    if (fetched === null) throw permanent(FailureType.Backup, `${this.locate(name)} is not there.`);
    return fetched;
  }

  /** By its size: to see the bytes is to fetch them, which a restore does. */
  async check(name: string, expected: FileDigest): Promise<boolean> {
    const head = await this.read(name, 'NotFound', () => this.client.send(new HeadObjectCommand(this.at(name))));
    return head?.ContentLength === expected.bytes;
  }

  async remove(names: string[]): Promise<void> {
    for (let start = 0; start < names.length; start += DELETED_AT_ONCE) {
      const Objects = names.slice(start, start + DELETED_AT_ONCE).map((name) => ({ Key: this.key(name) }));
      const answer = await this.ask('deleted', names[start] ?? '', () =>
        this.client.send(new DeleteObjectsCommand({ Bucket: this.options.bucket, Delete: { Objects, Quiet: true } })),
      );
      const [first] = answer.Errors ?? [];
      if (first)
        throw permanent(
          FailureType.Backup,
          `s3://${this.options.bucket}/${first.Key} cannot be deleted: ${first.Code}.`,
        );
    }
  }

  private key(name: string): string {
    return this.options.prefix + name;
  }

  private at(name: string): { Bucket: string; Key: string } {
    return { Bucket: this.options.bucket, Key: this.key(name) };
  }

  /** @param absent what the server calls it where there is no such object. @returns null then. */
  private read<T>(name: string, absent: string, work: () => Promise<T>): Promise<T | null> {
    return this.ask('read', name, () =>
      work().catch((error: unknown) => {
        if ((error as Error).name === absent) return null;
        throw error;
      }),
    );
  }

  /** @throws ApplicationFailure Backup: an error of the SDK may quote signed headers. */
  private async ask<T>(done: string, name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const where = this.locate(name);
      const { name: code = 'error', message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      if (code === 'AbortError') throw error;
      const status = $metadata?.httpStatusCode;
      // The server's own code for what it refused; the words of a network that did not get that far.
      const why = status === undefined ? message : code;
      const isRefused = status !== undefined && status >= 400 && status < 500;
      throw (isRefused ? permanent : transient)(FailureType.Backup, `${where} cannot be ${done}: ${why}.`);
    }
  }
}

/** @returns nothing where the environment has none: the SDK then looks for the role of the machine or the container. */
function credentialsOf(env: NodeJS.ProcessEnv): Pick<S3ClientConfig, 'credentials'> {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey) return {};
  return { credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) } };
}
