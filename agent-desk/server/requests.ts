/**
 * What a desk asks for: validated by the protocol, bounded in rate, answered with {ok, ...}; nothing else gets through.
 */
import { AppError, errorMessage, type ErrorCode } from '#domain/errors.ts';
import { limits } from '#domain/limits.ts';
import { isUnavailable } from '#domain/store/db.ts';
import { conversationFilter, messageViews } from '#domain/conversations/queries.ts';
import { interactionView } from '#domain/interactions/queries.ts';
import { agentFacts } from '#domain/people/queries.ts';
import type { User } from '#domain/people/access.ts';
import type { z } from 'zod';
import { deskRequests, type Ack, type DeskAnswers, type DeskRequestName } from '#agent-desk/protocol.ts';
import type { Looking } from './looking.ts';
import type { DeskParts } from './parts.ts';
import type { Desktop } from './viewer.ts';

type Payload<N extends DeskRequestName> = z.output<(typeof deskRequests)[N]>;
type Handler<N extends DeskRequestName> = (desktop: Desktop, payload: Payload<N>) => Promise<DeskAnswers[N]>;
type Handlers = { [N in DeskRequestName]: Handler<N> };

export interface Requests {
  /** Serves one event of a socket: `args` as they came, the last one perhaps an acknowledgement. */
  serve(desktop: Desktop, event: string, args: unknown[]): Promise<void>;
}

async function message(parts: DeskParts, user: User, id: string): Promise<DeskAnswers['message:send']> {
  const [view] = await messageViews(parts.work.db, user.organisationId, [id]);
  if (view === undefined) throw new AppError('NOT_FOUND');
  return { message: view };
}

async function interaction(parts: DeskParts, user: User, id: string): Promise<DeskAnswers['offer:accept']> {
  const view = await interactionView(parts.work.db, user, id);
  if (view === undefined) throw new AppError('NOT_FOUND');
  return { interaction: view };
}

async function requireReadable(parts: DeskParts, user: User, conversationId: string): Promise<void> {
  const found = await parts.work.db.dynamic(`select 1 from conversations c where c.id = $1
    and ${conversationFilter(user, 'c')}`,
    [conversationId]);
  if (found.length === 0) throw new AppError('NOT_FOUND');
}

function handlers(parts: DeskParts, looking: Looking): Handlers {
  const { commands } = parts;
  return {
    'message:send': async ({ user }, { replyToId, ...command }) =>
      message(parts, user, (await commands.queueReply({ user, ...command, replyToId: replyToId ?? null })).messageId),
    'message:note': async ({ user }, command) => message(parts, user,
      (await commands.addNote({ user, ...command })).messageId),
    'message:retry': async ({ user }, command) => {
      await commands.retryMessage({ user, ...command });
      return message(parts, user, command.messageId);
    },
    'message:withdraw': async ({ user }, command) => {
      await commands.withdrawMessage({ user, ...command });
      return message(parts, user, command.messageId);
    },
    'message:send-now': async ({ user }, command) => { await commands.sendNow({ user, ...command }); return null; },
    'message:change': async ({ user }, command) => {
      await commands.changeMessage({ user, ...command });
      return message(parts, user, command.messageId);
    },
    'message:change-undo': async ({ user }, command) => message(parts, user,
      (await commands.undoChange({ user, ...command })).messageId),
    'mention:read': async ({ user }, command) => { await commands.readMentions({ user, ...command }); return null; },
    'conversation:look': async (desktop, { conversationId }) => {
      if (conversationId !== null) await requireReadable(parts, desktop.user, conversationId);
      return { watchers: await looking.look(desktop, conversationId) };
    },
    'conversation:typing': async (desktop, { conversationId, typing }) => {
      looking.typing(desktop, conversationId, typing);
      return null;
    },
    'interaction:read': async ({ user },
      command) => { await commands.readInteraction({ user, ...command }); return null; },
    'interaction:pick': async ({ user }, command) => {
      await commands.pickInteraction({ user, ...command });
      return interaction(parts, user, command.interactionId);
    },
    'interaction:release': async ({ user }, { interactionId, reasonCode }) => {
      await commands.releaseInteraction({ user, interactionId, ...(reasonCode === undefined ? {} : { reasonCode }) });
      return null;
    },
    'offer:accept': async ({ user }, command) => interaction(parts, user,
      (await commands.acceptOffer({ user, ...command })).interactionId),
    'offer:decline': async ({ user }, command) => { await commands.declineOffer({ user, ...command }); return null; },
    'presence:set': async ({ user }, { presence, reasonCode }) => {
      await commands.setPresence({ user, presence, reasonCode: reasonCode ?? null });
      const [agent] = await agentFacts(parts.work.db, user.organisationId, [user.id]);
      if (agent === undefined) throw new AppError('NOT_FOUND');
      return { agent: agent.view };
    },
  };
}

function refusal(code: ErrorCode, user: User, details?: Record<string, unknown>): Ack<never> {
  return { ok: false, code, message: errorMessage(code, user.locale), ...(details === undefined ? {} : { details }) };
}

function failed(parts: DeskParts, user: User, event: string, error: unknown): Ack<never> {
  if (error instanceof AppError) return refusal(error.code, user, error.details);
  if (isUnavailable(error)) return refusal('DATABASE_UNAVAILABLE', user);
  parts.work.log.error({ err: error, event, userId: user.id }, 'a request of a desk failed');
  return refusal('INTERNAL', user);
}

/** A bucket that lets limits.socketEventsPerSecondMax through each second; ten times as many and the socket goes. */
function createBucket(): () => 'pass' | 'refuse' | 'cut' {
  let windowAt = 0;
  let count = 0;
  return () => {
    const now = performance.now();
    if (now - windowAt > 1_000) { windowAt = now; count = 0; }
    count += 1;
    if (count <= limits.socketEventsPerSecondMax) return 'pass';
    return count > limits.socketEventsPerSecondMax * 10 ? 'cut' : 'refuse';
  };
}

const TOUCH_EVERY_MS = 30_000;

/** The requests of all desks of this node. */
export function createRequests(parts: DeskParts, looking: Looking): Requests {
  const served = handlers(parts, looking);
  const buckets = new WeakMap<Desktop, ReturnType<typeof createBucket>>();
  const touched = new WeakMap<Desktop, number>();

  const answer = async (desktop: Desktop, event: string, payload: unknown): Promise<Ack<unknown>> => {
    if (!Object.hasOwn(deskRequests, event)) return refusal('BAD_REQUEST', desktop.user, { event: event.slice(0, 64) });
    const name = event as DeskRequestName;
    const parsed = deskRequests[name].safeParse(payload);
    if (!parsed.success) {
      const issues = parsed.error.issues.slice(0, 5).map(({ path, code }) => ({ path: path.join('.'), code }));
      return refusal('VALIDATION_FAILED', desktop.user, { issues });
    }
    try {
      const handler = served[name] as Handler<DeskRequestName>;
      return { ok: true, data: await handler(desktop, parsed.data as Payload<DeskRequestName>) };
    } catch (error) {
      return failed(parts, desktop.user, name, error);
    }
  };

  return {
    async serve(desktop, event, args) {
      const last = args.at(-1);
      const acknowledge = typeof last === 'function' ? last as (answer: Ack<unknown>) => void : undefined;
      const bucket = buckets.get(desktop) ?? createBucket();
      buckets.set(desktop, bucket);
      const verdict = bucket();
      if (verdict === 'cut') { desktop.socket.disconnect(true); return; }
      if (verdict === 'refuse' || desktop.ended) {
        acknowledge?.(refusal(desktop.ended ? 'SIGN_IN_REQUIRED' : 'TOO_MANY_REQUESTS', desktop.user));
        return;
      }
      if (performance.now() - (touched.get(desktop) ?? -Infinity) > TOUCH_EVERY_MS) {
        touched.set(desktop, performance.now());
        parts.sessions.touch(desktop.sessionId);
      }
      const payload: unknown = args.length === (acknowledge === undefined ? 0 : 1) ? undefined : args[0];
      const given = await answer(desktop, event, payload);
      acknowledge?.(given);
    },
  };
}
