/** The list above the reply box while `/word` or `@word` is typed: chosen by arrows and Enter, or by pointer. */
import { useEffect, useRef, type ReactNode } from 'react';
import css from './Reply.module.css';

export interface Suggestion { id: string; title: string; sub?: string | undefined; text?: string | undefined }

export const suggestId = 'reply-suggestions';

/** The id of the chosen option, for aria-activedescendant. */
export function optionId(index: number): string {
  return `${suggestId}-${index}`;
}

interface Props { label: string; items: readonly Suggestion[]; chosen: number; hint: string; empty: ReactNode;
  onPick: (index: number) => void; onHover: (index: number) => void }

/** Draws the options; the keys stay with the text field, which tells what is chosen. */
export function Suggest({ label, items, chosen, hint, empty, onPick, onHover }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  return (
    <div className={css.suggest}>
      {items.length === 0 ? <div className={css.suggestEmpty} role="status">{empty}</div> : (
        <div ref={list} id={suggestId} role="listbox" aria-label={label} className={css.options}>
          {items.map((item, index) => (
            <div key={item.id} id={optionId(index)} role="option" aria-selected={index === chosen}
              className={css.option} onPointerMove={() => { onHover(index); }}
              onMouseDown={(event) => { event.preventDefault(); onPick(index); }}>
              <span className={css.optionHead}><bdi className={css.optionTitle}>{item.title}</bdi>
                {item.sub === undefined ? null : <span className="badge">{item.sub}</span>}</span>
              {item.text === undefined ? null : <span className={css.optionText}><bdi>{item.text}</bdi></span>}
            </div>
          ))}
        </div>
      )}
      <p className={`meta ${css.suggestHint}`}>{hint}</p>
    </div>
  );
}
