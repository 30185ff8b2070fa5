/** The pages of the settings: where each is, what it needs, and who finds a way to them. */
export const groups = ['people', 'places', 'work', 'channels', 'trail'] as const;

export interface Section {
  key: 'users' | 'roles' | 'branches' | 'sites' | 'teams' | 'seats' | 'calendars' | 'checks' | 'queues' | 'skills'
    | 'categories' | 'reasons' | 'canned' | 'accounts' | 'quarantine' | 'optOuts'
    | 'audit' | 'exports' | 'signInRules' | 'apiKeys' | 'webhooks' | 'retention' | 'subjectData' | 'seals';
  group: (typeof groups)[number];
  path: string;
  /** What its list asks for; the API decides again. */
  permission: string;
  /** Another permission that opens it as well. */
  or?: string;
}

export const sections: readonly Section[] = [
  { key: 'users', group: 'people', path: '/admin/users', permission: 'user.read' },
  { key: 'roles', group: 'people', path: '/admin/roles', permission: 'user.read' },
  { key: 'signInRules', group: 'people', path: '/admin/sign-in-rules', permission: 'security.manage' },
  { key: 'apiKeys', group: 'people', path: '/admin/api-keys', permission: 'api-key.manage' },
  { key: 'branches', group: 'places', path: '/admin/branches', permission: 'queue.read' },
  { key: 'sites', group: 'places', path: '/admin/sites', permission: 'queue.read' },
  { key: 'teams', group: 'places', path: '/admin/teams', permission: 'queue.read' },
  { key: 'seats', group: 'places', path: '/admin/seats', permission: 'queue.read' },
  { key: 'calendars', group: 'places', path: '/admin/calendars', permission: 'queue.read' },
  { key: 'queues', group: 'work', path: '/admin/queues', permission: 'queue.read' },
  { key: 'skills', group: 'work', path: '/admin/skills', permission: 'queue.read' },
  { key: 'categories', group: 'work', path: '/admin/categories', permission: 'queue.read' },
  { key: 'reasons', group: 'work', path: '/admin/reasons', permission: 'queue.read' },
  { key: 'canned', group: 'work', path: '/admin/canned-replies', permission: 'queue.read' },
  { key: 'accounts', group: 'channels', path: '/admin/channel-accounts', permission: 'channel.read' },
  { key: 'quarantine', group: 'channels', path: '/admin/quarantine', permission: 'quarantine.read' },
  { key: 'optOuts', group: 'channels', path: '/admin/opt-outs', permission: 'opt-out.manage' },
  { key: 'webhooks', group: 'channels', path: '/admin/webhooks', permission: 'webhook.manage' },
  { key: 'checks', group: 'trail', path: '/admin/setup-check', permission: 'queue.manage' },
  { key: 'audit', group: 'trail', path: '/admin/audit', permission: 'audit.read' },
  { key: 'exports', group: 'trail', path: '/admin/exports', permission: 'data.export' },
  { key: 'seals', group: 'trail', path: '/admin/seals', permission: 'audit.read' },
  { key: 'subjectData', group: 'trail', path: '/admin/subject-requests', permission: 'subject-data.manage',
    or: 'subject-data.approve' },
  { key: 'retention', group: 'trail', path: '/admin/retention', permission: 'retention.manage' },
];

/** True if these permissions open the page. */
export function mayOpen(section: Section, permissions: readonly string[]): boolean {
  return permissions.includes(section.permission) || (section.or !== undefined && permissions.includes(section.or));
}

/** Every agent holds it, for the lists they choose from: it opens pages of the settings, but no way to them. */
const ordinary = 'queue.read';

/** Where the settings begin for this user; nothing if they have none, then no screen leads there. */
export function firstSection(permissions: readonly string[]): Section | undefined {
  return sections.find((section) => section.permission !== ordinary && mayOpen(section, permissions));
}

/** The pages this user finds in the menu of the settings. */
export function openSections(permissions: readonly string[]): Section[] {
  return firstSection(permissions) === undefined ? [] : sections.filter((section) => mayOpen(section, permissions));
}
