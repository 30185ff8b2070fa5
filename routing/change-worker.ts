/**
 * The road out of changes to what was said: claims what is due, hands it to the channel, commits what came of it. A
 * change says what shall stand, so after a crash it is made again; a message changes here once the provider took it.
 */
import type { AccountView, Attachment, ChangeKind, ChangeOutcome, MessageKind, OutboundChange,
} from '#domain/channels/words.ts';
import { offerOf, sentPartsOf } from '#domain/conversations/offers.ts';
import { backoffMs } from '#domain/conversations/rules.ts';
import { newId } from '#domain/ids.ts';
import { appendJournal } from '#domain/journal/append.ts';
import type { JournalEntry } from '#domain/journal/events.ts';
import { limits } from '#domain/limits.ts';
import type { Tx } from '#domain/store/db.ts';
import type { Work } from '#domain/work.ts';
import * as sql from './change-statements.ts';
import { lockConversation } from './outbound-statements.ts';
import { reasonOf } from './receipts.ts';

export type Changer = (change: OutboundChange, signal: AbortSignal) => Promise<ChangeOutcome>;

export interface ChangeDeps {
  /** How this node changes messages of an account; undefined where its channel cannot. */
  changer(account: Pick<AccountView, 'id'>): Changer | undefined;
  /** Accounts whose session another node holds: their changes are made there. */
  elsewhere?(): readonly string[];
  /** The only accounts that this node serves; absent: all but those. */
  only?(): readonly string[];
  /** Tests shorten these; limits.ts says what they are. */
  sweepMs?: number;
  leaseMs?: number;
}

export interface ChangeWorker {
  /** Ends what runs; it is made again by whoever comes next. */
  stop(): Promise<void>;
}

interface Claimed {
  id: string; organisationId: string; accountId: string; conversationId: string; messageId: string; authorId: string;
  kind: ChangeKind; body: string | null; emoji: string | null; attempts: number; fence: number; triedMs: number;
  providerMessageId: string | null; payload: Record<string, unknown> | null; oldBody: string | null;
  attachments: Attachment[] | null; messageKind: MessageKind; clientId: string | null; seq: number;
  authorKind: 'CUSTOMER' | 'AGENT' | 'BOT' | 'SYSTEM'; createdAt: Date; deleted: boolean; handle: string;
  threadKey: string;
}

interface ScopeRow { version: number; seq: number; site_id: string | null; branch_id: string | null;
  queue_id: string | null; team_id: string | null; agent_id: string | null }

const TOLD = { EDIT: 'message.edited', RECALL: 'message.deleted', REACTION: 'message.reacted' } as const;
const DEADLINE_PART = 0.8;

function changeOf(row: Claimed, providerMessageId: string): OutboundChange {
  return { id: row.id, kind: row.kind, providerMessageId, sentParts: sentPartsOf(row.payload), text: row.body,
    emoji: row.emoji,
    message: { id: row.messageId, clientId: row.clientId ?? row.messageId, conversationId: row.conversationId,
      seq: row.seq, handle: row.handle, threadKey: row.threadKey,
      authorKind: row.authorKind === 'CUSTOMER' ? 'SYSTEM' : row.authorKind, authorName: null, kind: row.messageKind,
      text: row.oldBody, attachments: row.attachments ?? [], replyToProviderId: null, createdAt: row.createdAt,
      offer: offerOf(row.payload) } };
}

/** Asks the channel; a message that is gone or a channel that cannot is an end with a reason. */
async function outcomeOf(deps: ChangeDeps, row: Claimed, signal: AbortSignal): Promise<ChangeOutcome> {
  if (row.deleted || row.providerMessageId === null) return { kind: 'failed', reasonCode: 'MESSAGE_GONE' };
  const changer = deps.changer({ id: row.accountId });
  if (changer === undefined) return { kind: 'failed', reasonCode: 'CHANGE_NOT_POSSIBLE' };
  try {
    return await changer(changeOf(row, row.providerMessageId), signal);
  } catch {
    // The text of an adapter's error may hold personal data; only the code is kept.
    return { kind: 'retry', reasonCode: signal.aborted ? 'SEND_TIMEOUT' : 'SEND_THREW' };
  }
}

async function apply(tx: Tx, row: Claimed, parts: string[][] | undefined): Promise<boolean> {
  const place = [row.organisationId, row.messageId];
  switch (row.kind) {
    case 'EDIT': {
      const text = row.body === '' ? null : row.body;
      return await tx.one(sql.applyEdit,
        [...place, text, newId(), parts === undefined ? null : JSON.stringify(parts)]) !== undefined;
    }
    case 'RECALL': return await tx.one(sql.applyRecall, place) !== undefined;
    case 'REACTION': return await tx.one(sql.applyReaction, [...place, row.emoji]) !== undefined;
  }
}

/** Writes down how a change ended, with the message as the customer has it now. */
async function settle(work: Work, row: Claimed, outcome: Exclude<ChangeOutcome, { kind: 'retry' }>): Promise<void> {
  const reason = outcome.kind === 'failed' ? reasonOf(outcome.reasonCode) : null;
  await work.db.transaction(async (tx) => {
    await tx.one(lockConversation, [row.organisationId, row.conversationId]);
    const ended = await tx.one(sql.end, [row.id, row.fence, outcome.kind === 'done' ? 'DONE' : 'FAILED', reason]);
    if (ended === undefined) return;
    const isApplied = outcome.kind === 'done' && await apply(tx, row, outcome.parts);
    if (!isApplied) await tx.one(sql.touchMessage, [row.organisationId, row.messageId]);
    if (isApplied && row.kind !== 'REACTION') {
      await tx.rows(sql.previewAgain, [row.organisationId, row.conversationId, row.seq]);
    }
    const now = await tx.one<ScopeRow>(sql.scopeOf, [row.organisationId, row.messageId]);
    const entry: JournalEntry = { type: isApplied ? TOLD[row.kind] : 'message.change-failed', subjectType: 'message',
      subjectId: row.messageId, conversationId: row.conversationId, actor: { kind: 'USER', id: row.authorId },
      scope: { organisationId: row.organisationId, siteId: now?.site_id ?? null, branchId: now?.branch_id ?? null,
        queueId: now?.queue_id ?? null, teamId: now?.team_id ?? null, agentId: now?.agent_id ?? null },
      version: now?.version ?? 0,
      data: { changeId: row.id, change: row.kind, ...(reason === null ? {} : { reasonCode: reason }) } };
    await appendJournal(tx, [entry]);
    tx.afterCommit(() => work.wake.hint('journal'));
  });
}

async function carry(work: Work, deps: ChangeDeps & { leaseMs: number }, row: Claimed,
  stopped: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(deps.leaseMs * DEADLINE_PART)]);
  const outcome = await outcomeOf(deps, row, signal);
  if (outcome.kind !== 'retry') return settle(work, row, outcome);
  const pauseMs = Math.min(outcome.afterMs ?? 0, limits.sendPauseMsMax);
  // A wait that was asked of the whole account is not the change's own.
  if (pauseMs === 0 && row.triedMs > limits.messageChangeWindowMs && !stopped.aborted) {
    return settle(work, row, { kind: 'failed', reasonCode: outcome.reasonCode });
  }
  const delayMs = stopped.aborted ? 0 : Math.max(pauseMs, backoffMs(row.attempts, Math.random()));
  await work.db.rows(sql.tryLater, [row.id, row.fence, delayMs, reasonOf(outcome.reasonCode), row.accountId, pauseMs]);
}

/**
 * Starts the changes of this node: at each hint `message-changes`, and by a sweep. Any number of nodes may run side by
 * side: claims are conditional, ends are fenced (RI3, RI4, RF15).
 */
export function startChanges(work: Work, given: ChangeDeps): ChangeWorker {
  const deps = { sweepMs: limits.outboundSweepMs, leaseMs: limits.sendLeaseMs, ...given };
  const stopped = new AbortController();
  const running = new Set<Promise<void>>();
  let claiming: Promise<void> | undefined;
  let again = false;
  let failing = false;

  async function take(): Promise<void> {
    do {
      again = false;
      const free = limits.messageChangesAtOnce - running.size;
      if (free <= 0 || stopped.signal.aborted) return;
      for (const row of await work.db.rows<Claimed>(sql.claim,
        [free, deps.leaseMs, deps.elsewhere?.() ?? [], deps.only?.() ?? null])) {
        const run = carry(work, deps, row, stopped.signal).catch((error: Error) => {
          work.log.warn({ error: error.message, changeId: row.id }, 'a change was not settled; it is made again');
        });
        running.add(run);
        void run.then(() => { running.delete(run); wake(); });
      }
      failing = false;
    } while (again);
  }

  function wake(): void {
    again = true;
    if (stopped.signal.aborted) return;
    claiming ??= take().catch((error: Error) => {
      if (!failing) work.log.warn({ error: error.message }, 'changes wait: the database did not answer');
      failing = true;
    }).finally(() => { claiming = undefined; });
  }

  const unhear = work.wake.on('message-changes', wake);
  const timer = setInterval(wake, deps.sweepMs);
  wake();
  return {
    async stop() {
      stopped.abort();
      clearInterval(timer);
      unhear();
      await claiming;
      await Promise.all(running);
    },
  };
}
