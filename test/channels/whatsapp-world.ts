/** What tests of WhatsApp share: a small world with a number on our own WhatsApp server, and nodes that serve it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { SessionWish } from '#channels/channel.ts';
import { holds } from '#channels/whatsapp/baileys/provider.ts';
import { fakeWhatsApp, type FakeAccount, type FakeWhatsApp } from '#test/fakes/whatsapp/server.ts';
import { eventually } from '#test/support/harness.ts';
import { servedWorld, type ServedWorld, type ServingNode } from './served-world.ts';
import { channelWorld, type ChannelWorldOptions } from './support.ts';

export const NUMBER = '6281500000001';
export const CUSTOMER = '6281300000001';

export interface SessionRow {
  state: string; reason_code: string | null; number: string | null; cold_cap: number | null;
  cold_paused_until: Date | null; cold_reason_code: string | null;
}

export interface WhatsAppWorld extends ServedWorld {
  fake: FakeWhatsApp;
  number: FakeAccount;
  /** What an operator asks of the session, as the administration does. */
  wish(kind: SessionWish['kind'], phone?: string): Promise<void>;
  /** The code on the screen now: of a QR its text. */
  code(kind: 'QR' | 'CODE'): Promise<string>;
  session(): Promise<SessionRow | undefined>;
  /** Waits until the session says this, and why where that is asked. */
  untilSession(state: string, reasonCode?: string | null): Promise<void>;
  /** A node that serves the number, which is paired by QR unless it is already; the session is open. */
  paired(): Promise<ServingNode>;
}

/** Children that start from now on trust the server that files are uploaded to. */
function trust(t: Test, pem: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'sambung-ca-'));
  writeFileSync(join(folder, 'ca.pem'), pem);
  process.env['NODE_EXTRA_CA_CERTS'] = join(folder, 'ca.pem');
  t.teardown(() => {
    delete process.env['NODE_EXTRA_CA_CERTS'];
    rmSync(folder, { recursive: true });
  });
}

/** A world whose one account is a number of the fake server, which runs. No node serves it yet. */
export async function whatsAppWorld(t: Test, options: Partial<ChannelWorldOptions> & { uploads?: boolean } = {}):
Promise<WhatsAppWorld> {
  const fake = await fakeWhatsApp({ mediaCa: options.uploads === true });
  t.teardown(() => fake.stop());
  if (options.uploads === true) trust(t, fake.caPem);
  const number = fake.account(NUMBER);
  const base = await channelWorld(t, { channel: 'whatsapp', egressAllow: ['127.0.0.1'], ...options,
    settings: { provider: 'device', serverUrl: fake.url, ...options.settings } });
  const served = servedWorld(t, base);
  const { work, world } = base;
  const session: WhatsAppWorld['session'] = async () => (await work.db.dynamic<SessionRow>(`select state, reason_code,
    number, cold_cap, cold_paused_until, cold_reason_code from channel_connections`))[0];
  const untilSession: WhatsAppWorld['untilSession'] = async (state, reasonCode) => {
    await eventually(`the session to be ${state} ${reasonCode ?? ''}`, async () => {
      const row = await session();
      return row?.state === state && (reasonCode === undefined || row.reason_code === reasonCode);
    }, 30_000);
  };
  const wish: WhatsAppWorld['wish'] = async (kind, phone) => {
    await work.db.dynamic(`insert into channel_connections (organisation_id, channel_account_id, state, wish,
      wish_number) values ($1, $2, 'IDLE', $3, $4) on conflict (organisation_id, channel_account_id)
      do update set wish = excluded.wish, wish_number = excluded.wish_number`,
    [world.organisationId, world.accountId, kind, phone ?? null]);
    work.wake.hint(`session-wish:${world.accountId}`);
  };
  const code: WhatsAppWorld['code'] = (kind) => eventually(`a ${kind} to show`, async () => {
    const [row] = await work.db.dynamic<{ code_key_id: string; code_sealed: Buffer }>(`select code_key_id, code_sealed
      from channel_connections where code_kind = $1 and code_until > app_now()`, [kind]);
    return row && base.hostParts.vault.open(row.code_key_id, row.code_sealed,
      `channel_connections|${world.accountId}|code_sealed`).toString('utf8');
  }, 20_000);
  return {
    ...served, fake, number, wish, code, session, untilSession,
    async paired() {
      const node = await served.node();
      if (!number.isPaired) {
        await untilSession('IDLE');
        await wish('PAIR_QR');
        await number.scan(await code('QR'));
      }
      await untilSession('OPEN');
      await eventually('this node to hold the session',
        async () => {
          const target = await node.hosts.forAccount(world.accountId);
          return target !== undefined && holds(target.host);
        }, 20_000);
      return node;
    },
  };
}
