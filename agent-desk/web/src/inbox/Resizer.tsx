/** The edge between two panes: dragged with the pointer, moved with the arrow keys, double-clicked back. */
import type { KeyboardEvent, PointerEvent } from 'react';
import css from './Inbox.module.css';

interface Props {
  label: string; width: number; min: number; max: number; initial: number;
  /** At which side of its pane it stands: 'end' of the list, 'start' of the side pane. */
  edge: 'start' | 'end';
  onWidth: (width: number) => void;
}

const step = 16;

/** Reports the wished width within its bounds. */
export function Resizer({ label, width, min, max, initial, edge, onWidth }: Props) {
  const bounded = (wish: number): void => { onWidth(Math.round(Math.max(min, Math.min(max, wish)))); };
  const direction = edge === 'end' ? 1 : -1;
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    event.preventDefault();
    const from = event.clientX;
    const target = event.currentTarget;
    target.setPointerCapture(event.pointerId);
    const move = (next: globalThis.PointerEvent): void => { bounded(width + direction * (next.clientX - from)); };
    const end = (): void => {
      target.removeEventListener('pointermove', move);
      target.removeEventListener('pointerup', end);
      target.removeEventListener('pointercancel', end);
    };
    target.addEventListener('pointermove', move);
    target.addEventListener('pointerup', end);
    target.addEventListener('pointercancel', end);
  };
  const onKey = (event: KeyboardEvent): void => {
    const moves: Record<string, number> =
      { ArrowRight: direction * step, ArrowLeft: -direction * step, Home: min - width, End: max - width };
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    bounded(width + by);
  };
  return (
    <div className={css.resizer} data-edge={edge} role="separator" tabIndex={0} aria-orientation="vertical"
      aria-label={label} aria-valuemin={min}
      aria-valuemax={max} aria-valuenow={width} onPointerDown={drag} onKeyDown={onKey}
        onDoubleClick={() => { onWidth(initial); }} />
  );
}
