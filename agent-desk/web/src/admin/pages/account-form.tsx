/** The drawer of one channel account: general fields, the channel's own setup, how to connect it, and its health. */
import { api, ConfirmButton, type Locale, notifyDone, notifyError, SelectField, TextField, useCan,
  useLocale } from '../../kit/index.ts';
import { ruleProblem } from '../../../../../domain/channels/field-rule.ts';
import { fieldsFor, type AccountDetail, type ChannelKind, type SavedAccount } from '../account-types.ts';
import { channelName } from '../channels.ts';
import * as check from '../checks.ts';
import { optionsOf, useQueues, useRefresh } from '../data.ts';
import { CopyField } from '../parts/copy.tsx';
import { EditorDrawer, FormSection, Notice, Pair } from '../parts/editor.tsx';
import { labelled } from '../parts/labelled.ts';
import { type SecretDraft, SetupFields } from '../parts/setup-fields.tsx';
import { type Editor, type FieldErrors, useEditor } from '../use-editor.ts';
import { useWords, type Words } from '../use-words.ts';
import { AccountHealth } from './account-health.tsx';
import { SessionSections, useAccountSession } from './account-session.tsx';
import { AccountTestPanel } from './account-test.tsx';

/** Beyond any count a channel asks for; what is typed above it is a slip. */
const setupNumberMax = 1_000_000;

interface AccountDraft {
  channel: string | null; key: string; name: string; address: string; queueId: string | null; settings: Record<string,
  unknown>; secrets: SecretDraft;
}

interface FormProps {
  record: AccountDetail | undefined;
  reload: () => Promise<AccountDetail>;
  channels: ChannelKind[];
  onClose: () => void;
  onSaved: (account: SavedAccount, isNew: boolean) => void;
}

/**
 * As the server takes it: an empty address is null, settings are those that apply (`whole` says which). A secret that
 * was opened and left empty is made anew by the server where it can make it, and stays as it is otherwise.
 */
function sent(draft: Partial<AccountDraft>, whole: AccountDraft, kind: ChannelKind | undefined,
  record: AccountDetail | undefined): Record<string, unknown> {
  const { secrets = {}, address, settings, ...rest } = draft;
  const fields = fieldsFor(kind?.setup ?? [], whole.settings);
  const written = Object.fromEntries(Object.entries(secrets).filter(([name, value]) => value !== ''
    && fields.some((field) => field.name === name)));
  const known = Object.entries(settings ?? {})
    .filter(([name]) => fields.some((field) => field.name === name && field.kind !== 'secret'));
  const regenerate = fields.filter((field) => field.generated === true && secrets[field.name] === ''
    && record?.secrets[field.name] !== undefined)
    .map((field) => field.name);
  return {
    ...rest, ...(address === undefined ? {} : { address: address.trim() === '' ? null : address.trim() }),
    ...(settings === undefined ? {} : { settings: Object.fromEntries(known) }),
    ...(Object.keys(written).length === 0 ? {} : { secrets: written }),
    ...(regenerate.length === 0 ? {} : { regenerate }),
  };
}

function setupProblems(w: Words, kind: ChannelKind | undefined, draft: AccountDraft,
  record: AccountDetail | undefined, locale: Locale): FieldErrors {
  const found: FieldErrors = {};
  for (const field of fieldsFor(kind?.setup ?? [], draft.settings)) {
    const value = draft.settings[field.name];
    const given = typeof value === 'string' ? value.trim() : value;
    if (field.kind === 'url' && typeof value === 'string') found[field.name] = check.url(w, value.trim());
    if (field.kind === 'number' && typeof value === 'number') {
      found[field.name] = check.whole(w, value, 0, setupNumberMax);
    }
    const typed = field.kind === 'secret' ? draft.secrets[field.name] : value;
    if (field.rule !== undefined && typeof typed === 'string' && typed.trim() !== '') {
      found[field.name] = ruleProblem(field.rule, typed, locale);
    }
    if (field.required !== true || field.kind === 'qr' || field.kind === 'code' || field.kind === 'boolean') continue;
    if (field.kind !== 'secret') {
      if (given === undefined || given === null || given === '') found[field.name] = w('invalid.required');
      continue;
    }
    const secret = draft.secrets[field.name];
    const stored = record?.secrets[field.name]?.set === true;
    const missing = secret === null || (secret === '' || secret === undefined) && !stored && field.generated !== true;
    if (missing) found[field.name] = w('invalid.required');
  }
  return found;
}

function useAccountEditor({ record, reload, channels, onSaved }: FormProps): Editor<AccountDraft> {
  const w = useWords();
  const locale = useLocale();
  const kindOf = (name: string | null): ChannelKind | undefined => channels.find((each) => each.name === name);
  return useEditor<AccountDetail, AccountDraft, SavedAccount>({
    record, reload,
    draftOf: (account) => ({
      channel: account?.channel ?? null, key: account?.key ?? '', name: account?.name ?? '',
      address: account?.address ?? '',
      queueId: account?.queueId ?? null, settings: account?.settings ?? {}, secrets: {},
    }),
    check: (draft) => ({
      channel: draft.channel === null ? w('invalid.required') : undefined,
      key: record === undefined ? check.key(w, draft.key) : undefined,
      name: check.text(w, draft.name), address: check.shortText(w, draft.address),
      ...setupProblems(w, kindOf(draft.channel), draft, record, locale),
    }),
    create: (draft, idempotencyKey) =>
      api.post('/channel-accounts', sent(draft, draft, kindOf(draft.channel), record), { idempotencyKey }),
    update: (changes, version, draft) =>
      api.patch(`/channel-accounts/${record?.id ?? ''}`, sent(changes, draft, kindOf(draft.channel), record),
        { version }),
    onSaved: (saved) => { onSaved(saved, record === undefined); },
  }, w('invalid.server'));
}

/** What the other side needs: the webhook's address, or the script for the web site. */
function Connect({ record, kind }: { record: AccountDetail; kind: ChannelKind | undefined }) {
  const w = useWords();
  const { origin } = window.location;
  if (kind === undefined) return null;
  const account = encodeURIComponent(record.key);
  if (!kind.hook && !kind.page) return null;
  return (
    <FormSection title={w('accounts.connect')}>
      {!kind.hook ? null : (
        <CopyField label={w('accounts.webhook')} help={w('accounts.webhookHint')}
          text={`${origin}/hooks/${kind.name}/${account}`} />
      )}
      {kind.page ? (
        <>
          <CopyField label={w('accounts.embed')} help={w('accounts.embedHint')}
            text={`<script async src="${origin}/chat/widget.js" data-account="${record.key}"></script>`} />
          <p>
            <a href={`/chat?account=${account}`} target="_blank" rel="noreferrer">
              {w('accounts.demo')}<span className="sr"> ({w('nav.newTab')})</span>
            </a>
          </p>
        </>
      ) : null}
    </FormSection>
  );
}

function Toggle({ record, dirty, onClose }: { record: AccountDetail; dirty: boolean; onClose: () => void }) {
  const w = useWords();
  const refresh = useRefresh();
  const on = record.status !== 'DISABLED';
  const { name } = record;
  const run = async (): Promise<void> => {
    try {
      await api.patch(`/channel-accounts/${record.id}`, { status: on ? 'DISABLED' : 'ACTIVE' },
        { version: record.version });
      notifyDone(w(on ? 'accounts.disabled' : 'accounts.enabled'));
      refresh();
      onClose();
    } catch (error) {
      notifyError(w(on ? 'accounts.disable' : 'accounts.enable'), error);
    }
  };
  return (
    <div>
      <ConfirmButton danger={on} title={w(on ? 'accounts.disableAsk' : 'accounts.enableAsk', { name })}
        confirm={w(on ? 'accounts.disable' : 'accounts.enable')}
        text={w(on ? 'accounts.disableHint' : 'accounts.enableHint')} onConfirm={run} disabled={dirty}
        why={dirty ? w('users.saveFirst') : undefined}>
        {w(on ? 'accounts.disable' : 'accounts.enable')}
      </ConfirmButton>
    </div>
  );
}

function General({ editor, channels }: { editor: Editor<AccountDraft>; channels: ChannelKind[] }) {
  const w = useWords();
  const queues = useQueues();
  const { draft, errors, set, isNew } = editor;
  const order = ['label', 'input', 'description', 'error'] as ('label' | 'input' | 'description' | 'error')[];
  const pickChannel = (channel: string | null): void => {
    set('channel', channel);
    set('settings', {});
    set('secrets', {});
  };
  return (
    <FormSection title={w('accounts.general')}>
      <Pair>
        <SelectField label={w('accounts.channel')} value={draft.channel}
          disabled={!isNew} required error={errors.channel}
          data-autofocus={isNew || undefined}
          placeholder={w('accounts.choose')}
          data={channels.map((each) => ({ value: each.name, label: channelName(channels, each.name) }))}
          onChange={pickChannel} />
        <TextField label={w('accounts.key')} description={w('accounts.keyHint')} value={draft.key}
          disabled={!isNew} required error={errors.key}
          onChange={(value) => { set('key', value.toLowerCase()); }} inputWrapperOrder={order} />
      </Pair>
      <TextField label={w('common.name')} description={w('accounts.nameHint')} value={draft.name} required
        error={errors.name}
        onChange={(value) => { set('name', value); }} inputWrapperOrder={order} />
      <Pair>
        <TextField label={w('accounts.address')} description={w('accounts.addressHint')} value={draft.address}
          error={errors.address}
          onChange={(value) => { set('address', value); }} inputWrapperOrder={order} />
        <SelectField label={w('accounts.queue')} description={w('accounts.queueHint')} value={draft.queueId ?? ''}
          error={errors.queueId} inputWrapperOrder={order}
          data={[{ value: '', label: w('accounts.queueNone') },
            ...optionsOf(queues.filter((queue) => queue.active || queue.id === draft.queueId))]}
          onChange={(value) => { set('queueId', value === '' ? null : value); }} />
      </Pair>
    </FormSection>
  );
}

/** The drawer of one account. */
export function AccountForm(props: FormProps) {
  const { record, channels, onClose } = props;
  const w = useWords();
  const locale = useLocale();
  const mayChange = useCan('channel.manage');
  const editor = useAccountEditor(props);
  const { draft, errors, set } = editor;
  const kind = channels.find((each) => each.name === draft.channel);
  const labels = Object.fromEntries((kind?.setup ?? []).map((field) => [field.name, field.label[locale]]));
  const session = useAccountSession(kind?.session === false ? undefined : record?.id);
  const hasSession = session.data !== undefined && session.data !== null;
  const setSecret = (name: string, value: string | null | undefined): void => {
    const { [name]: _old, ...rest } = draft.secrets;
    set('secrets', value === undefined ? rest : { ...rest, [name]: value });
  };
  const setSetting = (name: string, value: unknown): void => {
    const { [name]: _old, ...rest } = draft.settings;
    set('settings', value === undefined ? rest : { ...rest, [name]: value });
  };
  return (
    <EditorDrawer title={record === undefined ? w('accounts.add') : w('accounts.edit', { name: record.name })}
      editor={labelled(editor, labels)} onClose={onClose}
      locked={mayChange ? undefined : w('common.readOnly')}>
      {record === undefined ? null
        : <SessionSections account={record} mayChange={mayChange} session={session} sure={kind?.session === true} />}
      {record === undefined ? null : (
        <FormSection title={w('accounts.health')}>
          <AccountHealth account={record} connects={kind?.connects === true}
            figuresOnly={hasSession && record.status !== 'DISABLED'} />
          {mayChange ? <Toggle record={record} dirty={editor.dirty} onClose={onClose} /> : null}
          {mayChange && record.status !== 'DISABLED' ? <AccountTestPanel account={record} /> : null}
        </FormSection>
      )}
      {record === undefined || hasSession || session.isLoading ? null
        : <Connect record={record} kind={kind} />}
      <General editor={editor} channels={channels} />
      {draft.channel === null ? null : (
        <FormSection title={w('accounts.setup')}>
          {kind === undefined && channels.length > 0 ? <Notice tone="warn">{w('accounts.unknownChannel')}</Notice> : (
            <SetupFields fields={fieldsFor(kind?.setup ?? [], draft.settings)} settings={draft.settings}
              secrets={draft.secrets} hints={record?.secrets ?? {}} isNew={record === undefined}
              errors={errors} onSetting={setSetting} onSecret={setSecret} />
          )}
        </FormSection>
      )}
    </EditorDrawer>
  );
}
