/** The evidence bundle as one page that needs nothing else: what the Markdown says, and charts of it. */
import type { DeploymentStatus } from '../contract';
import { charts } from './charts';
import { html } from './html';
import { toMarkdown } from './markdown';
import { markdownHtml } from './markdown-html';
import { PAGE_STYLE } from './page-style';

export function toHtml(status: DeploymentStatus): string {
  const [title, ...rest] = markdownHtml(toMarkdown(status));
  // How it ended comes first; the charts follow before the first section.
  const sections = rest.findIndex((part) => part.html.startsWith('<h2>'));
  const from = sections < 0 ? rest.length : sections;
  const { deploymentId, environment, target } = status.input;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${deploymentId} of ${environment}/${target}</title>
        <style>
          ${{ html: PAGE_STYLE }}
        </style>
      </head>
      <body>
        <main class="doc">${title ?? html``} ${rest.slice(0, from)} ${charts(status)} ${rest.slice(from)}</main>
      </body>
    </html> `.html;
}
