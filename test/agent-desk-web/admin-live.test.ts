/** Lists of the settings stay true while others change them, and after a broken line; forms keep what was typed. */
import t from 'tap';
import { subjectsOf } from '#agent-desk/server/hydrate.ts';
import { newId } from '#domain/ids.ts';
import type { JournalRow, SubjectType } from '#domain/journal/events.ts';
import { applyEvent, applySnapshot, Lately, type Cache } from '../../agent-desk/web/src/live/apply.ts';
import { createCache } from '../../agent-desk/web/src/live/cache.ts';
import type { AgentView, DeskEvent } from '../../agent-desk/web/src/live/types.ts';

const organisationId = newId();

function written(subjectType: SubjectType): JournalRow {
  return { epoch: 1, xid: '1', id: '1', at: new Date(0), version: 1, type: 'configuration.updated', subjectType,
    subjectId: newId(), actor: { kind: 'USER' }, scope: { organisationId } };
}

t.test('RF17 a change of any place, calendar or list is told to the desks by its noun', async (t) => {
  const places = ['site', 'branch', 'team', 'seat', 'calendar', 'holiday', 'category', 'reason'] as const;
  const subjects = subjectsOf(places.map(written)).get(organisationId);
  t.same([...subjects?.nouns ?? []].toSorted(),
    ['branches', 'calendars', 'categories', 'holidays', 'reasons', 'seats', 'sites', 'teams']);
});

const list = ['admin', 'branches', 'list', '/branches', {}];
const choices = ['admin', 'sites', 'all'];
const form = ['admin', 'branches', 'one', 'x'];

function screen() {
  const client = createCache();
  for (const key of [list, choices, form]) client.setQueryData(key, {});
  const stale = () => [list, choices, form].map((key) => client.getQueryState(key)?.isInvalidated);
  return { client, cache: client as unknown as Cache, stale };
}

t.test('RF17 lists of the settings are fetched anew after an event, the open form is left alone', async (t) => {
  const { client, cache, stale } = screen();
  const event: DeskEvent = { cursor: 'x', type: 'configuration.changed',
    subject: { type: 'branches', id: organisationId }, version: 0, data: { noun: 'branches' } };
  applyEvent(cache, event, 'me', new Lately());
  t.same(stale(), [true, true, false]);
  client.clear();
});

t.test('RF17 and after a fresh snapshot, for what happened while the line was broken', async (t) => {
  const { client, cache, stale } = screen();
  const agent = { userId: 'me', presence: 'READY', reasonCode: null, version: 1 } as AgentView;
  applySnapshot(cache, { cursor: '0', agent, offers: [], mine: [], counts: { mine: 0, queues: 0, all: 0 } },
    new Lately());
  t.same(stale(), [true, true, false]);
  client.clear();
});
