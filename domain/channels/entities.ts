/** A channel account as an entity; its credentials are not columns but sealed secrets. */
import { defineEntity, p } from '@mikro-orm/core';

export const ChannelAccountEntity = defineEntity({
  name: 'ChannelAccount', tableName: 'channel_accounts',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), channel: p.text(), key: p.text(), name: p.text(),
    address: p.text().nullable(), queueId: p.uuid().nullable(),
    status: p.text().$type<'ACTIVE' | 'DISABLED' | 'NEEDS_ATTENTION'>(),
    settings: p.json().$type<Record<string, unknown>>(), version: p.integer().version(),
  },
});
