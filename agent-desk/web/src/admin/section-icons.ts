/** The icon of each page of the settings; apart, so that whoever asks for rights loads no pictures. */
import {
  IconAddressBook, IconArmchair, IconBinaryTree, IconBuilding, IconCalendarTime, IconCategory,
  IconClockHour4, IconFileAlert, IconFileExport, IconFingerprint, IconHistory, IconKey, IconListCheck,
  IconMessageBolt, IconPhoneOff, IconPlugConnected, IconShieldCheck, IconShieldSearch, IconStack2, IconStars,
  IconStethoscope, IconUserShield, IconUsersGroup, IconWebhook, type Icon,
} from '@tabler/icons-react';
import type { Section } from './sections.ts';

export const sectionIcons: Record<Section['key'], Icon> = {
  users: IconAddressBook, roles: IconShieldCheck, signInRules: IconFingerprint, apiKeys: IconKey,
  branches: IconBinaryTree, sites: IconBuilding, teams: IconUsersGroup, seats: IconArmchair,
  calendars: IconClockHour4, queues: IconStack2, skills: IconStars, categories: IconCategory,
  reasons: IconListCheck, canned: IconMessageBolt, accounts: IconPlugConnected, quarantine: IconFileAlert,
  optOuts: IconPhoneOff, webhooks: IconWebhook, checks: IconStethoscope, audit: IconHistory,
  exports: IconFileExport, seals: IconShieldSearch, subjectData: IconUserShield, retention: IconCalendarTime,
};
