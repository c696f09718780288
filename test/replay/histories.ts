/** Where recorded histories are: one folder a release, one file a path, in the JSON that Temporal's own tools write. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import * as proto from '@temporalio/proto';
import { patchProtobufRoot } from '@temporalio/proto/lib/patch-protobuf-root';

const FOLDER = join(__dirname, 'histories');

/**
 * The SDK's `historyToJSON` fails where npm installs protobufjs more than once ("type must be a Type"): a type is known
 * only to the copy that made it. This is that copy.
 */
interface ProtoJson {
  toJson(type: unknown, message: unknown): unknown;
  fromJson(type: unknown, json: unknown, options: { ignoreUnknownFields: boolean }): unknown;
}
const { toJson, fromJson } = createRequire(require.resolve('@temporalio/proto'))(
  'protobufjs/ext/protojson',
) as ProtoJson;
const root = patchProtobufRoot(proto) as unknown as { lookupType(name: string): unknown };
const HISTORY = root.lookupType('temporal.api.history.v1.History');

export function releases(): string[] {
  return readdirSync(FOLDER).sort();
}

/** By the name of its path. */
export function recorded(release: string): Record<string, History> {
  const files = readdirSync(join(FOLDER, release)).sort();
  return Object.fromEntries(files.map((file) => [file.replace(/\.json$/, ''), read(join(FOLDER, release, file))]));
}

function read(file: string): History {
  return fromJson(HISTORY, JSON.parse(readFileSync(file, 'utf8')), { ignoreUnknownFields: true }) as History;
}

/** Replaces a release's histories. */
export function keep(release: string, histories: Record<string, History>): void {
  const folder = join(FOLDER, release);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, history] of Object.entries(histories)) {
    const json = toJson(HISTORY, proto.temporal.api.history.v1.History.fromObject(history));
    writeFileSync(join(folder, `${path}.json`), `${JSON.stringify(json, withoutTraces)}\n`);
  }
}

/** Stack traces name folders of the machine that recorded, and nothing replays them. */
function withoutTraces(key: string, value: unknown): unknown {
  return key === 'stackTrace' ? undefined : value;
}
