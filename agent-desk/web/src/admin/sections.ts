/** The pages of the settings: where each is, what it needs, and under which heading it stands in the menu. */
import {
  IconAddressBook, IconArmchair, IconBinaryTree, IconBuilding, IconCalendarTime, IconCategory, IconClockHour4,
  IconFileAlert, IconFileExport, IconFingerprint, IconHistory, IconKey, IconShieldSearch, IconUserShield, IconWebhook,
  IconListCheck, IconMessageBolt, IconPhoneOff, IconPlugConnected, IconShieldCheck, IconStethoscope, IconUsersGroup,
  IconStack2, IconStars, type Icon,
} from '@tabler/icons-react';

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
  icon: Icon;
}

export const sections: readonly Section[] = [
  { key: 'users', group: 'people', path: '/admin/users', permission: 'user.read', icon: IconAddressBook },
  { key: 'roles', group: 'people', path: '/admin/roles', permission: 'user.read', icon: IconShieldCheck },
  { key: 'signInRules', group: 'people', path: '/admin/sign-in-rules', permission: 'security.manage',
    icon: IconFingerprint },
  { key: 'apiKeys', group: 'people', path: '/admin/api-keys', permission: 'api-key.manage', icon: IconKey },
  { key: 'branches', group: 'places', path: '/admin/branches', permission: 'queue.read', icon: IconBinaryTree },
  { key: 'sites', group: 'places', path: '/admin/sites', permission: 'queue.read', icon: IconBuilding },
  { key: 'teams', group: 'places', path: '/admin/teams', permission: 'queue.read', icon: IconUsersGroup },
  { key: 'seats', group: 'places', path: '/admin/seats', permission: 'queue.read', icon: IconArmchair },
  { key: 'calendars', group: 'places', path: '/admin/calendars', permission: 'queue.read', icon: IconClockHour4 },
  { key: 'queues', group: 'work', path: '/admin/queues', permission: 'queue.read', icon: IconStack2 },
  { key: 'skills', group: 'work', path: '/admin/skills', permission: 'queue.read', icon: IconStars },
  { key: 'categories', group: 'work', path: '/admin/categories', permission: 'queue.read', icon: IconCategory },
  { key: 'reasons', group: 'work', path: '/admin/reasons', permission: 'queue.read', icon: IconListCheck },
  { key: 'canned', group: 'work', path: '/admin/canned-replies', permission: 'queue.read', icon: IconMessageBolt },
  { key: 'accounts', group: 'channels', path: '/admin/channel-accounts', permission: 'channel.read',
    icon: IconPlugConnected },
  { key: 'quarantine', group: 'channels', path: '/admin/quarantine', permission: 'quarantine.read',
    icon: IconFileAlert },
  { key: 'optOuts', group: 'channels', path: '/admin/opt-outs', permission: 'opt-out.manage', icon: IconPhoneOff },
  { key: 'webhooks', group: 'channels', path: '/admin/webhooks', permission: 'webhook.manage', icon: IconWebhook },
  { key: 'checks', group: 'trail', path: '/admin/setup-check', permission: 'queue.manage', icon: IconStethoscope },
  { key: 'audit', group: 'trail', path: '/admin/audit', permission: 'audit.read', icon: IconHistory },
  { key: 'exports', group: 'trail', path: '/admin/exports', permission: 'data.export', icon: IconFileExport },
  { key: 'seals', group: 'trail', path: '/admin/seals', permission: 'audit.read', icon: IconShieldSearch },
  { key: 'subjectData', group: 'trail', path: '/admin/subject-requests', permission: 'subject-data.manage',
    or: 'subject-data.approve', icon: IconUserShield },
  { key: 'retention', group: 'trail', path: '/admin/retention', permission: 'retention.manage',
    icon: IconCalendarTime },
];

/** True if these permissions open the page. */
export function mayOpen(section: Section, permissions: readonly string[]): boolean {
  return permissions.includes(section.permission) || (section.or !== undefined && permissions.includes(section.or));
}

/**
 * True if the settings hold anything for this user: what the rail asks before it shows the cog. An agent's lists
 * stay out of it.
 */
export function hasAdministration(permissions: readonly string[]): boolean {
  return ['user.read', 'role.manage', 'queue.manage', 'channel.read', 'quarantine.read', 'audit.read', 'opt-out.manage',
    'data.export']
    .some((permission) => permissions.includes(permission));
}
