/** Asking for a code of the authenticator, or for a recovery code; and showing an authenticator to be set up. */
import { Button, PinInput, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { sayError } from '../kit/errors.ts';
import { useT } from '../kit/words.ts';
import { Qr } from './Qr.tsx';
import type { Enrolment } from './session.ts';
import css from './SignIn.module.css';

interface CodeProps {
  /** Rejects with an ApiError; then the fields are empty again and say why. */
  onCode: (code: string) => Promise<void>;
  /** A recovery code does as well. */
  recovery: boolean;
  children?: ReactNode;
}

/** What went wrong, read out at once. */
export function Problem({ text }: { text: string | null }) {
  return (
    <div role="alert" className={css.alert}>
      {text === null ? null
        : <p className={css.problem}><IconInfoCircle size={16} stroke={1.75} aria-hidden="true" />{text}</p>}
    </div>
  );
}

/** Six digits that send themselves when the last is typed; or one line for a recovery code. */
export function CodeForm({ onCode, recovery, children }: CodeProps) {
  const t = useT();
  const label = useId();
  const [plain, setPlain] = useState(false);
  const [code, setCode] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async (given: string): Promise<void> => {
    if (busy) return;
    if (plain ? given.trim().length < 10 : !/^\d{6}$/.test(given)) {
      setProblem(t(plain ? 'access.recoveryNeeded' : 'access.codeNeeded'));
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await onCode(given.trim());
    } catch (error) {
      const said = sayError(error);
      // Where no recovery code does, nobody is advised to use one: there may be none yet.
      setProblem(said.code === 'CODE_WRONG' && !recovery ? t('access.codeWrong') : said.message);
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => { event.preventDefault(); void send(code); };
  const turn = (): void => { setPlain(!plain); setCode(''); setProblem(null); };
  return (
    <form className={css.code} onSubmit={submit} noValidate>
      {plain ? (
        <TextInput label={t('access.recovery')} description={t('access.recoveryHint')} value={code} autoFocus
          data-autofocus autoComplete="off" maxLength={20} disabled={busy}
          onChange={(event) => { setCode(event.currentTarget.value); }} />
      ) : (
        <div role="group" aria-labelledby={label}>
          <p id={label} className={css.codeLabel}>{t('access.code')}</p>
          <PinInput key={problem ?? ''} length={6} placeholder="" type="number" oneTimeCode value={code}
            autoFocus disabled={busy}
            aria-label={t('access.code')} onChange={setCode} onComplete={(value) => { void send(value); }} />
          <p className="meta">{t('access.codeHint')}</p>
        </div>
      )}
      <Problem text={problem} />
      <Button type="submit" fullWidth size="md" loading={busy}>{t('access.confirm')}</Button>
      {recovery ? <Button variant="default" fullWidth onClick={turn}>
        {t(plain ? 'access.useCode' : 'access.useRecovery')}</Button> : null}
      {children}
    </form>
  );
}

/** The authenticator to be set up: its QR code, the key to type, and the first code. */
export function EnrolForm({ enrolment, onCode, children }: {
  enrolment: Enrolment; onCode: (code: string) => Promise<void>; children?: ReactNode;
}) {
  const t = useT();
  return (
    <div className={css.code}>
      <p className="muted">{t('access.scan')}</p>
      <div className={css.qr}><Qr text={enrolment.uri} label={t('access.qr')} /></div>
      <div>
        <p className="meta">{t('access.byHand')}</p>
        <code className={css.secret}>{enrolment.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
      </div>
      <CodeForm recovery={false} onCode={onCode}>{children}</CodeForm>
    </div>
  );
}

/** The ten codes, shown this once; the button is the only way on. */
export function RecoveryCodes({ codes, onSaved }: { codes: readonly string[]; onSaved: () => void }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(codes.join('\n')).then(() => { setCopied(true); }, () => undefined);
  };
  return (
    <div className={css.code}>
      <p className={css.ended} role="status">{t('access.codesText')}</p>
      <ol className={css.codes}>{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ol>
      <Button variant="default" onClick={() => { void copy(); }}>
        <span aria-live="polite">{t(copied ? 'access.copied' : 'access.copy')}</span></Button>
      <Button onClick={onSaved} data-autofocus>{t('access.codesSaved')}</Button>
    </div>
  );
}
