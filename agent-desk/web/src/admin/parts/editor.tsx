/** The drawer in which one record is made or changed: fields, what is wrong, the version conflict, saving, leaving. */
import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconGitMerge, IconLock } from '@tabler/icons-react';
import { useEffect, useLayoutEffect, useRef, type FocusEvent, type KeyboardEvent, type ReactNode,
  type RefObject } from 'react';
import { ErrorState, Form, Kbd, sayError, SkeletonRows, usePhone } from '../../kit/index.ts';
import { Drawer } from '../../kit/over.tsx';
import type { Editor } from '../use-editor.ts';
import { useWords, wordOr } from '../use-words.ts';
import css from './admin.module.css';
import { LeaveDialog } from './leave.tsx';

interface DrawerProps { title: string; onClose: () => void; children: ReactNode }

/** A drawer at the right; on a phone the whole screen. Esc closes it and focus goes back to where it was. */
export function SideDrawer({ title, onClose, children }: DrawerProps) {
  const w = useWords();
  const phone = usePhone();
  return (
    <Drawer opened onClose={onClose} position="right" size={phone ? '100%' : 560} title={title}
      overlayProps={{ backgroundOpacity: 0.35 }}
      classNames={{ title: css.drawerTitle }} closeButtonProps={{ 'aria-label': w('common.close') }}>
      {children}
    </Drawer>
  );
}

/** The drawer of a record that is being fetched, or could not be. */
export function LoadingDrawer({ title, onClose, error, onRetry }: {
  title: string; onClose: () => void; error: unknown; onRetry: () => void;
}) {
  return (
    <SideDrawer title={title} onClose={onClose}>
      {error === null || error === undefined ? <SkeletonRows rows={7} height={56} /> : <ErrorState error={error}
        onRetry={onRetry} />}
    </SideDrawer>
  );
}

/** A titled part of a form. */
export function FormSection({ title, hint, children }: { title?: string; hint?: string; children: ReactNode }) {
  return (
    <section className={css.section}>
      {title === undefined ? null : <h2 className={css.sectionTitle}>{title}</h2>}
      {hint === undefined ? null : <p className={css.sectionHint}>{hint}</p>}
      {children}
    </section>
  );
}

/** Two fields side by side, one under the other on a phone. */
export function Pair({ children }: { children: ReactNode }) {
  return <div className={css.pair}>{children}</div>;
}

/** A note in the form: why it cannot be changed, what went wrong, what is special. */
export function Notice({ tone, title, children, actions, live }: {
  tone: 'warn' | 'bad' | 'ok' | 'plain'; title?: string; children?: ReactNode; actions?: ReactNode; live?: boolean;
}) {
  const Icon = tone === 'ok' ? IconCheck : tone === 'plain' ? IconLock : IconAlertTriangle;
  return (
    <div className={`${css.notice} ${css[`${tone}Notice`]}`} role={live === true ? 'alert' : undefined}>
      <Icon size={16} stroke={1.75} aria-hidden="true" />
      <div className="grow">
        {title === undefined ? null : <p className={css.strong}>{title}</p>}
        {children === undefined ? null : <div>{children}</div>}
        {actions === undefined ? null : <div className={css.noticeActions}>{actions}</div>}
      </div>
    </div>
  );
}

type Show<D> = (field: keyof D & string, value: unknown) => ReactNode;

function plainValue(value: unknown): ReactNode {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Clashes<D extends object>({ editor, show }: { editor: Editor<D>; show: Show<D> | undefined }) {
  const w = useWords();
  const said: Show<D> = (field, value) => (value === true ? w('common.yes') : value === false ? w('common.no')
    : show?.(field, value) ?? plainValue(value));
  return (
    <>
      {editor.clashes.map((clash) => (
        <Notice key={clash.field} tone="warn"
          title={`${wordOr(w, `fields.${clash.field}`, clash.field)} · ${w('conflict.clash')}`}
          actions={<>
            <Button size="xs" variant="default"
              onClick={() => { editor.settle(clash.field, 'theirs'); }}>{w('conflict.takeTheirs')}</Button>
            <Button size="xs" variant="default"
              onClick={() => { editor.settle(clash.field, 'mine'); }}>{w('conflict.keepMine')}</Button>
          </>}>
          <dl className={css.facts}>
            <dt>{w('conflict.theirs')}</dt><dd>{said(clash.field, clash.theirs)}</dd>
            <dt>{w('conflict.mine')}</dt><dd>{said(clash.field, clash.mine)}</dd>
          </dl>
        </Notice>
      ))}
    </>
  );
}

function Conflict<D extends object>({ editor, show }: { editor: Editor<D>; show: Show<D> | undefined }) {
  const w = useWords();
  if (editor.conflict === 'none') return null;
  if (editor.conflict === 'found') {
    return (
      <Notice live tone="warn" title={w('conflict.title')}
        actions={(
          <Button size="xs" variant="default" leftSection={<IconGitMerge size={14} />}
            onClick={() => { void editor.loadLatest(); }}>
            {w('conflict.load')}
          </Button>
        )}>
        {w('conflict.hint')}
      </Notice>
    );
  }
  return (
    <>
      <Notice live tone="ok">{w('conflict.merged')} {w('conflict.review')}</Notice>
      <Clashes editor={editor} show={show} />
    </>
  );
}

/** What the foot says beside a save button that cannot be pressed, and what failed. */
function Foot<D extends object>({ editor, onClose }: { editor: Editor<D>; onClose: () => void }) {
  const w = useWords();
  const wrong = Object.keys(editor.errors);
  const stuck = !editor.dirty && !editor.isNew && editor.conflict !== 'merged';
  const why = wrong.length > 0
    ? w('common.fix', { fields: wrong.map((field) => wordOr(w, `fields.${field}`, field)).join(', ') })
    : stuck ? w('common.unchanged') : editor.conflict === 'found' ? w('conflict.hint') : '';
  const said = editor.failure === undefined ? undefined : sayError(editor.failure);
  return (
    <div className={css.foot2}>
      {said === undefined ? null : (
        <Notice live tone="bad" title={w('common.notSaved')}>
          {said.message} {w('common.kept')}
          {said.requestId === undefined ? null : <p className="meta">{w('common.request', { id: said.requestId })}</p>}
        </Notice>
      )}
      <div className={css.footRow}>
        <p className={css.footWhy} role="status">{why}</p>
        <Button variant="default" onClick={onClose}>{w('common.cancel')}</Button>
        <Button type="submit" loading={editor.saving} disabled={stuck || editor.conflict === 'found'}
          rightSection={<Kbd>Ctrl ↵</Kbd>} aria-keyshortcuts="Control+Enter">
          {editor.isNew ? w('common.create') : w('common.save')}
        </Button>
      </div>
    </div>
  );
}

interface EditorProps<D extends object> {
  title: string;
  editor: Editor<D>;
  onClose: () => void;
  /** Why nothing can be changed; then the form is shown and cannot be saved. */
  locked?: string | undefined;
  /** How a value reads where two versions are compared. */
  show?: Show<D>;
  children: ReactNode;
  /** What stands below the form and saves by itself (reset a password ...). */
  after?: ReactNode;
}

/** While it saves nothing can be typed; a disabled field would lose the keyboard, so it is the typing that is held. */
function useStill(fields: RefObject<HTMLElement | null>, saving: boolean): void {
  useLayoutEffect(() => {
    const { current } = fields;
    if (!saving || current === null) return undefined;
    const hold = (event: Event): void => { event.preventDefault(); };
    current.addEventListener('beforeinput', hold);
    return () => { current.removeEventListener('beforeinput', hold); };
  }, [fields, saving]);
}

const typedInto = 'input, textarea';

/**
 * Keeps the keyboard in the form. What had it may go away: a question that was answered, a proof that was given, a
 * button that did its work. After a try to save that failed it goes to the first field that is wrong. Returns who notes
 * where it was.
 */
function useFocusInside(form: RefObject<HTMLElement | null>, failed: number): (event: FocusEvent) => void {
  const last = useRef<HTMLElement>(null);
  useEffect(() => {
    if (failed > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, failed]);
  // After every drawing: what the browser took the focus from it tells nobody about.
  useEffect(() => {
    if (document.activeElement !== document.body || last.current === null) return;
    const uppermost = [...document.querySelectorAll('[role="dialog"]')].at(-1);
    if (uppermost?.contains(form.current) !== true) return;
    const first = form.current?.querySelector<HTMLElement>(`:is(${typedInto}):enabled`);
    (last.current.isConnected ? last.current : first)?.focus();
  });
  return ({ target }) => {
    // A dialog of the form stands elsewhere in the page, though its events come by here.
    if (target instanceof HTMLElement && form.current?.contains(target) === true && target.matches(typedInto))
      last.current = target;
  };
}

/** The drawer around a form: Ctrl Enter saves, leaving with changes asks first, a version conflict is merged. */
export function EditorDrawer<D extends object>({ title, editor, onClose, locked, show, children,
  after }: EditorProps<D>) {
  const form = useRef<HTMLDivElement>(null);
  const fields = useRef<HTMLFieldSetElement>(null);
  useStill(fields, editor.saving);
  const close = (): void => { editor.guard.ask(onClose); };
  const noteFocus = useFocusInside(form, editor.failed);
  const submit = (): void => { if (locked === undefined) void editor.save(); };
  const keys = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  };
  return (
    <SideDrawer title={title} onClose={close}>
      <div ref={form} onKeyDown={keys} onFocus={noteFocus}>
        <Form label={title} onSubmit={submit}>
          {locked === undefined ? null : <Notice tone="plain">{locked}</Notice>}
          <Conflict editor={editor} show={show} />
          <fieldset ref={fields} disabled={locked !== undefined} aria-busy={editor.saving} className={css.fields}>
            <div className={css.drawerBody}>{children}</div>
          </fieldset>
          {after}
          {locked === undefined ? <Foot editor={editor} onClose={close} /> : null}
        </Form>
      </div>
      <LeaveDialog guard={editor.guard} />
    </SideDrawer>
  );
}
