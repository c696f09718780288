/** report: the evidence of a deployment, on disk as JSON, Markdown and HTML. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeploymentStatus } from '../contract';
import { toHtml, toJson, toMarkdown } from '../report';
import { deploymentFiles, readMeasures } from './deployment-files';
import type { Deps } from './deps';

export function createReport({ config }: Deps) {
  return {
    /** Idempotent: a retry writes the same files. @returns their paths on this host. */
    async writeReport(status: DeploymentStatus): Promise<string[]> {
      const folder = join(config.root, 'reports');
      await mkdir(folder, { recursive: true });
      const rehearsed = await readMeasures(deploymentFiles(config, status.input.deploymentId));
      const reports = [
        { file: join(folder, `${status.input.deploymentId}.json`), text: toJson(status, rehearsed) },
        { file: join(folder, `${status.input.deploymentId}.md`), text: toMarkdown(status) },
        { file: join(folder, `${status.input.deploymentId}.html`), text: toHtml(status) },
      ];
      for (const { file, text } of reports) {
        await writeFile(`${file}.partial`, text);
        await rename(`${file}.partial`, file);
      }
      return reports.map(({ file }) => file);
    },
  };
}
