import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../errors';
import { toHtml, toJson, toMarkdown } from '../../report';
import type { Cli } from '../cli';
import { ExitCode } from '../exit-codes';
import { noWorker } from '../follow';
import { ask } from '../observe';
import { findDeployment, withSession } from '../session';

export interface ReportOptions {
  format: string;
  out?: string;
}

const WRITERS: Record<string, typeof toJson> = { md: toMarkdown, html: toHtml, json: toJson };

export async function report(cli: Cli, options: ReportOptions, id?: string): Promise<number> {
  const write = cli.options.json ? toJson : WRITERS[options.format];
  if (!write) throw new UsageError(`--format ${options.format} is unknown; write md, html or json.`);
  return withSession(cli, async (session) => {
    const ref = await findDeployment(cli, session, id);
    const seen = await ask(session.client, ref);
    if (seen.kind !== 'status') throw noWorker(ref, session.config.taskQueue);
    const text = write(seen.status);
    if (options.out === undefined) {
      cli.io.stdout.write(text);
    } else {
      const file = resolve(cli.io.cwd, options.out);
      writeFileSync(file, text);
      cli.answer({ file }, file);
    }
    cli.note(`Temporal UI: ${ref.uiUrl}`);
    return ExitCode.Ok;
  });
}
