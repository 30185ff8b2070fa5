/** Checks without running: types of the server and of the screens, lint with types, the house's own rules (tidy). */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findings } from '#test/support/tidy.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

interface Step {
  name: string;
  run: () => boolean;
}

function command(program: string, args: string[]): boolean {
  const file = join(root, 'node_modules/.bin', program);
  // Colours only for a person: a log of escape codes is hard to read.
  const env = { ...process.env, ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }) };
  return spawnSync(file, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

function types(project: string): Step[] {
  if (!existsSync(join(root, project, 'tsconfig.json'))) return [];
  const name = `types of ${project === '.' ? 'the server' : project}`;
  return [{ name, run: () => command('tsc', ['-p', project, '--noEmit']) }];
}

function tidy(): boolean {
  const found = findings(root);
  for (const finding of found) process.stdout.write(`${finding}\n`);
  return found.length === 0;
}

const steps: Step[] = [
  ...types('.'), ...types('agent-desk/web'), ...types('channels/live-chat/widget'),
  { name: 'lint', run: () => command('oxlint', ['--type-aware', '--format', 'unix']) },
  { name: 'tidy', run: tidy },
];

const failed: string[] = [];
for (const step of steps) {
  const start = performance.now();
  const good = step.run();
  if (!good) failed.push(step.name);
  const seconds = ((performance.now() - start) / 1_000).toFixed(1);
  process.stdout.write(`${good ? 'ok  ' : 'FAIL'} ${step.name}, ${seconds} s\n`);
}
process.stdout.write(`${steps.length - failed.length} passed, ${failed.length} failed\n`);
process.exit(failed.length === 0 ? 0 : 1);
