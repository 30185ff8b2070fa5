/** The audit trail in English: one sentence a journal type; {{actor}} is the person, the customer or the system. */
export const journalEn = {
  contact: {
    created: '{{actor}} was recorded as a new customer', updated: '{{actor}} edited the data of a customer',
    unmasked: '{{actor}} looked at personal data of a customer', viewed: '{{actor}} opened the data of a customer',
    merged: '{{actor}} merged two customers', unmerged: '{{actor}} took a merge of customers back',
    erased: '{{actor}} erased the personal data of a customer',
  },
  conversation: { created: 'A new conversation began', read: 'The customer read the conversation' },
  message: {
    received: 'A message of the customer was received', queued: '{{actor}} sent a message to the customer',
    noted: '{{actor}} wrote an internal note', posted: '{{actor}} posted a notice in the conversation',
    'status-changed': 'The status of an outgoing message changed', edited: 'The customer changed a message',
    deleted: 'The customer deleted a message',
    reacted: 'The customer put a reaction on a message',
    withdrawn: '{{actor}} took a reply back before it left', mentioned: '{{actor}} called a colleague in a note',
  },
  interaction: {
    queued: 'The interaction began to wait in a queue', offered: 'The interaction was offered to an agent',
    'offer-ended': 'The offer ended without being taken', accepted: '{{actor}} took the interaction',
    answered: '{{actor}} gave the first answer', transferred: '{{actor}} transferred the interaction',
    released: 'The interaction went back to the front of its queue', snoozed: '{{actor}} snoozed the interaction',
    woken: 'Snoozed work came back',
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
    'two-factor-enabled': '{{actor}} switched on two-factor sign-in',
    'two-factor-disabled': '{{actor}} took off the authenticator of a user',
    'recovery-codes-made': '{{actor}} made new recovery codes',
    'recovery-code-used': '{{actor}} signed in with a recovery code', 'stepped-up': '{{actor}} confirmed their identity',
  },
  'api-key': { created: '{{actor}} made an API key', revoked: 'An API key was revoked' },
  webhook: {
    created: '{{actor}} set up a webhook', updated: '{{actor}} changed a webhook',
    'delivery-failed': 'A webhook delivery was given up', 'delivery-repeated': '{{actor}} repeated a webhook delivery',
  },
  'subject-request': {
    filed: '{{actor}} filed a request about customer data', decided: '{{actor}} decided on a request about customer data',
    finished: 'A request about customer data was fulfilled', downloaded: '{{actor}} handed out the data of a customer',
  },
  'legal-hold': {
    placed: '{{actor}} placed a legal hold on the data of a customer',
    released: '{{actor}} released the legal hold on the data of a customer',
  },
  retention: { 'run-finished': 'Data older than their time were removed' },
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
