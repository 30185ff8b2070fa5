/** What stands between a channel's events and intake: files still at the provider, edits that overtook a message. */
import type { AccountView, InboundChange, InboundEvent, Medium, ReceiveResult } from '#domain/channels/words.ts';
import type { Work } from '#domain/work.ts';
import { attachCustomerFiles } from './channel-media.ts';
import { announceRemoteFiles } from './remote-files.ts';

/** The slice of routing/intake.ts that is needed here. */
export interface Taker {
  receive(account: AccountView & { medium: Medium }, events: readonly InboundEvent[]): Promise<ReceiveResult[]>;
}

type WholeEdit = InboundChange & { whole: NonNullable<InboundChange['whole']> };

/** A message without files, a signal: nothing stands between it and intake. */
function isPlain(event: InboundEvent): boolean {
  return event.kind === 'message' ? event.remoteFiles === undefined && event.attachments === undefined
    : !isWholeEdit(event);
}

function isWholeEdit(event: InboundEvent | undefined): event is WholeEdit {
  return (event?.kind === 'edit' || event?.kind === 'reveal') && event.whole !== undefined;
}

/**
 * An edit whose original has not come: the edit's own message is stored under the original's key, so that the original
 * ends as a duplicate when it comes. If it came just now, the edit is applied once more. RF13: any order ends alike.
 */
async function storeOvertaken(
  intake: Taker,
  account: AccountView & { medium: Medium },
  edit: WholeEdit,
): Promise<ReceiveResult | undefined> {
  const { whole, ...bare } = edit;
  const [stored] = await intake.receive(account, [whole]);
  if (stored?.outcome !== 'duplicate') return stored;
  const [again] = await intake.receive(account, [{ ...bare, dedupKey: `${edit.dedupKey}:again` }]);
  return again;
}

/** What is read at last comes with its files announced, so that its payload says they are on their way. */
function revealed(taken: readonly InboundEvent[], whole: readonly InboundEvent[]): InboundEvent[] {
  return taken.map((event) => {
    if (event.kind !== 'reveal') return event;
    const own = whole.find((one) => one.kind === 'message' && one.dedupKey === event.whole?.dedupKey);
    return own?.kind === 'message' ? { ...event, whole: own } : event;
  });
}

/**
 * Stores the events of a channel (ChannelHost.receive): announces the files that are still to be fetched, stores the
 * events, and ties files that came along to their conversations. Results in the order of the events.
 */
export async function receiveEvents(
  parts: { work: Work; intake: Taker },
  account: AccountView & { medium: Medium },
  events: readonly InboundEvent[],
): Promise<ReceiveResult[]> {
  if (events.every(isPlain)) return parts.intake.receive(account, events);
  const { db, wake } = parts.work;
  const whole = events.flatMap((event) => (isWholeEdit(event) ? [event.whole] : []));
  const overtaken = whole.length === 0 ? [] : await announceRemoteFiles(db, account, whole);
  const taken = revealed(await announceRemoteFiles(db, account, events), overtaken);
  const results = await parts.intake.receive(account, taken);
  for (const [at, event] of taken.entries()) {
    if (!isWholeEdit(event) || results[at]?.outcome !== 'stored' || results[at].messageId !== undefined) continue;
    const own = overtaken.find((one) => one.kind === 'message' && one.dedupKey === event.whole.dedupKey);
    const message = own?.kind === 'message' ? own : event.whole;
    results[at] = (await storeOvertaken(parts.intake, account, { ...event, whole: message })) ?? results[at];
  }
  await attachCustomerFiles(db, account, taken, results);
  if ([...events, ...whole].some((event) => event.kind === 'message' && event.remoteFiles?.length)) {
    wake.hint('remote-files');
  }
  return results;
}
