/** What else a message can carry: a place, a contact, a reaction, a link's page, and what it said before. */
import { Popover } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { IconAddressBook, IconHandClick, IconMapPin } from '@tabler/icons-react';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useLocale, useT } from '../kit/words.ts';
import { textParts } from '../lib/links.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import type { MessageView } from '../live/types.ts';
import changes from './Changes.module.css';
import css from './Extras.module.css';
import { SafeText } from './SafeText.tsx';

/** A place: its name, its figures, and a map that opens apart, for nothing is fetched from elsewhere unasked. */
export function Place({ place }: { place: NonNullable<MessageView['location']> }) {
  const t = useT();
  const figures = `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
  const { latitude, longitude } = place;
  const pin = new URLSearchParams({ mlat: String(latitude), mlon: String(longitude) });
  const href = `https://www.openstreetmap.org/?${pin.toString()}#map=17/${latitude}/${longitude}`;
  return (
    <div className={css.card}>
      <span className={css.cardSign}><IconMapPin size={22} stroke={1.5} aria-hidden="true" /></span>
      <span className="grow">
        <span className={css.cardTitle}><bdi>{place.name ?? t('talk.location')}</bdi></span>
        {place.address === null ? null : <span className={css.cardLine}><bdi>{place.address}</bdi></span>}
        <span className={`num ${css.cardLine}`} aria-label={`${t('say.coordinates')} ${figures}`}>{figures}</span>
        <a href={href} target="_blank" rel="noopener noreferrer nofollow">{t('say.openMap')}</a>
      </span>
    </div>
  );
}

/** A contact that the customer shared; the number masked as everywhere. */
export function ContactCard({ card }: { card: NonNullable<MessageView['contactCard']> }) {
  const t = useT();
  return (
    <div className={css.card}>
      <span className={css.cardSign}><IconAddressBook size={22} stroke={1.5} aria-hidden="true" /></span>
      <span className="grow">
        <span className={css.cardTitle}><bdi>{card.name ?? t('talk.contactCard')}</bdi></span>
        <span className={css.cardLine}>{t('say.phone')} {card.phoneMasked ?? t('say.noPhone')}</span>
      </span>
    </div>
  );
}

/** That the answer came by a button of ours. */
export function Tapped() {
  const t = useT();
  return <p className={changes.tapped}><IconHandClick size={14} stroke={2} aria-hidden="true" />{t('ask.tapped')}</p>;
}

/** The reactions under the bubble: the customer's, and ours. */
export function Reactions({ reactions }: { reactions: NonNullable<MessageView['reactions']> }) {
  const t = useT();
  return (
    <p className={css.reactions}>
      {reactions.map(({ emoji, by }) => {
        const word = t(by === 'AGENT' ? 'alter.ownReaction' : 'say.reaction', { emoji });
        return <span key={`${by} ${emoji}`} className={css.reaction} data-own={by === 'AGENT' || undefined} role="img"
          aria-label={word} title={word}><bdi>{emoji}</bdi></span>;
      })}
    </p>
  );
}

interface PagePreview { title: string; description: string | null; siteName: string }

/** What the first linked page says of itself; nothing where there is no link, and then nothing is asked or kept. */
export function LinkCard({ message }: { message: MessageView }) {
  const text = message.text ?? '';
  const link = text.includes('://') ? textParts(text).find((part) => part.kind === 'link') : undefined;
  return link === undefined ? null : <PageCard messageId={message.id} href={link.href} />;
}

/** Fetched by the server; room is taken only once it is known. */
function PageCard({ messageId, href }: { messageId: string; href: string }) {
  const t = useT();
  const query = useQuery<{ preview: PagePreview | null }>({
    queryKey: ['desk', 'link', messageId, href], retry: false,
    staleTime: Number.POSITIVE_INFINITY, queryFn: ({ signal }) => api.get(`/messages/${messageId}/link`, { signal }),
  });
  const page = query.data?.preview;
  if (page === undefined || page === null) return null;
  return (
    <a className={css.link} href={href} target="_blank" rel="noopener noreferrer nofollow"
      aria-label={t('say.openLink', { host: page.siteName })}>
      <span className={css.cardLine}><bdi>{page.siteName}</bdi></span>
      <span className={css.linkTitle}><bdi>{page.title}</bdi></span>
      {page.description === null ? null : <span className={css.linkText}><bdi>{page.description}</bdi></span>}
    </a>
  );
}

interface Earlier { items: { text: string | null; replacedAt: string }[] }

/** "diubah", which opens what stood there before. */
export function Edited({ message }: { message: MessageView }) {
  const t = useT();
  const locale = useLocale();
  const [open, setOpen] = useState(false);
  const query = useQuery<Earlier>({
    queryKey: ['desk', 'earlier', message.id, message.version], enabled: open, retry: false,
    queryFn: ({ signal }) => api.get(`/messages/${message.id}/earlier`, { signal }),
  });
  const items = query.data?.items;
  return (
    <Popover opened={open} onChange={setOpen} width={320} position="top" withinPortal>
      <Popover.Target>
        <button type="button" className={css.edited} aria-expanded={open} title={t('say.earlier')}
          onClick={() => { setOpen(!open); }}>{t('talk.edited')}</button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={css.cardTitle}>{t('say.earlierTitle')}</p>
        {items === undefined
          ? <p className="muted" role="status">{t(query.isError ? 'say.earlierNone' : 'say.loading')}</p>
          : items.length === 0 ? <p className="muted">{t('say.earlierNone')}</p>
          : items.map((each) => (
            <div key={each.replacedAt} className={css.before}>
              <p className={css.beforeText}><SafeText text={each.text ?? ''} /></p>
              <p className="meta">{t('say.earlierAt', { time: dayTime(each.replacedAt, serverNow(), { locale }) })}</p>
            </div>
          ))}
      </Popover.Dropdown>
    </Popover>
  );
}
