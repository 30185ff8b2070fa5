/** Canned replies as an entity of the administration. */
import { defineEntity, p } from '@mikro-orm/core';

export const CannedReplyEntity = defineEntity({
  name: 'CannedReply', tableName: 'canned_replies',
  properties: {
    id: p.uuid().primary(), organisationId: p.uuid(), shortcut: p.text(), title: p.text(), body: p.text(),
    queueId: p.uuid().nullable(), active: p.boolean(), version: p.integer().version(),
  },
});
