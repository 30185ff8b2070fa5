/** The setup does what is missing, and says what to do where it cannot. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { temporaryDirectory } from '#test/support/cluster.ts';

const setup = fileURLToPath(new URL('../../scripts/setup.mjs', import.meta.url));

interface Machine {
  folder: string;
  /** Runs the setup with nothing on the PATH but what lies in the folder. */
  run(mode: string, env?: Record<string, string>): { status: number | null; said: string };
}

/** A machine whose PATH has a shell, and an apt-get that does as the script says. */
function machine(t: { teardown(done: () => void): void }, aptGet?: string): Machine {
  const folder = temporaryDirectory();
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, at] of [['sh', '/bin/sh'], ['touch', '/usr/bin/touch'], ['chmod', '/bin/chmod']] as const) {
    symlinkSync(at, join(folder, name));
  }
  if (aptGet !== undefined) {
    writeFileSync(join(folder, 'apt-get'), `#!/bin/sh\necho "$*" >> ${folder}/asked\n${aptGet}\n`);
    chmodSync(join(folder, 'apt-get'), 0o755);
  }
  return {
    folder,
    run(mode, env = {}) {
      const ended = spawnSync(process.execPath, [setup, mode], { env: { PATH: folder, ...env }, encoding: 'utf8' });
      return { status: ended.status, said: ended.stderr };
    },
  };
}

const INSTALLS = (program: string): string => `case "$*" in
  *update*) touch $0.updated ;;
  *install*) [ -e $0.updated ] || exit 100; f="\${0%apt-get}${program}"; touch "$f"; chmod 755 "$f" ;;
esac`;

const asRoot = process.getuid?.() === 0 ? false : 'only root may install';

t.test('setup: root installs redis-server, with fresh lists when the first try fails', { skip: asRoot }, async (t) => {
  const { folder, run } = machine(t, INSTALLS('redis-server'));
  const first = run('start');
  t.equal(first.status, 0, first.said);
  t.ok(existsSync(join(folder, 'redis-server')));
  t.match(readFileSync(join(folder, 'asked'), 'utf8'), /update\n.*install.*redis-server\n$/s);
  const asked = readFileSync(join(folder, 'asked'), 'utf8');
  t.equal(run('start').status, 0);
  t.equal(readFileSync(join(folder, 'asked'), 'utf8'), asked, 'the second time nothing is missing');
});

t.test('setup: without redis-server and a way to install it, the message says what to do', async (t) => {
  const { status, said } = machine(t).run('start');
  t.equal(status, 1);
  t.match(said, /apt-get install redis-server/);
  t.match(said, /REDIS_URL/);
  t.equal(machine(t).run('start', { REDIS_URL: 'redis://127.0.0.1:1' }).status, 0, 'a Redis elsewhere will do');
});

t.test('setup: the tests want Chromium, or CHROMIUM', async (t) => {
  const there = { TEST_REDIS_URL: 'redis://127.0.0.1:1' };
  t.match(machine(t).run('test', there), { status: 1, said: /Chromium is missing[^]*CHROMIUM/ });
  t.match(machine(t).run('test', { ...there, CHROMIUM: '/no/such' }), { status: 1, said: /does not exist/ });
  t.equal(machine(t).run('test', { ...there, CHROMIUM: process.execPath }).status, 0);
});

t.test('setup: an unknown mode is refused', async (t) => {
  t.match(machine(t).run('nonsense'), { status: 1, said: /usage/ });
});
