/** Where the UI shows a namespace: `TEMPORAL_UI_URL`, or the dev server's port next to `address`. */
export function uiBase(configured: string | undefined, address: string, namespace: string): string {
  const base = configured ?? process.env['TEMPORAL_UI_URL'] ?? devServerUi(address);
  return `${base.replace(/\/$/, '')}/namespaces/${namespace}`;
}

function devServerUi(address: string): string {
  const [host = 'localhost', port = '7233'] = address.split(':');
  return `http://${host}:${Number(port) + 1000}`;
}
