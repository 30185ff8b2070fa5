/**
 * The five flows of the field as data (C47-C52, C64): what a channel's interactions may do is read here, never from
 * a name.
 */
import type { Medium } from '#domain/channels/words.ts';

export type FlowName = 'call' | 'social' | 'email' | 'whatsapp' | 'live-chat';

export interface Flow {
  /** C47: earlier interactions of the handle are shown at pick-up. */
  readonly historyCheck: boolean;
  /** C48: the agent may end it as out of topic, without documentation. */
  readonly outOfTopic: boolean;
  /** C49: what is asked before help is given. */
  readonly identification: readonly ('name' | 'domicile' | 'verification')[];
  /** C50: two confirmations of silence; where they exist, silence before any answer also abandons. */
  readonly idleCheck: boolean;
  /** C51: "anything else?" leads back to the need. */
  readonly otherHelp: boolean;
  /** C52: voice documents before the closing greeting, the others last. */
  readonly documentation: 'before-closing' | 'last';
}

/** C47-C52, a column of the matrix each. */
export const flows: Record<FlowName, Flow> = {
  call: { historyCheck: false, outOfTopic: false, identification: ['name', 'domicile'], idleCheck: false,
    otherHelp: true, documentation: 'before-closing' },
  social: { historyCheck: true, outOfTopic: true, identification: ['verification'], idleCheck: true, otherHelp: true,
    documentation: 'last' },
  email: { historyCheck: false, outOfTopic: false, identification: [], idleCheck: false, otherHelp: false,
    documentation: 'last' },
  whatsapp: { historyCheck: false, outOfTopic: true, identification: [], idleCheck: true, otherHelp: true,
    documentation: 'last' },
  'live-chat': { historyCheck: false, outOfTopic: false, identification: [], idleCheck: true, otherHelp: true,
    documentation: 'last' },
};

const flowOfMedium: Record<Medium, FlowName> = {
  VOICE: 'call', SOCIAL: 'social', EMAIL: 'email', MESSAGING: 'whatsapp', CHAT: 'live-chat',
};

function isFlowName(name: unknown): name is FlowName {
  return typeof name === 'string' && Object.hasOwn(flows, name);
}

/** The flow of an interaction: the one its channel account's settings name (`flow`), else that of its medium (C64). */
export function flowOf(medium: Medium, accountSetting?: unknown): Flow {
  return flows[isFlowName(accountSetting) ? accountSetting : flowOfMedium[medium]];
}

/** The media whose flow has this feature; for the WHERE of sweeps. */
export function mediaWith(feature: 'outOfTopic' | 'idleCheck' | 'historyCheck'): Medium[] {
  return (Object.keys(flowOfMedium) as Medium[]).filter((medium) => flows[flowOfMedium[medium]][feature]);
}
