import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: {
    path: 'prisma/migrations',
    seed: 'node --import tsx prisma/seed.ts',
  },
  // Read here and not with env(): `prisma generate` and `validate` need no database and must not ask for one.
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
