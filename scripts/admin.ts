/**
 * Administration from the command line: `npm run admin -- create | rotate-keys | verify-journal`. Works beside a
 * running server.
 */
import { randomInt } from 'node:crypto';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { AppError } from '#domain/errors.ts';
import { sealHead, verifySeals } from '#domain/journal/seal.ts';
import { openDb } from '#domain/store/db.ts';
import { migrate } from '#domain/store/migrate.ts';
import type { Log, Wake, Work } from '#domain/work.ts';
import { readConfig, type Config } from '#gateway/config.ts';
import { keptHeads } from '#gateway/seal-heads.ts';
import { createAdministrator } from '#gateway/security/first-administrator.ts';
import { createPasswords } from '#gateway/security/passwords.ts';
import { rotateKeys } from '#gateway/security/rotation.ts';
import { checkVault, createVault, loadMasterKeys } from '#gateway/security/vault.ts';
import { reachDatabase } from './reach-database.ts';

const USAGE = `npm run admin -- create --npk 90001 --name "Nama Lengkap" [--organisation CODE] [--password-stdin]
    makes an administrator; asks for the password, or makes one if nothing can be asked
npm run admin -- rotate-keys
    re-seals all credentials under the first key of MASTER_KEY (or DATA_DIR/keys)
npm run admin -- verify-journal [--since 2026-11-22]
    checks the journal against its seals and the heads kept in DATA_DIR/seal-heads, and names the first row that was
    changed; --since leaves out what was sealed before the head of that day`;

const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { npk: { type: 'string' }, name: { type: 'string' }, organisation: { type: 'string' },
    since: { type: 'string' },
    'password-stdin': { type: 'boolean' } },
});

const say = (text: string): void => { process.stdout.write(`${text}\n`); };
const quiet: Log = { debug() {}, info() {}, warn(_fields, message) { process.stderr.write(`${message}\n`); },
  error() {} };
/** A running server finds what was written by its own sweeps. */
const asleep: Wake = { hint() {}, on: () => () => undefined };

/** The password: from standard input, typed unseen, or made; the last is told. */
async function choosePassword(): Promise<{ password: string; made: boolean }> {
  if (values['password-stdin'] === true) {
    for await (const line of createInterface({ input: process.stdin })) return { password: line, made: false };
  }
  if (process.stdin.isTTY) {
    process.stdout.write('Kata sandi / password (kosong = dibuatkan / empty = made for you): ');
    const unseen = new Writable({ write(_chunk, _encoding, done) { done(); } });
    const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
    const typed = await lines.question('');
    lines.close();
    say('');
    if (typed !== '') return { password: typed, made: false };
  }
  return { password: Array.from({ length: 16 }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''), made: true };
}

async function create(work: Work): Promise<void> {
  const { npk, name, organisation } = values;
  if (npk === undefined || name === undefined) throw new Error(USAGE);
  const { password, made } = await choosePassword();
  const result = await createAdministrator(work, createPasswords(), { npk, name, password, organisation });
  say(`Administrator ${npk} - ${name} dibuat / created (${result.organisation}).`);
  if (made) say(`Kata sandi / password: ${password}`);
}

async function rotate(work: Work, config: Config): Promise<void> {
  const vault = createVault(await loadMasterKeys(config));
  await checkVault(work.db, vault);
  const { secrets, subjectKeys } = await rotateKeys(work, vault);
  say(`${secrets} rahasia dan ${subjectKeys} kunci subjek disegel ulang / secrets and subject keys re-sealed
    (${vault.activeKeyId}).`);
  say('Simpan kunci lama untuk memeriksa segel jurnal lama / keep the old key to verify older journal seals.');
}

/** Says on a terminal how far the check is; a file of its output stays without. */
function sayProgress(block: string, newest: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${block} / ${newest}`);
}

async function verify(work: Work, config: Config): Promise<void> {
  const heads = await keptHeads(config.dataDir);
  const from = heads.find(({ day }) => day === values.since);
  if (values.since !== undefined && from === undefined) {
    throw new Error(`Tidak ada segel tersimpan dari ${values.since} / no head was kept on ${values.since}.`);
  }
  const newest = (await sealHead(work.db))?.block ?? '0';
  const verdict = await verifySeals(work.db, createVault(await loadMasterKeys(config)), { expected: heads, from,
    onProgress: ({ block }) => { sayProgress(block, newest); } });
  if (process.stderr.isTTY) process.stderr.write('\n');
  if (!verdict.ok) {
    say(`Jurnal berubah / journal changed: ${verdict.reason}, blok/block ${verdict.block}, baris/row
    ${JSON.stringify(verdict.row)}`);
    process.exitCode = 2;
    return;
  }
  say(`Jurnal utuh / journal intact: ${verdict.rows} baris/rows, ${verdict.blocks} blok/blocks.`);
  say(heads.length > 0 ? `Sesuai dengan ${heads.length} segel tersimpan / fits the kept heads: ${heads.length}.`
    : 'Tidak ada segel tersimpan di DATA_DIR/seal-heads: blok terbaru yang dipotong tidak terlihat / no head is kept '
      + 'there: newest blocks that were cut off do not show.');
}

async function main(): Promise<void> {
  const [command] = positionals;
  if (command !== 'create' && command !== 'rotate-keys' && command !== 'verify-journal') {
    say(USAGE);
    process.exitCode = command === undefined ? 0 : 64;
    return;
  }
  const config = readConfig(process.env, []);
  const { url, release } = await reachDatabase(config, quiet);
  try {
    const role = await migrate(url);
    const db = openDb({ url, applicationName: 'sambung-admin', connectionsMax: 2, role });
    const work: Work = { db, log: quiet, wake: asleep };
    try {
      if (command === 'create') await create(work);
      else if (command === 'rotate-keys') await rotate(work, config);
      else await verify(work, config);
    } finally {
      await db.close();
    }
  } finally {
    await release();
  }
}

try {
  await main();
} catch (error) {
  const shown = error instanceof AppError ? `${error.code}: ${error.message} ${JSON.stringify(error.details ?? {})}`
    : (error as Error).message;
  process.stderr.write(`${shown}\n`);
  process.exitCode = 1;
}
