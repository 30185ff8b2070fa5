/** Prepared messages in the reply box: the tool that opens them, and why only they may be sent now. */
import { Button } from '@mantine/core';
import { IconClockX, IconTemplate } from '@tabler/icons-react';
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { useLocale, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { dayTime } from '../lib/time.ts';
import { useDesk } from '../live/context.ts';
import { onReturned, takeReturnedTemplate } from './returned.ts';
import css from './Template.module.css';
import { templateKey, type GapValues, type TemplateUse } from './templates.ts';
import { useUndoSeconds } from './Toolbar.tsx';
import type { useTemplates } from './useTemplates.ts';

type Found = ReturnType<typeof useTemplates>;

/** Few conversations ever need it. */
const TemplateDialog = lazy(async () => ({ default: (await import('./TemplateDialog.tsx')).TemplateDialog }));

/** The button in the tool row; it also tells until when free words may be said. */
export function TemplateTool({ openUntil, onOpen }: { openUntil: string | null; onOpen: () => void }) {
  const t = useT();
  const locale = useLocale();
  const until = openUntil === null ? '' : t('template.openUntil',
    { time: dayTime(openUntil, serverNow(), { locale }) });
  return (
    <button type="button" className="iconButton" aria-label={t('template.pick')} aria-haspopup="dialog"
      title={until === '' ? t('template.pick') : `${t('template.pick')} · ${until}`} onClick={onOpen}>
      <IconTemplate size={18} stroke={1.75} aria-hidden="true" /></button>
  );
}

/** In place of the text field: that the window has passed, what is kept, and what may be sent. */
export function WindowClosed({ hours, hasDraft, onOpen }: { hours: number; hasDraft: boolean; onOpen: () => void }) {
  const t = useT();
  return (
    <div className={css.closed} role="status">
      <IconClockX size={20} stroke={1.75} aria-hidden="true" />
      <p className={css.closedText}><strong>{t('template.closedTitle', { hours })}</strong>{' '}
        {t('template.closedText', { hours })} {hasDraft ? t('template.draftKept') : null}</p>
      <Button leftSection={<IconTemplate size={16} stroke={1.75} aria-hidden="true" />} data-template-pick=""
        onClick={onOpen}>{t('template.pick')}</Button>
    </div>
  );
}

/** One message however often it is pressed; another one once something in it changed. */
function useSendTemplate(conversationId: string): (use: TemplateUse) => Promise<void> {
  const { live } = useDesk();
  const [undoSeconds] = useUndoSeconds();
  const last = useRef({ said: '', clientId: '' });
  return async (template) => {
    const said = JSON.stringify(template);
    if (last.current.said !== said) last.current = { said, clientId: crypto.randomUUID() };
    await live.request('message:send', { clientId: last.current.clientId, conversationId, template, undoSeconds });
    last.current = { said: '', clientId: '' };
  };
}

/** The dialog over a conversation, opened by `open`; what was typed into gaps stays while the conversation is open. */
export function useTemplatePicking(conversationId: string, { query }: Found): { open: () => void; dialog: ReactNode } {
  const [isOpen, setOpen] = useState(false);
  const send = useSendTemplate(conversationId);
  const kept = useRef(new Map<string, GapValues>());
  const [first, setFirst] = useState<string>();
  const before = useRef<Element | null>(null);
  const close = (): void => {
    const focus = before.current;
    setOpen(false);
    // After the dialog is gone: the keyboard goes back to where it was.
    window.setTimeout(() => { if (focus instanceof HTMLElement && focus.isConnected) focus.focus(); }, 0);
  };
  const open = (): void => {
    before.current = document.activeElement;
    setFirst(undefined);
    setOpen(true);
  };
  // One that was taken back is opened again as it was filled: its words alone could not be sent.
  useEffect(() => {
    const take = (): void => {
      const use = takeReturnedTemplate(conversationId);
      if (use === undefined) return;
      kept.current.set(templateKey(use), { header: use.header ?? [], body: use.body });
      setFirst(templateKey(use));
      setOpen(true);
    };
    take();
    return onReturned(take);
  }, [conversationId]);
  const dialog = isOpen ? (
    <Suspense fallback={null}>
      <TemplateDialog items={query.data?.items} error={query.error} kept={kept.current} first={first} onSend={send}
        onRetry={() => { void query.refetch(); }} onClose={close} />
    </Suspense>
  ) : null;
  return { open, dialog };
}
