/** The process: `bin/lockkeeper.js` loads this. */
import { ExitCode } from './exit-codes';
import { run } from './run';

// A reader that stops early (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? ExitCode.Ok : ExitCode.Failed),
);

void run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  isTTY: process.stdin.isTTY === true && process.stderr.isTTY === true,
}).then((code) => {
  // Explicitly: Prisma's engine leaves a timer of a minute behind. First the streams, which are asynchronous when they are pipes.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
});
