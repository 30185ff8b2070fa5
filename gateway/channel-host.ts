/**
 * What channels may ask of the house (ChannelHost), per account; and the accounts of this node, known within 2
 * seconds.
 */
import { TYPING, type Typing } from '#agent-desk/server/looking.ts';
import type { Channel, ChannelHost } from '#channels/channel.ts';
import type { ChannelRegistry } from '#channels/registry.ts';
import type {
  AccountView,
  ChangeOutcome,
  OutboundChange,
  OutboundMessage,
  SendOutcome,
} from '#domain/channels/words.ts';
import { AppError } from '#domain/errors.ts';
import { appendJournal } from '#domain/journal/append.ts';
import { limits } from '#domain/limits.ts';
import { isUnavailable, statement } from '#domain/store/db.ts';
import type { Log, Work } from '#domain/work.ts';
import { recordReceipts } from '#routing/receipts.ts';
import { customerHistory } from './channel-history.ts';
import { withLease } from './channel-lease.ts';
import { accountCursor } from './channel-cursor.ts';
import { accountSession } from './channel-session.ts';
import { customerMedia, type MediaBlobs } from './channel-media.ts';
import { receiveEvents, type Taker } from './channel-receive.ts';
import type { Egress } from './egress.ts';
import { guardedAgent } from './egress-agent.ts';
import { createAccounts, type Held } from './held-accounts.ts';
import type { Vault } from './security/vault.ts';

interface SecretOwner {
  organisationId: string;
  ownerKind: string;
  ownerId: string;
}

/** What the hosts are built of; each is the part of the same name, or the slice of it that is needed here. */
export interface HostParts {
  work: Work;
  nodeId: string;
  channels: ChannelRegistry;
  intake: Taker;
  secrets: {
    getAll(owner: SecretOwner): Promise<Record<string, string>>;
    put(owner: SecretOwner, values: Readonly<Record<string, string | null>>): Promise<void>;
  };
  /** Seals the keys of sessions. */
  vault: Vault;
  blobs: MediaBlobs;
  egress: Egress;
  /** The origin by which providers reach this installation; null where none is set. */
  publicUrl?: string | null;
  /** Fire and forget to every node. Ids only: no handle passes through Redis. */
  bus: { publish(channel: string, payload: unknown): void };
}

/** An account that is reachable: what the hooks, the sender and the chat need of it, at one moment. */
export interface Target {
  readonly channel: Channel;
  readonly account: AccountView;
  readonly host: ChannelHost;
  /** The secrets as they were when the target was asked for (at most limits.sessionCheckMs old). */
  readonly secret: (name: string) => string | undefined;
}

export interface Hosts {
  /**
   * The active account of this id; undefined if there is none. Rejects with DATABASE_UNAVAILABLE if its secrets are
   * out of reach.
   */
  forAccount(accountId: string): Promise<Target | undefined>;
  /** The active account under /hooks/:channel/:key. */
  byKey(channel: string, key: string): Promise<Target | undefined>;
  /** The active account with this key whose channel has a page for customers (live chat). */
  withPage(key: string): Promise<Target | undefined>;
  /** Without a wait, for pushes: the account's channel and host, if it is active. */
  known(accountId: string): Pick<Target, 'channel' | 'host'> | undefined;
  /**
   * The sender of an account for routing/outbound.ts; undefined where its session is held by another node. An account
   * that is gone or disabled gives a retry.
   */
  sender(account: { id: string }):
    ((message: OutboundMessage, signal: AbortSignal) => Promise<SendOutcome>) | undefined;
  /** What sending for an account must know of it; undefined for a channel that this release does not know. */
  sendFacts(account: { channel: string; settings?: Record<string, unknown> }):
    { sendsPerSecond: number; deduplicates: boolean; atOnce?: number } | undefined;
  /** How an account's messages are changed, for routing/change-worker.ts; undefined where its channel cannot. */
  changer(account: { id: string }): ((change: OutboundChange, signal: AbortSignal) => Promise<ChangeOutcome>)
    | undefined;
  /** Accounts of channels that hold sessions: those whose session this node holds, and the others. */
  sessions(): { here: string[]; elsewhere: string[] };
  /** Reads the accounts now; called at boot (await it) and by itself every limits.sessionCheckMs. */
  reload(): Promise<void>;
  /**
   * Starts what runs by itself (polling, mail) for every account, and follows changes; for nodes of the channels
   * role.
   */
  startChannels(): Promise<void>;
  stop(): Promise<void>;
}

const lockHealth = statement(
  'hosts.health-lock',
  `
select version from channel_accounts where organisation_id = $1 and id = $2 and status <> 'DISABLED' for no key update`,
);
/** $1 organisation, $2 account, $3 its status. */
const setStatus = statement(
  'hosts.status',
  `
update channel_accounts set status = $3 where organisation_id = $1 and id = $2 and status <> $3 returning 1 as changed`,
);
/** $1 account: what was told of it last. */
const lastHealth = statement(
  'hosts.health-last',
  `
select data ->> 'state' as state, data ->> 'reasonCode' as reason from journal
where subject_id = $1 and type = 'channel-account.health-changed' order by epoch desc, xid desc, id desc limit 1`,
);
const conversationOf = statement(
  'hosts.conversation-of',
  `
select id from conversations where organisation_id = $1 and channel_account_id = $2 and handle = $3
order by last_message_at desc nulls last limit 1`,
);

function owner(account: AccountView): SecretOwner {
  return { organisationId: account.organisationId, ownerKind: 'channel-account', ownerId: account.id };
}

const ABSENT_TRUST_MS = 200;

/** The account's secrets, read at most every `trustMs` and once for all who ask meanwhile. */
function secretsOf(
  parts: HostParts,
  held: Held,
  trustMs: number = limits.sessionCheckMs,
): Promise<Record<string, string>> {
  const now = performance.now();
  if (held.secrets !== undefined && now - held.secrets.at < trustMs) return held.secrets.values;
  const values = parts.secrets.getAll(owner(held.account)).catch(asUnavailable);
  const fresh: NonNullable<Held['secrets']> = { at: now, values };
  held.secrets = fresh;
  fresh.values.catch(() => {
    if (held.secrets === fresh) held.secrets = undefined;
  });
  return fresh.values;
}

function accountLog(log: Log, account: AccountView): Log {
  const fields = { accountId: account.id, channel: account.channel };
  return {
    debug: (more, message) => log.debug({ ...fields, ...more }, message),
    info: (more, message) => log.info({ ...fields, ...more }, message),
    warn: (more, message) => log.warn({ ...fields, ...more }, message),
    error: (more, message) => log.error({ ...fields, ...more }, message),
  };
}

/** Told is what changed: the state or its reason, though the status may be the same (connected, or trying to be). */
async function recordHealth(parts: HostParts, account: AccountView, state: string, reasonCode?: string): Promise<void> {
  const status = state === 'NEEDS_ATTENTION' ? 'NEEDS_ATTENTION' : 'ACTIVE';
  await parts.work.db.transaction(async (tx) => {
    const key = [account.organisationId, account.id];
    const held = await tx.one<{ version: number }>(lockHealth, key);
    if (held === undefined) return;
    const changed = await tx.one(setStatus, [...key, status]);
    const last = await tx.one<{ state: string; reason: string | null }>(lastHealth, [account.id]);
    // The first word is kept, for it says that the account was connected at all.
    const isSame = last?.state === state && last.reason === (reasonCode ?? null);
    if (changed === undefined && isSame) return;
    await appendJournal(tx, [
      {
        type: 'channel-account.health-changed',
        subjectType: 'channel-account',
        subjectId: account.id,
        actor: { kind: 'SYSTEM' },
        scope: { organisationId: account.organisationId },
        version: held.version,
        data: { state, ...(reasonCode === undefined ? {} : { reasonCode }) },
      },
    ]);
    tx.afterCommit(() => parts.work.wake.hint('journal'));
  });
}

function passTyping(parts: HostParts, account: AccountView, handle: string, typing: boolean): void {
  parts.work.db.one<{ id: string }>(conversationOf, [account.organisationId, account.id, handle]).then(
    (row) => {
      if (row === undefined) return;
      const told: Typing = {
        organisationId: account.organisationId,
        conversationId: row.id,
        by: 'customer',
        userId: null,
        typing,
      };
      parts.bus.publish(TYPING, told);
    },
    () => undefined,
  );
}

function asUnavailable(error: unknown): never {
  throw isUnavailable(error) ? new AppError('DATABASE_UNAVAILABLE', undefined, error) : error;
}

function createHost(parts: HostParts, channel: Channel, account: AccountView, held: () => Held): ChannelHost {
  const { db } = parts.work;
  const log = accountLog(parts.work.log, account);
  const taker = { ...account, medium: channel.medium };
  /** One after the other, so that the last word stands. */
  let telling = Promise.resolve();
  return {
    account,
    log,
    async receive(events) {
      return receiveEvents(parts, taker, events).catch(asUnavailable);
    },
    async receipt(receipts) {
      await recordReceipts(parts.work, account, receipts).catch(asUnavailable);
    },
    secrets: {
      async get(name) {
        const known = (await secretsOf(parts, held()))[name];
        // That a secret is missing may be old news: another node can have made it since.
        return known ?? (await secretsOf(parts, held(), ABSENT_TRUST_MS))[name];
      },
      async put(values) {
        await parts.secrets.put(owner(account), values);
        held().secrets = undefined;
      },
    },
    cursor: accountCursor(db, account),
    hookUrl: parts.publicUrl == null ? null : `${parts.publicUrl}/hooks/${account.channel}/${account.key}`,
    lease: (body) => withLease(parts.work, { name: `channel-account:${account.id}`, nodeId: parts.nodeId }, body),
    history: (page) => customerHistory(db, account, page).catch(asUnavailable),
    media: customerMedia(db, parts.blobs, account),
    session: accountSession(parts, account),
    typing: (handle, isTyping) => passTyping(parts, account, handle, isTyping),
    fetch: (url, init) => parts.egress.fetch(url, init),
    agent: (url) => guardedAgent(url, { allows: parts.egress.allows, providerHosts: channel.providerHosts ?? [] }),
    health(state, reasonCode) {
      telling = telling.then(() => recordHealth(parts, account, state, reasonCode)).catch((error: Error) =>
        log.warn({ error: error.message }, 'health of the account not recorded'),
      );
    },
  };
}

/** Hands the change to the channel, if it can make changes of this kind. */
async function changed(channel: Channel, host: ChannelHost, change: OutboundChange,
  signal: AbortSignal): Promise<ChangeOutcome> {
  const { editSent, recallSent, react } = channel.capabilitiesOf?.(host.account) ?? channel.capabilities;
  const can = { EDIT: editSent, RECALL: recallSent, REACTION: react }[change.kind];
  const isOffered = change.emoji === null || channel.reactions?.includes(change.emoji) === true;
  if (!can || !isOffered || channel.change === undefined) {
    return { kind: 'failed', reasonCode: 'CHANGE_NOT_POSSIBLE' };
  }
  return channel.change(host, change, signal);
}

/** The accounts of this node. Call `reload` once at boot; then they follow the database by themselves until `stop`. */
export function createHosts(parts: HostParts): Hosts {
  const { all, byId, byKey, reload, startChannels, stop } = createAccounts({ ...parts,
    createHost: (channel, account, held) => createHost(parts, channel, account, held) });
  const withPages = [...parts.channels.values()].filter((channel) => channel.page !== undefined);

  async function target(held: Held | undefined): Promise<Target | undefined> {
    if (held === undefined) return undefined;
    const secrets = await secretsOf(parts, held);
    return { channel: held.channel, account: held.account, host: held.host, secret: (name) => secrets[name] };
  }

  return {
    forAccount: (accountId) => target(byId(accountId)),
    byKey: (channel, key) => target(byKey(channel, key)),
    withPage: (key) => target(withPages.map((channel) => byKey(channel.name, key)).find((held) => held !== undefined)),
    known: byId,
    sender(account) {
      const now = byId(account.id);
      if (now?.channel.holds?.(now.host) === false) return undefined;
      return async (message, signal) => {
        const held = byId(account.id);
        if (held === undefined) return { kind: 'retry', reasonCode: 'ACCOUNT_NOT_ACTIVE' };
        return held.channel.send(held.host, message, signal);
      };
    },
    sendFacts({ channel: name, settings = {} }) {
      const channel = parts.channels.get(name);
      if (channel === undefined) return undefined;
      const { sendsPerSecond } = { ...channel.limits, ...channel.limitsOf?.({ settings }) };
      const { deduplicates } = channel.capabilities;
      // A session writes one message after the other, as a person does.
      return { sendsPerSecond, deduplicates, ...(channel.hasSession?.({ settings }) === true ? { atOnce: 1 } : {}) };
    },
    changer(account) {
      const held = byId(account.id);
      if (held === undefined) return async () => ({ kind: 'retry', reasonCode: 'ACCOUNT_NOT_ACTIVE' });
      const { channel, host } = held;
      if (channel.holds?.(host) === false) {
        return async () => ({ kind: 'retry', reasonCode: 'HELD_ELSEWHERE', afterMs: limits.sessionWishMs });
      }
      return channel.change === undefined ? undefined : (change, signal) => changed(channel, host, change, signal);
    },
    sessions() {
      const [here, elsewhere]: [string[], string[]] = [[], []];
      for (const { channel, host, account } of all()) {
        const holds = channel.holds?.(host);
        if (holds !== undefined && channel.hasSession?.(account) === true) (holds ? here : elsewhere).push(account.id);
      }
      return { here, elsewhere };
    },
    reload,
    startChannels,
    stop,
  };
}
