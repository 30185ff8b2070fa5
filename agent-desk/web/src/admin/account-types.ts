/** Channels as the registry declares them, and their accounts as the API gives them. */

import type { FieldRule } from '../../../../domain/channels/field-rule.ts';

export interface SetupField {
  name: string;
  kind: 'text' | 'secret' | 'url' | 'choice' | 'boolean' | 'number' | 'qr' | 'code';
  label: { id: string; en: string };
  help?: { id: string; en: string };
  required?: boolean;
  choices?: string[];
  /** What holds where nothing was chosen. */
  usual?: string;
  rule?: FieldRule;
  /** The server makes it when left empty, and shows it once; never, where it is the server's alone. */
  generated?: boolean;
  ours?: boolean;
  /** Shown, and required, only while another field has this value. */
  when?: { field: string; value: string };
}

/** The fields that apply to these settings: some belong to one choice of another field only. */
export function fieldsFor(fields: readonly SetupField[], settings: Readonly<Record<string, unknown>>): SetupField[] {
  return fields.filter(({ when }) => when === undefined || settings[when.field] === when.value);
}

export interface ChannelKind {
  name: string; reportName: string; medium: string; setup: SetupField[];
  /** It takes webhooks; it brings a page for customers. */
  hook: boolean; page: boolean;
  /** It tells how it is connected; until its first word an account is being connected. */
  connects?: boolean;
  /** Some of its accounts hold a session; undefined: the server does not say. */
  session?: boolean;
}

export interface SecretHint { set: boolean; last4: string | null }

export type AccountStatus = 'ACTIVE' | 'DISABLED' | 'NEEDS_ATTENTION';

export interface AccountRecord {
  id: string; channel: string; key: string; name: string; address: string | null; queueId: string | null;
  status: AccountStatus;
  settings: Record<string, unknown>; version: number;
}

/** One account with what is known of its secrets. */
export interface AccountDetail extends AccountRecord { secrets: Record<string, SecretHint> }

/** What a create or change answers: the account, and secrets the server made, told this once. */
export type SavedAccount = AccountDetail & { generated?: Record<string, string> };

export interface AccountHealthRecord {
  status: AccountStatus; state: string | null; reasonCode: string | null; since: string | null;
  lastInAt: string | null; lastOutAt: string | null; recentIn: number; recentOut: number; recentFailed: number;
  waiting: number; quarantined: number;
}

/** A test of an account there and back. */
export interface AccountTest {
  id: string; code: string; state: 'WAITING' | 'RECEIVED' | 'EXPIRED'; expiresAt: string; receivedAt: string | null;
  replyStatus: string | null; reasonCode: string | null;
}
