/** What an agent had begun to write when somebody else moved the work: said, and offered once more to be copied. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { whoOf } from '../inbox/Row.tsx';
import { notifyDone } from '../kit/notify.ts';
import { codeWord } from '../kit/words.ts';
import type { Draft } from '../lib/drafts.ts';
import type { InteractionView } from '../live/types.ts';

/** Stays until it is closed; nothing where nothing was written. */
export function sayTaken(row: InteractionView, { text, note }: Pick<Draft, 'text' | 'note'>): void {
  const words = [text, note].map((each) => each.trim()).filter((each) => each !== '').join('\n\n');
  if (words === '') return;
  const copy = (): void => {
    void navigator.clipboard.writeText(words).then(() => { notifyDone(codeWord('app', 'copied')); });
  };
  notifications.show({ id: `taken ${row.id}`, autoClose: false, withCloseButton: true, className: 'toast-warn',
    closeButtonProps: { 'aria-label': codeWord('app', 'close') },
    title: codeWord('talk', 'takenTitle', { who: whoOf(row) }),
    message: <>
      <p>{codeWord('talk', 'takenText')}</p>
      <Button size="compact-sm" variant="default" onClick={copy}>{codeWord('talk', 'copy')}</Button>
    </> });
}
