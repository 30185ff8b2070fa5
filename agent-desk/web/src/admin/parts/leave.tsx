/** Leaving with something that is not kept: the question, whichever way one wants to leave. */
import { Button } from '@mantine/core';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Modal } from '../../kit/over.tsx';
import { holdAddress } from '../../lib/leaving.ts';
import { useWords } from '../use-words.ts';
import css from './admin.module.css';

export interface LeaveGuard {
  asking: boolean;
  /** Goes at once where nothing would be lost, else asks first. */
  ask: (go: () => void) => void;
  stay: () => void;
  leave: () => void;
  /** Everything is kept now: what follows is not asked about. */
  release: () => void;
}

/** While `on`, leaving the page is asked about: by link, by Back, by reloading, and by `ask`. */
export function useLeaveGuard(on: boolean): LeaveGuard {
  const [go, setGo] = useState<() => void>();
  const free = useRef<() => void>(undefined);
  const cameFrom = useRef<Element>(null);
  const question = useCallback((next: () => void): void => {
    cameFrom.current = document.activeElement;
    setGo(() => next);
  }, []);
  const release = useCallback((): void => {
    free.current?.();
    free.current = undefined;
  }, []);
  useLayoutEffect(() => {
    if (!on) return undefined;
    const hold = (event: BeforeUnloadEvent): void => { event.preventDefault(); };
    const end = holdAddress(question);
    window.addEventListener('beforeunload', hold);
    free.current = () => {
      end();
      window.removeEventListener('beforeunload', hold);
    };
    return release;
  }, [on, question, release]);
  const asking = go !== undefined;
  useEffect(() => {
    // Whoever stays goes on where they were; the dialog took the focus with it.
    if (!asking && document.activeElement === document.body && cameFrom.current instanceof HTMLElement)
      cameFrom.current.focus();
  }, [asking]);
  return {
    asking, release,
    ask: (next) => { if (free.current === undefined) next(); else question(next); },
    stay: () => { setGo(undefined); },
    leave: () => {
      release();
      setGo(undefined);
      go?.();
    },
  };
}

interface DialogProps { guard: LeaveGuard; title?: string; hint?: string; stay?: string; leave?: string }

/** The question of a guard; without words of its own it is about changes that are not saved. */
export function LeaveDialog({ guard, title, hint, stay, leave }: DialogProps) {
  const w = useWords();
  if (!guard.asking) return null;
  return (
    <Modal opened onClose={guard.stay} title={title ?? w('common.discard')} zIndex={400}
      closeButtonProps={{ 'aria-label': w('common.close') }}>
      <p className="muted">{hint ?? w('common.discardHint')}</p>
      <div className={css.footRow} style={{ marginTop: 20 }}>
        <Button variant="default" onClick={guard.stay} data-autofocus>{stay ?? w('common.discardNo')}</Button>
        <Button color="red" onClick={guard.leave}>{leave ?? w('common.discardYes')}</Button>
      </div>
    </Modal>
  );
}
