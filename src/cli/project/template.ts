import type { Project } from './detect';

/** A `lockkeeper.yaml` that deploys as it is, with a word on everything that a project is likely to change. */
export function configTemplate({ name, schema, migrations, urlEnv }: Project): string {
  return `# Lockkeeper: durable deployments of Prisma migrations. Secrets are never here: *Env fields name environment variables.
project:
  schema: ${scalar(schema)}
  migrations: ${scalar(migrations)}

temporal:
  taskQueue: ${scalar(name)} # of this project alone: a worker that polls it deploys these migrations

environments:
  development:
    protected: false # migrate dev, migrate reset and migrate push may run here
    targets:
      main:
        urlEnv: ${urlEnv}
    approvals:
      required: 0
    backup:
      enabled: false
    rehearsal: schema-only # finds and proves the reversals, which a rollback needs
    monitor:
      duration: 10s
      interval: 2s

  staging:
    targets:
      main:
        urlEnv: STAGING_${urlEnv} # a direct connection, not a transaction pooler
    approvals:
      required: 1 # distinct people, none of them the one who deploys
      expiry: 24h
    backup:
      dir: backups
    monitor:
      duration: 10m
      interval: 30s

  production:
    after: staging # what it has not applied, from the same files, is not deployed here
    targets:
      main:
        urlEnv: PRODUCTION_${urlEnv}
    approvals:
      required: 1
      expiry: 24h
      # approvers: [slack:U024BE7LH, cli:alice] # empty: anyone but the one who deploys
    # window: { days: [tue, wed, thu], from: '02:00', to: '04:00', zone: UTC }
    backup:
      dir: backups
      format: custom
      jobs: 2
    lockTimeout: 100ms # one attempt for one lock: the longest that the application queues behind us
    monitor:
      duration: 30m
      interval: 30s
      # metrics: # of the server's host and the application, printed by programs of yours
      #   cpu_usage: { command: [./metrics/prometheus, 'query'], env: [PROMETHEUS_URL] }
      thresholds:
        critical: ['cpu_usage > 90%', 'memory_usage > 90%', 'connection_pool > 95%', 'error_rate > 5%']
        warning: ['cpu_usage > 80%', 'memory_usage > 85%', 'query_time_p95 > 1000ms', 'error_rate > 1%']

# slack:
#   channel: '#database'

contacts: # who is called when a deployment needs a person
  Database Team: '#database-team'
`;
}

/** Plain where YAML reads it as it is written, else quoted. */
function scalar(text: string): string {
  return /^[A-Za-z0-9][\w./-]*$/.test(text) ? text : JSON.stringify(text);
}
