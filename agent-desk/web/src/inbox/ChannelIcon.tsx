/** The sign and the name of a channel; decoration only: nothing is decided by them. */
import {
  IconBrandFacebook, IconBrandInstagram, IconBrandLine, IconBrandTelegram, IconBrandWhatsapp, IconMail,
    IconMessageCircle, IconPhone, IconWebhook,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { codeWord } from '../kit/words.ts';

type IconType = ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: 'true' }>;
const byName: Record<string, IconType> = {
  WHATSAPP: IconBrandWhatsapp, TELEGRAM: IconBrandTelegram, FACEBOOK: IconBrandFacebook,
    INSTAGRAM: IconBrandInstagram, LINE: IconBrandLine,
  GENERIC: IconWebhook, LIVE_CHAT: IconMessageCircle, EMAIL: IconMail, VOICE: IconPhone,
};
const byMedium: Record<string, IconType> =
  { VOICE: IconPhone, CHAT: IconMessageCircle, EMAIL: IconMail, MESSAGING: IconMessageCircle,
  SOCIAL: IconMessageCircle };

/** In the colour of the text around it. A channel that is not known here gets the sign of its medium. */
export function ChannelIcon({ channel, medium, size = 14 }: { channel: string; medium: string; size?: number }) {
  const Icon = byName[channel.toUpperCase().replaceAll('-', '_')] ?? byMedium[medium] ?? IconMessageCircle;
  return <Icon size={size} stroke={size <= 14 ? 2 : 1.75} aria-hidden="true" />;
}

/** The name of a channel as people say it. */
export function channelName(reportName: string): string {
  return codeWord('channel', reportName);
}
