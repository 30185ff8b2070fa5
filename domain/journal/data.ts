/**
 * What rows of the journal tell besides their subject: the keys of `data`, and the codes that stand under them where
 * they are ours to know. The audit trail has a word for each of both; what is not here does not compile.
 */

/** Every key that `data` may have, in the order in which they are told. */
export const journalKeys = [
  'kind', 'noun', 'field', 'changed', 'filled', 'change', 'decision', 'method', 'by', 'source', 'wish', 'code',
  'previous', 'from', 'to', 'presence', 'status', 'state', 'result', 'reason', 'reasonCode', 'purpose', 'until', 'days',
  'left', 'rows', 'complete', 'unmasked', 'counts', 'score', 'seq', 'documented', 'amended', 'transferred',
  'picked',
  'permissions', 'channelAccountId', 'fromQueueId', 'queueId', 'agentId', 'toAgentId', 'userId', 'categoryId',
  'subcategoryId', 'fromSubcategoryId', 'fromOutcomeCode', 'outcomeCode', 'contactId', 'contactPointId', 'pointId',
  'mergedId', 'changeId', 'offerId', 'fileId', 'deliveryId', 'exportId',
] as const;

export type JournalKey = (typeof journalKeys)[number];

/** The codes that stand under a key; under the keys that are not here stand ids, names, numbers and others' codes. */
export const journalCodes = {
  reason: [
    'NEW', 'CONTINUED', 'NEW_MESSAGE', 'QUEUE_FOUND', 'OFFLINE', 'VANISHED', 'RELEASED', 'SNOOZE_ENDED', 'TIME',
    'CUSTOMER', 'AGENT', 'CUSTOMER_ENDED', 'SILENT', 'ABANDONED', 'AGENT_GONE', 'RETENTION', 'ERASURE',
    'SIGNED_OUT', 'ADMINISTRATOR', 'SELF', 'REVOKED',
  ],
  result: ['DECLINED', 'EXPIRED', 'WITHDRAWN', 'FAILED', 'RECEIVED', 'stored', 'duplicate', 'quarantined'],
  kind: ['tickets', 'interactions', 'contacts', 'audit', 'INVITE', 'RESET', 'EXPORT', 'ERASURE'],
  method: ['OIDC', 'password', 'code', 'provider'],
  decision: ['APPROVED', 'REJECTED'],
  change: ['EDIT', 'RECALL', 'REACTION'],
  code: ['AGENT_JOINED', 'CLOSED', 'CUSTOMER_ENDED', 'TRANSFERRED'],
  source: ['COMMAND_LINE'],
  by: ['INVITE', 'RESET'],
  wish: ['PAIR_QR', 'PAIR_CODE', 'RECONNECT', 'STOP', 'LOG_OUT'],
  presence: ['READY', 'BUSY', 'BREAK', 'WRAP_UP', 'OFFLINE'],
} as const;

export type JournalCodes = { [K in keyof typeof journalCodes]: (typeof journalCodes)[K][number] };
