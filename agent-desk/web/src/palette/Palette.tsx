/**
 * The command palette (Ctrl K): one field that finds conversations, customers, tickets, messages, pages and commands.
 * Arrows choose, Enter opens, Ctrl Enter opens in a new tab, Esc closes and gives the focus back.
 */
import { IconMoodEmpty, IconSearch } from '@tabler/icons-react';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Modal } from '../kit/over.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx';
import { Bdi, Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useSearchItems } from '../search/items.tsx';
import { useSearchWords } from '../search/words.ts';
import { useSession } from '../session/session.ts';
import { mayFind } from '../shell/rights.ts';
import { useItems, useOpenItem, type PaletteItem } from './items.tsx';
import { fit, marked } from './match.ts';
import css from './Palette.module.css';

/** Lines of one group while something is typed; more would push the other groups out of sight. */
const perGroup = 6;

/** The items that fit, best first within their group, groups in the order in which they were given. */
function ranked(items: readonly PaletteItem[], query: string): PaletteItem[] {
  const groups = new Map<string, { item: PaletteItem; score: number }[]>();
  for (const item of items) {
    const score = Math.max(fit(item.text, query), fit(`${item.text} ${item.hint ?? ''} ${item.also ?? ''}`, query));
    if (score === 0) continue;
    const list = groups.get(item.group) ?? [];
    list.push({ item, score });
    groups.set(item.group, list);
  }
  return [...groups.values()].flatMap((list) =>
    [...list].sort((one, other) => other.score - one.score).slice(0, query === '' ? undefined : perGroup)
      .map(({ item }) => item));
}

function Line({ item, query, id, chosen, onPoint, onTake }: { item: PaletteItem; query: string; id: string;
  chosen: boolean; onPoint: () => void; onTake: (newTab: boolean) => void }) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => { if (chosen) line.current?.scrollIntoView({ block: 'nearest' }); }, [chosen]);
  return (
    <div ref={line} role="option" tabIndex={-1} id={id} aria-selected={chosen} className={css.line}
      onPointerMove={onPoint} onClick={(event) => { onTake(event.ctrlKey || event.metaKey); }}>
      <span className={css.icon} aria-hidden="true">{item.icon}</span>
      <span className={`ellipsis ${css.text}`}><Bdi>
        {marked(item.text, query).map((part, index) =>
          (part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>))}
      </Bdi></span>
      {item.hint === undefined ? null : <span className={`ellipsis ${css.hint}`}>{item.hint}</span>}
      <span className={css.caps}>{(item.caps ?? []).map((cap) => <Kbd key={cap}>{cap}</Kbd>)}</span>
    </div>
  );
}

function Foot({ n, pending }: { n: number; pending: boolean }) {
  const t = useT();
  return (
    <footer className={css.foot}>
      <span><Kbd>↑</Kbd> <Kbd>↓</Kbd> {t('palette.choose')}</span>
      <span><Kbd>↵</Kbd> {t('palette.run')}</span>
      <span className={css.wide}><Kbd>Ctrl</Kbd> <Kbd>↵</Kbd> {t('palette.newTab')}</span>
      <span className="grow" />
      <span role="status">{pending ? t('list.searching') : t('palette.found', { n })}</span>
    </footer>
  );
}

function useChoice(count: number, query: string) {
  const [at, setAt] = useState(0);
  useEffect(() => { setAt(0); }, [query]);
  const chosen = Math.max(0, Math.min(count - 1, at));
  const move = (event: KeyboardEvent): boolean => {
    const wishes: Record<string, number> = { ArrowDown: (chosen + 1) % Math.max(1, count),
      ArrowUp: (chosen - 1 + count) % Math.max(1, count), PageDown: Math.min(count - 1, chosen + 8),
      PageUp: Math.max(0, chosen - 8) };
    const wish = wishes[event.key];
    if (wish === undefined) return false;
    setAt(wish);
    return true;
  };
  return { chosen, move, setAt };
}

function Inside({ onClose }: { onClose: () => void }) {
  const t = useT();
  const w = useSearchWords();
  const id = useId();
  const [query, setQuery] = useState('');
  const may = mayFind(useSession().permissions);
  const known = useItems();
  const open = useOpenItem();
  const trimmed = query.trim();
  const { items: found, pending, error, again } = useSearchItems(trimmed);
  const items = useMemo(() => [...ranked(known, trimmed), ...found], [known, trimmed, found]);
  const { chosen, move, setAt } = useChoice(items.length, trimmed);
  const take = (item: PaletteItem | undefined, newTab: boolean): void => {
    if (item === undefined) return;
    onClose();
    // After the dialog is gone: what the command focuses keeps the focus, and keys act again.
    window.setTimeout(() => { open(item, newTab); }, 0);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') take(items[chosen], event.ctrlKey || event.metaKey);
    else if (!move(event)) return;
    event.preventDefault();
  };
  return (
    <>
      <div className={css.field}>
        <IconSearch size={20} stroke={1.75} aria-hidden="true" />
        <input data-autofocus role="combobox" aria-expanded="true" aria-controls={`${id}list`}
          aria-autocomplete="list" aria-activedescendant={items.length === 0 ? undefined : `${id}${chosen}`}
          aria-label={t('palette.title')} placeholder={t(may ? 'palette.placeholder' : 'palette.placeholderPages')}
          value={query} maxLength={200} spellCheck={false} autoComplete="off" onKeyDown={onKey}
          onChange={(event) => { setQuery(event.currentTarget.value); }} />
        <button type="button" className={css.esc} onClick={onClose} aria-label={`Esc, ${t('palette.close')}`}>
          <Kbd>Esc</Kbd>
        </button>
      </div>
      <div className={css.list} role="listbox" id={`${id}list`} tabIndex={-1} aria-label={t('palette.results')}>
        {items.map((item, index) => (
          <div key={item.id} role="presentation">
            {items[index - 1]?.group === item.group ? null
              : <p className={css.group} role="presentation">{item.group}</p>}
            <Line item={item} query={trimmed} id={`${id}${index}`} chosen={index === chosen}
              onPoint={() => { setAt(index); }} onTake={(newTab) => { take(item, newTab); }} />
          </div>
        ))}
      </div>
      {pending && items.length <= 1 ? <div className={css.wait}><SkeletonRows rows={3} /></div> : null}
      {error === undefined ? null : <ErrorState error={error} title={w('failed')} onRetry={again} />}
      {items.length === 0 && !pending && error === undefined
        ? <div className={css.none}>
          <EmptyState icon={<IconMoodEmpty size={28} stroke={1.5} />} title={t('palette.none')}>
            {t(may ? 'palette.noneText' : 'palette.nonePages')}</EmptyState></div> : null}
      <Foot n={items.length} pending={pending} />
    </>
  );
}

/** The dialog; its content lives only while it is open. */
export function Palette({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Modal opened={opened} onClose={onClose} withCloseButton={false} centered={false} size={680} padding={0}
      yOffset={88} classNames={{ body: css.body }} attributes={{ content: { 'aria-label': t('palette.title') } }}>
      <Inside onClose={onClose} />
    </Modal>
  );
}
