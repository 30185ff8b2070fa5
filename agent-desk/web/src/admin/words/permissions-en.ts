/** What each permission allows, in English, as the role page explains it: a name and a line of help. */
export const permissionsEn = {
  interaction: {
    read: ['Read interactions', 'See interactions of the scope with their conversation and messages.'],
    'read-waiting': ['See what waits', 'See waiting interactions; personal data masked and without text.'],
    handle: ['Handle interactions', 'Take offers, reply, document and close own work.'],
    pick: ['Take from a queue', 'Take work from queues that allow it.'],
    reassign: ['Reassign work', 'Transfer, return or take over the work of other agents.'],
  },
  contact: {
    read: ['Read contacts', 'See the customers of the scope; personal data masked.'],
    update: ['Edit contacts', 'Edit the data of customers.'],
    unmask: ['See personal data', 'See what is masked, with a reason. Every look is kept in the audit trail.'],
  },
  ticket: {
    read: ['Read tickets', 'See the tickets of the scope.'],
    update: ['Change tickets', 'Change category, outcome and summary of a ticket.'],
  },
  'opt-out': {
    manage: ['Manage opt-outs', 'Register and withdraw opt-outs of customers.'],
  },
  metrics: {
    read: ['See metrics', 'See the live figures of the scope.'],
  },
  presence: {
    read: ['See presence', 'See the presence of agents in the scope.'],
    manage: ['Set presence', 'Change the presence of others.'],
  },
  user: {
    read: ['See users', 'See the users of the scope.'],
    manage: ['Manage users', 'Create, change and deactivate users below the own rank.'],
  },
  role: {
    manage: ['Manage roles', 'Change roles below the own rank.'],
  },
  queue: {
    read: ['See queues and lists', 'See queues, skills, categories and reasons.'],
    manage: ['Manage queues and lists', 'Change queues, skills, categories and reasons.'],
  },
  channel: {
    read: ['See channel accounts', 'See channel accounts and their health, without their secrets.'],
    manage: ['Manage channel accounts', 'Change channel accounts and fill in their secrets.'],
  },
  quarantine: {
    read: ['See the quarantine', 'See quarantined events with their reason.'],
    replay: ['Replay the quarantine', 'Process quarantined events again.'],
  },
  audit: {
    read: ['Read the audit trail', 'Read the audit trail and verify its seals.'],
  },
  security: {
    manage: ['Manage sign-in rules', 'Set two-factor rules and identity providers.'],
  },
  'api-key': {
    manage: ['Manage API keys', 'Make and revoke API keys that act with the own rights.'],
  },
  webhook: {
    manage: ['Manage webhooks', 'Set up outgoing webhooks and see their deliveries.'],
  },
  retention: {
    manage: ['Manage retention', 'Set how long data are kept, start a run, place legal holds.'],
  },
  data: {
    export: ['Export data', 'Take tickets, interactions, contacts and the audit trail away as CSV files; each export '
      + 'is recorded.'],
  },
  'subject-data': {
    manage: ['Requests about customer data', 'File requests of customers and hand out their data.'],
    approve: ['Approve erasure', 'Approve or reject the erasure that somebody else filed.'],
  },
  system: {
    read: ['See the system', 'See metrics, health and documentation of the installation.'],
  },
};
