/**
 * The page of the search: one field, results in groups while typing. Arrows choose, Enter opens, Ctrl Enter opens in a
 * new tab, Esc clears; Tab reaches the kinds of result.
 */
import { Button } from '@mantine/core';
import { IconMoodEmpty, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useLocation } from 'wouter';
import { Kinds } from '../kit/Kinds.tsx';
import { Bdi } from '../kit/small.tsx';
import { EmptyState, ErrorState, SkeletonRows } from '../kit/states.tsx';
import { marked } from '../palette/match.ts';
import { useSession } from '../session/session.ts';
import { mayFind } from '../shell/rights.ts';
import { searchGroups, useFound, type SearchGroup } from './found.ts';
import { useFoundItems, type FoundItem } from './items.tsx';
import { keepWords, useKeptWords } from './kept.ts';
import css from './Search.module.css';
import { useSearchWords } from './words.ts';

const few = 8;
const many = 50;

function Line({ item, words, id, chosen, onPoint, onTake }: { item: FoundItem; words: string; id: string;
  chosen: boolean; onPoint: () => void; onTake: (newTab: boolean) => void }) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => { if (chosen) line.current?.scrollIntoView({ block: 'nearest' }); }, [chosen]);
  return (
    <div ref={line} role="option" tabIndex={-1} id={id} aria-selected={chosen} className={css.line}
      aria-disabled={item.href === undefined || undefined} onPointerMove={onPoint}
      onClick={(event) => { onTake(event.ctrlKey || event.metaKey); }}>
      <span className={css.icon} aria-hidden="true">{item.icon}</span>
      <span className={css.texts}>
        <span className={css.text}><Bdi>{(item.parts ?? marked(item.text, words)).map((part, index) =>
          (part.hit ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>))}</Bdi></span>
        <span className={`ellipsis ${css.hint}`}>{item.hint}</span>
      </span>
    </div>
  );
}

/** Which line is chosen, and what the arrows make of it. */
function useChoice(count: number, words: string) {
  const [at, setAt] = useState(0);
  useEffect(() => { setAt(0); }, [words]);
  const chosen = Math.max(0, Math.min(count - 1, at));
  const move = (key: string): boolean => {
    if (count === 0 || key !== 'ArrowDown' && key !== 'ArrowUp') return false;
    setAt((chosen + (key === 'ArrowDown' ? 1 : count - 1)) % count);
    return true;
  };
  return { chosen, move, setAt };
}

function Results({ items, words, id, chosen, setAt, onTake }: { items: readonly FoundItem[]; words: string; id: string;
  chosen: number; setAt: (at: number) => void; onTake: (item: FoundItem, newTab: boolean) => void }) {
  const w = useSearchWords();
  return (
    <div className={css.list} role="listbox" id={`${id}list`} tabIndex={-1} aria-label={w('results')}>
      {items.map((item, index) => (
        <div key={item.id} role="presentation">
          {items[index - 1]?.group === item.group ? null
            : <p className={css.group} role="presentation">{item.group}</p>}
          <Line item={item} words={words} id={`${id}${index}`} chosen={index === chosen}
            onPoint={() => { setAt(index); }} onTake={(newTab) => { onTake(item, newTab); }} />
        </div>
      ))}
    </div>
  );
}

function Field({ id, words, active, onKey }: { id: string; words: string; active: string | undefined;
  onKey: (event: KeyboardEvent) => void }) {
  const w = useSearchWords();
  return (
    <div className={css.field}>
      <IconSearch size={20} stroke={1.75} aria-hidden="true" />
      <input role="combobox" aria-expanded={active !== undefined} aria-autocomplete="list"
        aria-controls={active === undefined ? undefined : `${id}list`}
        aria-activedescendant={active} aria-label={w('field')} placeholder={w('field')} value={words} maxLength={100}
        autoComplete="off" spellCheck={false} autoFocus onKeyDown={onKey}
        onChange={(event) => { keepWords(event.currentTarget.value); }} />
      {words === '' ? null : (
        <button type="button" className="iconButton" aria-label={w('clear')} title={w('clear')}
          onClick={() => { keepWords(''); }}>
          <IconX size={16} stroke={1.75} aria-hidden="true" /></button>
      )}
    </div>
  );
}

/** The page at /search. */
export default function Search() {
  const w = useSearchWords();
  const id = useId();
  const [, navigate] = useLocation();
  const may = mayFind(useSession().permissions);
  const words = useKeptWords();
  const [kind, setKind] = useState<SearchGroup>();
  const { found, asked, error, pending, again } = useFound(words, kind === undefined ? searchGroups : [kind],
    kind === undefined ? few : many);
  const items = useFoundItems(found);
  const { chosen, move, setAt } = useChoice(items.length, `${words} ${kind ?? ''}`);
  const take = (item: FoundItem | undefined, newTab: boolean): void => {
    if (item?.href === undefined) return;
    if (newTab) window.open(item.href, '_blank', 'noopener');
    else navigate(item.href);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') take(items[chosen], event.ctrlKey || event.metaKey);
    else if (event.key === 'Escape' && words !== '') keepWords('');
    else if (!move(event.key)) return;
    event.preventDefault();
  };
  const more = kind === undefined && searchGroups.some((group) => found?.[group]?.more === true);
  return (
    <main className={css.page}>
      <h1 className="sr">{w('title')}</h1>
      <Field id={id} words={words} onKey={onKey} active={items.length === 0 ? undefined : `${id}${chosen}`} />
      <div className={css.bar}>
        <Kinds label={w('groups')} value={kind ?? 'all'} kinds={(['all', ...searchGroups] as const).map((each) =>
          ({ value: each, label: w(each) }))} onChange={(each) => { setKind(each === 'all' ? undefined : each); }} />
        <span className="grow" />
        <span className="meta" role="status">
          {pending ? w('pending') : asked && error === undefined ? w('found', { count: items.length }) : ''}</span>
      </div>
      {error === undefined ? null : <ErrorState error={error} title={w('failed')} onRetry={again} />}
      {asked ? null : <EmptyState icon={<IconSearch size={28} stroke={1.5} />}
        title={w(may ? 'startTitle' : 'noRight')}>{w(may ? 'startText' : 'noRightText')}</EmptyState>}
      {asked && found === undefined && error === undefined ? <SkeletonRows rows={8} height={52} /> : null}
      {found !== undefined && error === undefined && items.length === 0 && !pending
        ? <EmptyState icon={<IconMoodEmpty size={28} stroke={1.5} />} title={w('noneTitle', { q: words.trim() })}>
          {w('noneText')}</EmptyState> : null}
      {error === undefined && items.length > 0
        ? <Results items={items} words={words} id={id} chosen={chosen} setAt={setAt} onTake={take} /> : null}
      {more && error === undefined ? <MoreOf found={found} onKind={setKind} /> : null}
      {kind !== undefined && found?.[kind]?.more === true ? <p className={css.full}>{w('full')}</p> : null}
    </main>
  );
}

function MoreOf({ found, onKind }: { found: ReturnType<typeof useFound>['found'];
  onKind: (kind: SearchGroup) => void }) {
  const w = useSearchWords();
  return (
    <div className={css.more}>
      {searchGroups.filter((group) => found?.[group]?.more === true).map((group) => (
        <Button key={group} variant="default" size="xs" onClick={() => { onKind(group); }}>
          {w('more')}: {w(group)}</Button>
      ))}
    </div>
  );
}
