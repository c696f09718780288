/** Sessions beside the test's own, as an application has them: ended together, whatever became of them. */
import { Client } from 'pg';

export class Sessions {
  private readonly opened: Client[] = [];

  /** @param application its application_name; PostgreSQL's default without one. */
  async open(url: string, application?: string): Promise<Client> {
    const client = new Client({
      connectionString: url,
      application_name: application,
      // The default's "$user" is schema lockkeeper, where the tests' role has that name.
      options: '-c search_path=public',
    });
    client.on('error', () => undefined);
    await client.connect();
    this.opened.push(client);
    return client;
  }

  async end(): Promise<void> {
    await Promise.all(this.opened.splice(0).map((client) => client.end().catch(() => undefined)));
  }
}
