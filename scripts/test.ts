/** Runs the tests: one PostgreSQL and one Redis for the run, tap over the files, a last line that says how it went. */
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startPostgres, startRedis, sweepTemporaryDirectories } from '#test/support/cluster.ts';
import { TapReader, type FileResult } from './tap-reader.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [mode = 'quick', ...words] = process.argv.slice(2);

interface Sums {
  /** tap's exit code. */
  code: number;
  passed: number;
  failed: number;
}

/** Seconds one file may take; a file over it is ended and counts as failed. */
const FILE_TIMEOUT_S = mode === 'long' ? 1_200 : 180;

function filesOfRun(): string[] {
  const named = words.filter((word) => !word.startsWith('-')).map((word) => relative(root, resolve(word)));
  const missing = named.filter((file) => !existsSync(join(root, file)));
  if (missing.length > 0) throw new Error(`no such test file: ${missing.join(', ')}`);
  if (named.length > 0) return named;
  const all = globSync(mode === 'long' ? 'test/long/**/*.test.ts' : 'test/**/*.test.ts', { cwd: root });
  return all.filter((file) => mode === 'long' || !file.startsWith('test/long/')).sort();
}

/**
 * The servers of the run. What they hold is thrown away at the end and nobody kills them, so their PostgreSQL need not
 * reach the disk at each commit (fsync off); tests about faults start servers of their own, durable as the product's.
 */
async function servers(): Promise<{ env: Record<string, string>; stop: () => Promise<void> }> {
  const stops: (() => Promise<void>)[] = [];
  const env: Record<string, string> = {};
  if ((process.env['TEST_POSTGRES_URL'] ?? '') === '') {
    const postgres = await startPostgres({
      fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300', max_wal_size: '2GB',
    });
    stops.push(postgres.stop);
    env['TEST_POSTGRES_URL'] = postgres.url;
  }
  if ((process.env['TEST_REDIS_URL'] ?? '') === '') {
    const redis = await startRedis();
    stops.push(redis.stop);
    env['TEST_REDIS_URL'] = redis.url;
  }
  return { env, stop: async () => { await Promise.all(stops.map((stop) => stop())); } };
}

function print(result: FileResult): void {
  const took = (Number.parseFloat(result.took) / 1_000).toFixed(1);
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
  const failed = result.failed > 0 ? `, ${result.failed} failed` : '';
  const verdict = result.failed === 0 ? 'ok  ' : 'FAIL';
  process.stdout.write(`${verdict} ${result.file}  ${result.passed} passed${failed}${skipped}, ${took} s\n`);
  for (const failure of result.failures) process.stdout.write(`  x ${failure}\n`);
}

/** Runs tap over the files and prints each as it ends; gives its exit code and the sums. */
async function runTap(files: string[], env: Record<string, string>, stop: AbortSignal): Promise<Sums> {
  const child = spawn(process.execPath, [
    join(root, 'node_modules/tap/dist/esm/run.mjs'), 'run', '--disable-coverage', '--allow-empty-coverage', '--jobs=2',
    `--timeout=${FILE_TIMEOUT_S}`, '--reporter=tap', ...files,
  ], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  stop.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  const ended = new Promise<number>((done) => {
    child.once('error', () => done(127));
    child.once('exit', (code) => done(code ?? 1));
  });
  const sums = { passed: 0, failed: 0 };
  const reader = new TapReader();
  const take = (result: FileResult | undefined): void => {
    if (result === undefined) return;
    sums.passed += result.passed;
    sums.failed += result.failed;
    print(result);
  };
  for await (const line of createInterface({ input: child.stdout })) take(reader.push(line));
  take(reader.end());
  return { ...sums, code: await ended };
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());

const files = filesOfRun();
if (files.length === 0) {
  process.stdout.write('no test files\n0 passed, 0 failed\n');
  process.exit(0);
}
sweepTemporaryDirectories();
const run = await servers();
const result = await runTap(files, run.env, stopping.signal);
await run.stop();
sweepTemporaryDirectories();
// tap may fail for what is no test point; then the sum must not say that all is well.
const failed = result.code !== 0 && result.failed === 0 ? 1 : result.failed;
process.stdout.write(`${result.passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
