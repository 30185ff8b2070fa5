/** Taking waiting work by oneself, where the server says that one may; by its button or the key A. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import { notifyError } from '../kit/notify.ts';
import { Kbd } from '../kit/small.tsx';
import { useT } from '../kit/words.ts';
import { useDesk } from '../live/context.ts';
import type { InteractionView } from '../live/types.ts';
import { useKeys } from '../shell/useKeys.ts';

/** Nothing where the work is not there to be taken; afterwards the conversation is drawn as one's own. */
export function Pick({ row }: { row: InteractionView }) {
  const t = useT();
  const { live } = useDesk();
  const [busy, setBusy] = useState(false);
  const pick = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      await live.request('interaction:pick', { interactionId: row.id });
    } catch (error) {
      notifyError(t('talk.pickFailed'), error);
    } finally {
      setBusy(false);
    }
  };
  const may = row.mayPick === true;
  useKeys({ A: may ? () => { void pick(); } : undefined });
  return may
    ? <Button loading={busy} onClick={() => { void pick(); }} rightSection={<Kbd>A</Kbd>} aria-keyshortcuts="A">
      {t('talk.pick')}</Button> : null;
}
