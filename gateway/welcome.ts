/** The block that a start ends with on the terminal: where it is, who can sign in, what runs and where the data lie. */
import { servesThisMachineAlone, type Config } from './config.ts';
import type { Seeded } from './seeding.ts';

const DEMO_LOGINS = [
  ['10001', 'agen Tier 1'], ['30011', 'agen Tier 2'], ['20001', 'Team Leader'], ['80001', 'Operation Manager'],
  ['90001', 'administrator'],
] as const;

function passwordLine(config: Config, seeded: Seeded): string {
  if (config.demoPassword !== undefined) return '(DEMO_PASSWORD)';
  return seeded.password ?? '(seperti tampil saat pertama dijalankan / as the first start printed it)';
}

function loginLines(config: Config, seeded: Seeded | undefined): string[] {
  if (seeded === undefined) return ['  Masuk     npm run admin -- create  membuat administrator pertama'];
  const password = passwordLine(config, seeded);
  if (seeded.kind === 'empty') return [`  Masuk     90001 (administrator), kata sandi ${password}`];
  const exempt = servesThisMachineAlone(config)
    ? ['  Demo      data contoh: tanpa verifikasi dua langkah / sample data: no authenticator is asked for'] : [];
  return [`  Masuk     ${DEMO_LOGINS.map(([npk, who]) => `${npk} ${who}`).join(' · ')}`, `  Sandi     ${password}`,
    ...exempt];
}

/** The lines to print once the server listens at `url`. */
export function welcome(config: Config, url: string, seeded: Seeded | undefined): string {
  const embedded = [
    config.databaseUrl === undefined ? 'PostgreSQL 18' : undefined,
    config.redisUrl === undefined ? 'Redis' : undefined,
  ].filter((name) => name !== undefined);
  return ['', '  Sambung siap',
    `  Desk      ${url}/`,
    `  Nasabah   ${url}/chat`,
    ...loginLines(config, seeded),
    `  Tertanam  ${embedded.length > 0 ? embedded.join(', ') : '-'}`,
    `  Data      ${config.dataDir}`,
    '  Berhenti  Ctrl+C', ''].join('\n');
}
