/** What a role may allow, and the roles of the field (A12-A26, A35, A36) as named permission sets. */

/** Every permission, with a line on what it opens. A role is a set of these; a user holds it within a scope. */
export const permissions = {
  'interaction.read': 'read interactions, their conversation and messages',
  'interaction.read-waiting': 'see waiting interactions of the scope, personal data masked and without text',
  'interaction.handle': 'take offers, answer, document and close own work',
  'interaction.pick': 'pick from a queue that allows it',
  'interaction.reassign': 'transfer, release or take over the work of others',
  'contact.read': 'read contacts of the scope',
  'contact.update': 'edit contacts',
  'contact.unmask': 'see masked personal data, with a reason',
  'ticket.read': 'read tickets of the scope',
  'ticket.update': 'change category, outcome and summary of a ticket',
  'opt-out.manage': 'register and withdraw opt-outs',
  'metrics.read': 'see live metrics of the scope',
  'presence.read': 'see the presence of agents in the scope',
  'presence.manage': 'set the presence of others',
  'user.read': 'see users of the scope',
  'user.manage': 'create, change and deactivate users below the own rank',
  'role.manage': 'change roles below the own rank',
  'queue.read': 'see queues, skills, categories and reasons',
  'queue.manage': 'change queues, skills, categories and reasons',
  'channel.read': 'see channel accounts and their health, never their credentials',
  'channel.manage': 'change channel accounts and write their credentials',
  'quarantine.read': 'see quarantined events with their reason',
  'quarantine.replay': 'replay quarantined events',
  'audit.read': 'read the journal and verify its seals',
  'security.manage': 'set sign-in rules, two-factor and identity providers',
  'api-key.manage': 'make and revoke API keys that act with own rights',
  'webhook.manage': 'set up outgoing webhooks and see their deliveries',
  'retention.manage': 'set how long data are kept, start a run, place legal holds',
  'subject-data.manage': 'file and fulfil requests of customers about their data',
  'data.export': 'take tickets, interactions, contacts and the audit trail away as files',
  'subject-data.approve': 'approve or reject the erasure that somebody else filed',
  'system.read': 'see metrics, health and documentation of the installation',
} as const;

export type Permission = keyof typeof permissions;
export type ScopeKind = 'self' | 'team' | 'queue' | 'site' | 'branch' | 'organisation';

/**
 * What always reaches the whole organisation: held within a site, a team or a branch alone it opens nothing, or a
 * manager of one site would set the rules of all (RS16).
 */
export const wholeOnly: ReadonlySet<Permission> = new Set(['security.manage', 'webhook.manage', 'retention.manage',
  'subject-data.manage', 'subject-data.approve', 'quarantine.read', 'quarantine.replay', 'channel.manage'] as const);

export interface RoleSeed {
  code: string;
  nameId: string;
  nameEn: string;
  rank: number;
  scope: ScopeKind;
  permissions: Permission[];
}

const agent: Permission[] = ['interaction.read', 'interaction.handle', 'contact.update', 'queue.read'];
const waiting: Permission[] = ['interaction.read-waiting'];
const leader: Permission[] = ['interaction.read', 'interaction.read-waiting', 'interaction.reassign', 'contact.read',
  'contact.update', 'contact.unmask', 'ticket.read', 'ticket.update', 'opt-out.manage', 'metrics.read', 'presence.read',
  'presence.manage', 'user.read', 'queue.read', 'interaction.handle', 'interaction.pick'];
const watcher: Permission[] = ['interaction.read', 'interaction.read-waiting', 'ticket.read', 'metrics.read',
  'presence.read', 'queue.read', 'user.read'];

/** The seeded roles. `QUEUE_VIEW` is held once per queue, so that waiting work is seen by the queue's members (A42). */
export const seededRoles: readonly RoleSeed[] = [
  { code: 'AGENT', nameId: 'Agen', nameEn: 'Agent', rank: 10, scope: 'self', permissions: agent },
  { code: 'TIER2', nameId: 'Agen Tier 2', nameEn: 'Tier 2 agent', rank: 15, scope: 'self',
    permissions: [...agent, 'ticket.update'] },
  { code: 'VERIFIER', nameId: 'Agen Verifikator', nameEn: 'Verification agent', rank: 10, scope: 'self',
    permissions: agent },
  { code: 'OUTBOUND', nameId: 'Outbound Call', nameEn: 'Outbound call', rank: 10, scope: 'self', permissions: agent },
  { code: 'TELEMARKETING', nameId: 'Agen Telemarketing', nameEn: 'Telemarketing agent', rank: 10, scope: 'self',
    permissions: agent },
  { code: 'QUEUE_VIEW', nameId: 'Pemantau Antrean', nameEn: 'Queue viewer', rank: 5, scope: 'queue',
    permissions: waiting },
  { code: 'TEAM_LEADER', nameId: 'Team Leader', nameEn: 'Team leader', rank: 40, scope: 'site', permissions: leader },
  { code: 'QC', nameId: 'Quality Control', nameEn: 'Quality control', rank: 30, scope: 'organisation',
    permissions: watcher },
  { code: 'QA', nameId: 'Quality Assurance', nameEn: 'Quality assurance', rank: 35, scope: 'organisation',
    permissions: watcher },
  { code: 'RTFM', nameId: 'Real Time Floor Monitoring', nameEn: 'Real-time floor monitoring', rank: 35,
    scope: 'organisation', permissions: watcher },
  { code: 'WFM', nameId: 'Workforce Management', nameEn: 'Workforce management', rank: 35, scope: 'organisation',
    permissions: ['metrics.read', 'presence.read', 'user.read', 'queue.read'] },
  { code: 'DOC_CONTROL', nameId: 'Document Control', nameEn: 'Document control', rank: 20, scope: 'organisation',
    permissions: ['queue.read'] },
  { code: 'SOCIAL_ANALYST', nameId: 'Social Media Analytic', nameEn: 'Social media analyst', rank: 20,
    scope: 'organisation', permissions: ['interaction.read', 'ticket.read', 'queue.read', 'metrics.read'] },
  { code: 'OPERATION_MANAGER', nameId: 'Operation Manager', nameEn: 'Operation manager', rank: 70,
    scope: 'organisation', permissions: [...leader, 'user.manage', 'role.manage', 'queue.manage', 'channel.read',
      'quarantine.read', 'audit.read', 'subject-data.manage', 'retention.manage', 'data.export'] },
  { code: 'ADMIN', nameId: 'Administrator', nameEn: 'Administrator', rank: 100, scope: 'organisation',
    permissions: ['user.read', 'user.manage', 'role.manage', 'queue.read', 'queue.manage', 'channel.read',
      'channel.manage', 'quarantine.read', 'quarantine.replay', 'audit.read', 'system.read', 'metrics.read',
      'presence.read', 'presence.manage', 'security.manage', 'api-key.manage', 'webhook.manage', 'retention.manage',
      'subject-data.approve', 'data.export'] },
];
