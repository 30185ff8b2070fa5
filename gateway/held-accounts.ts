/** The accounts that a node knows, how they follow the database, and the loops of those that run by themselves. */
import type { Channel, ChannelHost, RunningChannel } from '#channels/channel.ts';
import type { AccountView } from '#domain/channels/words.ts';
import { limits } from '#domain/limits.ts';
import { statement } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';

const allAccounts = statement(
  'hosts.accounts',
  `
select id, organisation_id, channel, key, name, address, settings, version from channel_accounts
where status <> 'DISABLED'`,
);
interface AccountRow {
  id: string;
  organisation_id: string;
  channel: string;
  key: string;
  name: string;
  address: string | null;
  settings: Record<string, unknown>;
  version: number;
}

export interface Held {
  version: number;
  channel: Channel;
  account: AccountView;
  host: ChannelHost;
  secrets: { at: number; values: Promise<Record<string, string>> } | undefined;
  running: Promise<RunningChannel | undefined> | undefined;
}

function viewOf(row: AccountRow): AccountView {
  return {
    id: row.id,
    organisationId: row.organisation_id,
    channel: row.channel,
    key: row.key,
    name: row.name,
    address: row.address,
    settings: row.settings,
  };
}

/** What is needed to know accounts: the channels, and how an account's host is made. */
export interface AccountParts {
  work: Work;
  channels: ReadonlyMap<string, Channel>;
  createHost(channel: Channel, account: AccountView, held: () => Held): ChannelHost;
}

function hold(parts: AccountParts, row: AccountRow, channel: Channel): Held {
  const account = viewOf(row);
  const held: Held = {
    version: row.version,
    channel,
    account,
    secrets: undefined,
    running: undefined,
    host: parts.createHost(channel, account, () => held),
  };
  return held;
}

/**
 * Starts one account's own loop; a start that fails is told to the administrators and tried again at the next change.
 */
function run(held: Held): void {
  const { channel, host } = held;
  if (channel.start === undefined) return;
  held.running = channel.start(host).catch((error: Error) => {
    host.log.error({ error: error.message }, 'channel did not start');
    host.health('NEEDS_ATTENTION', 'START_FAILED');
    return undefined;
  });
}

async function endRun(held: Held): Promise<void> {
  const running = await held.running;
  await running?.stop();
}

/** The accounts that this node knows, and how they follow the database. */
export interface Accounts {
  all(): Iterable<Held>;
  byId(id: string): Held | undefined;
  byKey(channel: string, key: string): Held | undefined;
  reload(): Promise<void>;
  startChannels(): Promise<void>;
  stop(): Promise<void>;
}

/** What stays as it is, what is new, and what must end. */
function compare(parts: AccountParts, known: ReadonlyMap<string, Held>, rows: readonly AccountRow[]): [Held[], Held[]] {
  const ended = new Set(known.values());
  const next = rows.flatMap((row) => {
    const channel = parts.channels.get(row.channel);
    const old = known.get(row.id);
    if (channel === undefined) return [];
    if (old?.version !== row.version) return [hold(parts, row, channel)];
    ended.delete(old);
    return [old];
  });
  return [next, [...ended]];
}

/** The accounts of this node; `reload` once at boot, then they follow the database until `stop`. */
export function createAccounts(parts: AccountParts): Accounts {
  let ids = new Map<string, Held>();
  let keys = new Map<string, Held>();
  let running = false;
  let loading: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function load(): Promise<void> {
    const [next, ended] = compare(parts, ids, await parts.work.db.rows<AccountRow>(allAccounts));
    ids = new Map(next.map((held) => [held.account.id, held]));
    keys = new Map(next.map((held) => [`${held.account.channel}/${held.account.key}`, held]));
    if (!running) return;
    await Promise.all(ended.map(endRun));
    for (const held of next) if (held.running === undefined) run(held);
  }

  const quietly = (error: Error): void =>
    parts.work.log.warn({ error: error.message }, 'channel accounts not read; the last known stay');
  const accounts: Accounts = {
    all: () => ids.values(),
    byId: (id) => ids.get(id),
    byKey: (channel, key) => keys.get(`${channel}/${key}`),
    reload() {
      timer ??= setInterval(() => void accounts.reload().catch(quietly), limits.sessionCheckMs);
      loading ??= load().finally(() => {
        loading = undefined;
      });
      return loading;
    },
    async startChannels() {
      running = true;
      await accounts.reload();
      for (const held of ids.values()) if (held.running === undefined) run(held);
    },
    async stop() {
      clearInterval(timer);
      await loading?.catch(() => undefined);
      running = false;
      await Promise.all([...ids.values()].map(endRun));
    },
  };
  return accounts;
}
