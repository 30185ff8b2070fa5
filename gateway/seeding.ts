/** Fills an empty installation: the demo of invented people, or the first administrator alone. */
import { randomInt } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seedDemo } from '#domain/store/seeds/demo.ts';
import { seedEmpty } from '#domain/store/seeds/empty.ts';
import type { Work } from '#domain/work.ts';
import type { Config } from './config.ts';
import type { Passwords } from './security/passwords.ts';
import type { SecretStore } from './security/secret-store.ts';

/** No letters or digits that look alike: it is read from a terminal and typed. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const PASSWORD_CHARS = 16;

export interface Seeded {
  kind: 'demo' | 'empty';
  /** The password that was made up for the seeded people, while its note in the data directory is kept. */
  password: string | undefined;
}

function randomPassword(): string {
  return Array.from({ length: PASSWORD_CHARS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/**
 * Seeds once; later starts find the organisation and change nothing. A made-up password is noted in
 * DATA_DIR/first-password (0600) before anything else can fail, so that whoever missed it on the terminal
 * can still get in.
 */
export async function seed(
  config: Config, work: Work, tools: { passwords: Passwords; secrets: SecretStore },
): Promise<Seeded | undefined> {
  if (config.seed === 'none') return undefined;
  const note = join(config.dataDir, 'first-password');
  const noted = (await readFile(note, 'utf8').catch(() => '')).trim();
  const password = config.demoPassword ?? (noted === '' ? randomPassword() : noted);
  if (config.demoPassword === undefined && noted === '') {
    await mkdir(config.dataDir, { recursive: true });
    await writeFile(note, `${password}\n`, { mode: 0o600 });
  }
  const hash = (plain: string): Promise<string> => tools.passwords.hash(plain);
  const putSecrets: SecretStore['put'] = (owner, values, tx) => tools.secrets.put(owner, values, tx);
  const { created } = config.seed === 'demo'
    ? await seedDemo(work.db, { password, hash, putSecrets })
    : await seedEmpty(work.db, { password, hash });
  return { kind: config.seed, password: created || noted !== '' ? password : undefined };
}
