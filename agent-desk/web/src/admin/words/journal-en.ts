/** The audit trail in English: one sentence a journal type; {{actor}} is the person, the customer or the system. */
export const journalEn = {
  contact: {
    created: '{{actor}} was recorded as a new customer', updated: '{{actor}} edited the data of a customer',
    unmasked: '{{actor}} looked at personal data of a customer', viewed: '{{actor}} opened the data of a customer',
  },
  conversation: { created: 'A new conversation began', read: 'The customer read the conversation' },
  message: {
    received: 'A message of the customer was received', queued: '{{actor}} sent a message to the customer',
    noted: '{{actor}} wrote an internal note', posted: '{{actor}} posted a notice in the conversation',
    'status-changed': 'The status of an outgoing message changed', edited: 'The customer changed a message',
    deleted: 'The customer deleted a message',
  },
  interaction: {
    queued: 'The interaction began to wait in a queue', offered: 'The interaction was offered to an agent',
    'offer-ended': 'The offer ended without being taken', accepted: '{{actor}} took the interaction',
    answered: '{{actor}} gave the first answer', transferred: '{{actor}} transferred the interaction',
    released: 'The interaction went back to the front of its queue', snoozed: '{{actor}} snoozed the interaction',
    documented: '{{actor}} completed the documentation', escalated: '{{actor}} escalated the interaction to tier 2',
    'customer-ended': 'The customer ended the chat', abandoned: 'The interaction was abandoned before any answer',
    closed: '{{actor}} closed the interaction', 'completed-out-of-topic': '{{actor}} marked the interaction as OOT',
    rated: 'The customer gave a rating', read: '{{actor}} read the newest message',
  },
  ticket: {
    opened: 'A ticket was opened', reopened: 'The ticket was reopened', updated: '{{actor}} changed the ticket',
    'state-changed': 'The status of the ticket changed',
  },
  agent: {
    'presence-changed': '{{actor}} changed the presence', vanished: 'The agent lost connection; the grace period runs',
    returned: 'The agent was back within the grace period',
  },
  user: {
    'signed-in': '{{actor}} signed in', 'signed-out': 'A session of the user ended',
    'sign-in-failed': 'An attempt to sign in failed: wrong password', created: '{{actor}} created a user',
    updated: '{{actor}} changed a user', 'roles-changed': '{{actor}} changed the roles of a user',
    'password-changed': '{{actor}} changed the password of a user',
  },
  role: { created: '{{actor}} created a role', updated: '{{actor}} changed the permissions of a role' },
  queue: { created: '{{actor}} created a queue', updated: '{{actor}} changed a queue' },
  skill: { created: '{{actor}} created a skill', updated: '{{actor}} changed a skill' },
  'channel-account': {
    created: '{{actor}} connected a channel account', updated: '{{actor}} changed the settings of a channel account',
    'health-changed': 'The health of a channel account changed',
  },
  event: { quarantined: 'An incoming event was quarantined', replayed: '{{actor}} replayed a quarantined event' },
  'opt-out': { registered: '{{actor}} registered an opt-out', withdrawn: '{{actor}} withdrew an opt-out' },
  configuration: {
    created: '{{actor}} added an entry of the settings', updated: '{{actor}} changed an entry of the settings',
  },
  search: { performed: '{{actor}} searched' },
};
