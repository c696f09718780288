// Required before a process begins: it kills itself right before the nth call that changes a backup's files, when
// LOCKKEEPER_TEST_DIES_WRITING says so: such as {"call":"rename","path":"\\.meta$","nth":1}; without call or path, any.
const fs = require('node:fs/promises');

const { call, path = '.', nth = 1 } = JSON.parse(process.env['LOCKKEEPER_TEST_DIES_WRITING'] ?? '{"nth":0}');
const wanted = new RegExp(path);
let seen = 0;

for (const name of ['mkdir', 'writeFile', 'chmod', 'rename', 'rm', 'rmdir']) {
  const original = fs[name];
  fs[name] = (...args) => {
    // Of a rename, what it makes.
    const target = String(name === 'rename' ? args[1] : args[0]);
    const counts =
      (call ?? name) === name && /migration_backup_|restore_[0-9a-f]{16}/.test(target) && wanted.test(target);
    if (counts && ++seen === nth) process.kill(process.pid, 'SIGKILL');
    return original(...args);
  };
}
