/**
 * WhatsApp by a linked device, as a person's phone is linked: one session per number over all nodes. Sending keeps the
 * pace of a person, and people who have not written lately are written to within the number's health.
 */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChannelHost, PullOutcome, RunningChannel } from '#channels/channel.ts';
import { appNowMs } from '#domain/clock.ts';
import { limits } from '#domain/limits.ts';
import type {
  ChangeOutcome, OutboundChange, OutboundMessage, RemoteFile, SendOutcome,
} from '#domain/channels/words.ts';
import { Account } from './account.ts';
import type { Outgoing, SendAnswer } from './calls.ts';
import type { MediaKey } from './content.ts';
import { fleet } from './fleet.ts';
import { noPace, paceOf } from './pacing.ts';
import { serverOf } from './server.ts';

/** Another node holds the account, or the database is away: look again after this. */
const AGAIN_MS = limits.leaseMs / 3;
const ACK_MS = 15_000;
const DAY_MS = 86_400_000;
/** A number that is on WhatsApp stays so for days; one that is not may be tomorrow. */
const EXISTS_TRUST_MS = 7 * DAY_MS;
const ABSENT_TRUST_MS = DAY_MS / 4;

const accounts = new WeakMap<ChannelHost, Account>();

/** Whether this node's session of the account is open. */
export function holds(host: ChannelHost): boolean {
  return accounts.get(host)?.isOpen === true;
}

/** The process that holds the session; for tests that end it. */
export function childOf(host: ChannelHost): number | undefined {
  return accounts.get(host)?.pid;
}

async function hold(host: ChannelHost, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    try {
      await host.lease(async (lost, fence) => {
        const account = new Account(host, fence, { lost, stopped });
        accounts.set(host, account);
        try {
          await account.run();
        } finally {
          accounts.delete(host);
        }
      });
    } catch (error) {
      host.log.warn({ error: (error as Error).message }, 'the WhatsApp account was let go; trying again');
    }
    await wait(AGAIN_MS, undefined, { signal: stopped }).catch(() => undefined);
  }
}

/** Holds the account's session on this node or waits until it can. */
export function start(host: ChannelHost): RunningChannel {
  const stopped = new AbortController();
  const running = hold(host, stopped.signal);
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/**
 * The id under which WhatsApp knows the message: made of our own, so that it is the same however often it is tried, and
 * kept before the message leaves.
 */
export function messageIdOf(clientId: string): string {
  return `3EB0${createHash('sha256').update(`whatsapp ${clientId}`).digest('hex').slice(0, 18).toUpperCase()}`;
}

interface Checked { exists: boolean; at: number }

/** Whether a number is on WhatsApp, asked before the first message to it; undefined where nobody answered. */
async function isOnWhatsApp(host: ChannelHost, account: Account, phone: string): Promise<boolean | undefined> {
  const kept = (await host.session.keys.get('exists', [phone]))[phone];
  const known = kept === undefined ? undefined : JSON.parse(kept) as Checked;
  const trustMs = known?.exists === true ? EXISTS_TRUST_MS : ABSENT_TRUST_MS;
  if (known !== undefined && appNowMs() - known.at < trustMs) return known.exists;
  const exists = await account.check(phone);
  if (exists !== undefined) await account.keep('exists', phone, { exists, at: appNowMs() } satisfies Checked);
  return exists;
}

/** When the last message of an account left, and to whom: its pace. */
const lastLeft = new WeakMap<ChannelHost, { handle: string; at: number }>();

async function outgoing(host: ChannelHost, message: OutboundMessage): Promise<Outgoing> {
  const last = lastLeft.get(host);
  const isPaced = serverOf(host)?.isOwn !== true || host.account.settings['pace'] === true;
  const pace = !isPaced ? noPace : paceOf({ chars: message.text?.length ?? 0, random: Math.random(),
    sameChat: last?.handle === message.handle, sinceMs: last === undefined ? DAY_MS : performance.now() - last.at });
  await wait(pace.pauseMs);
  const [attachment] = message.attachments;
  const stored = attachment === undefined ? undefined : await host.media.get(attachment.fileId);
  return {
    providerMessageId: messageIdOf(message.clientId), handle: message.handle, text: message.text,
    typingMs: pace.typingMs, timeoutMs: ACK_MS,
    file: stored === undefined ? null : { bytes: await buffer(stored.bytes), mediaType: stored.attachment.mediaType,
      fileName: stored.attachment.fileName },
    quoted: message.replyToProviderId === null ? null
      : { id: message.replyToProviderId, text: message.replyToText ?? '', fromUs: message.replyToFromUs === true },
  };
}

function isCold(lastInboundAt: Date | null): boolean {
  return lastInboundAt === null || appNowMs() - lastInboundAt.getTime() > limits.coldAfterDays * DAY_MS;
}

async function outcomeOf(account: Account, id: string, answer: SendAnswer): Promise<SendOutcome> {
  switch (answer.kind) {
    case 'sent': return { kind: 'sent', providerMessageId: id };
    case 'not-sent': return { kind: 'retry', reasonCode: answer.reasonCode };
    case 'unknown': return { kind: 'unknown', reasonCode: answer.reasonCode };
    case 'refused': {
      account.count('failed', 1);
      // Writing on to people who never wrote is what a number is shut off for: only answers go on.
      if (answer.code === '463') await account.lockReachout(null).catch(() => undefined);
      return { kind: 'failed', reasonCode: answer.code === '463' ? 'REACHOUT_LOCKED' : `WHATSAPP_${answer.code}` };
    }
  }
}

/** Sends a message as the person who holds the number would. */
export async function send(host: ChannelHost, message: OutboundMessage): Promise<SendOutcome> {
  const account = accounts.get(host);
  if (account?.isOpen !== true) return { kind: 'retry', reasonCode: 'NOT_CONNECTED' };
  if (message.attachments.length > 1) return { kind: 'failed', reasonCode: 'ONE_FILE_A_MESSAGE' };
  const cold = isCold(await host.session.outbox.lastInboundAt(message.handle));
  if (cold && message.handle.startsWith('+')) {
    const exists = await isOnWhatsApp(host, account, message.handle);
    if (exists === undefined) return { kind: 'retry', reasonCode: 'NUMBER_NOT_CHECKED' };
    if (!exists) return { kind: 'failed', reasonCode: 'NOT_ON_WHATSAPP' };
  }
  const out = await outgoing(host, message);
  if (!await host.session.outbox.announce(message.id, out.providerMessageId)) {
    return { kind: 'unknown', reasonCode: 'SUPERSEDED' };
  }
  // The day's cap of people who never wrote is counted before one leaves, all else behind it.
  if (cold) await host.session.count('cold');
  else account.count('warm', 1);
  lastLeft.set(host, { handle: message.handle, at: performance.now() + out.typingMs });
  return outcomeOf(account, out.providerMessageId, await account.send(out));
}

/** Edits, recalls or reacts. */
export async function change(host: ChannelHost, wish: OutboundChange): Promise<ChangeOutcome> {
  const account = accounts.get(host);
  if (account?.isOpen !== true) return { kind: 'retry', reasonCode: 'NOT_CONNECTED' };
  const { handle } = wish.message;
  const id = wish.providerMessageId;
  const answer = wish.kind === 'EDIT' ? await account.change('edit', { handle, id, text: wish.text ?? '' })
    : wish.kind === 'RECALL' ? await account.change('recall', { handle, id })
      : await account.change('react', { handle, id, emoji: wish.emoji ?? '' });
  if (answer.kind === 'sent') return { kind: 'done' };
  if (answer.kind === 'refused') return { kind: 'failed', reasonCode: `WHATSAPP_${answer.code}` };
  // Said once more it says the same.
  return { kind: 'retry', reasonCode: answer.reasonCode };
}

/** What a failed fetch of a file means. */
const FILE_ENDS: Record<string, string> = { FILE_HOST_REFUSED: 'FILE_HOST_REFUSED', FILE_TOO_LARGE: 'FILE_TOO_LARGE' };

/** Fetches a customer's file; any node can, for it needs the file's own key and no session. */
export async function pull(host: ChannelHost, file: RemoteFile & { handle: string }): Promise<PullOutcome> {
  const kept = (await host.session.keys.get('media', [file.ref]))[file.ref];
  if (kept === undefined) return { kind: 'failed', reasonCode: 'FILE_KEY_GONE' };
  const media = JSON.parse(kept) as MediaKey;
  if ((media.sizeBytes ?? 0) > limits.fileBytes) return { kind: 'failed', reasonCode: 'FILE_TOO_LARGE' };
  const place = fleet.join(`pull:${file.ref}`, { handlers: {}, onLost: () => undefined });
  try {
    const { bytes } = await place.call('download',
      { media, bytesMax: limits.fileBytes, isOwnServer: serverOf(host)?.isOwn === true }, 60_000) as
      { bytes: Uint8Array };
    const attachment = await host.media.put({ fileName: file.fileName, bytes, uploadedBy: 'CUSTOMER',
      handle: file.handle });
    return { kind: 'stored', attachment };
  } catch (error) {
    const { code } = error as { code?: string };
    const end = FILE_ENDS[code ?? ''] ?? (code === 'FILE_TYPE_REFUSED' ? code : undefined);
    return end === undefined ? { kind: 'retry', reasonCode: 'FILE_NOT_FETCHED' } : { kind: 'failed', reasonCode: end };
  } finally {
    place.leave();
  }
}

/** Shows the customer that somebody types. Never throws. */
export function agentTyping(host: ChannelHost, handle: string, isTyping: boolean): void {
  accounts.get(host)?.typing(handle, isTyping).catch(() => undefined);
}

/** Messages of one thread that are told as read at once; older ones were told before. */
const READ_AT_ONCE = 20;
/** Threads of an account of which it is known how far they were told. */
const READ_KNOWN_MAX = 5_000;
const readUpTo = new WeakMap<ChannelHost, Map<string, number>>();

/** Tells the customer that an agent has read what they wrote, unless the account keeps that to itself. Never throws. */
export async function markRead(host: ChannelHost, handle: string): Promise<void> {
  const account = accounts.get(host);
  if (account?.isOpen !== true || host.account.settings['readReceipts'] === false) return;
  try {
    const known = readUpTo.get(host) ?? new Map<string, number>();
    readUpTo.set(host, known);
    const { messages } = await host.history({ handle, limit: READ_AT_ONCE });
    const fresh = messages.filter(({ from, seq }) => from === 'customer' && seq > (known.get(handle) ?? 0));
    const ids = fresh.flatMap(({ providerMessageId }) => providerMessageId ?? []);
    if (ids.length === 0) return;
    if (known.size >= READ_KNOWN_MAX) known.clear();
    known.set(handle, fresh.at(-1)?.seq ?? 0);
    await account.read(handle, ids);
  } catch {
    // A tick that stays grey is no harm; the next reading tells it.
  }
}
