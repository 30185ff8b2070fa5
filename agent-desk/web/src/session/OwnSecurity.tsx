/** The own account: two-factor sign-in on, off or on another device, recovery codes, and another password. */
import { Button, PasswordInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { announceSessionEnd, api } from '../api/client.ts';
import { notifyDone, notifyError } from '../kit/notify.ts';
import { Modal } from '../kit/over.tsx';
import { ConfirmButton } from '../kit/page.tsx';
import { ErrorState, SkeletonRows } from '../kit/states.tsx';
import { useLocale, useT } from '../kit/words.ts';
import { shortDate } from '../lib/time.ts';
import { EnrolForm, Problem, RecoveryCodes } from './CodeForm.tsx';
import { sayPasswordError } from './new-password.ts';
import type { Enrolment } from './session.ts';
import css from './SignIn.module.css';

interface State { enabled: boolean; since: string | null; codesLeft: number; required: boolean }
type Step = { kind: 'state' } | { kind: 'enrol'; enrolment: Enrolment } | { kind: 'codes'; codes: string[] };

function Standing({ state, go }: { state: State; go: (step: Step) => void }) {
  const t = useT();
  const locale = useLocale();
  const client = useQueryClient();
  const run = async (action: () => Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      notifyError(t('access.failed'), error);
    }
  };
  const start = () => run(async () => {
    go({ kind: 'enrol', enrolment: await api.post<Enrolment>('/me/two-factor/start') });
  });
  const renew = () => run(async () => {
    const { recoveryCodes } = await api.post<{ recoveryCodes: string[] }>('/me/two-factor/recovery-codes');
    go({ kind: 'codes', codes: recoveryCodes });
  });
  const remove = () => run(async () => {
    await api.del('/me/two-factor');
    notifyDone(t('access.turnedOff'));
    await client.invalidateQueries({ queryKey: ['own-security'] });
  });
  return (
    <section className={css.code}>
      <h2 className={css.codeLabel}>{t('access.two')}</h2>
      {state.enabled ? (
        <>
          <p>{t('access.on', { date: shortDate(state.since ?? '', { locale }) })}. {' '}
            {t('access.left', { n: state.codesLeft })}. {state.required ? t('access.required') : null}</p>
          <div className={css.buttons}>
            <Button variant="default" onClick={() => { void start(); }}>{t('access.replace')}</Button>
            <Button variant="default" onClick={() => { void renew(); }}>{t('access.newCodes')}</Button>
            {state.required ? null : (
              <ConfirmButton danger title={t('access.turnOffAsk')} text={t('access.turnOffText')}
                confirm={t('access.turnOff')} onConfirm={remove}>{t('access.turnOff')}</ConfirmButton>
            )}
          </div>
        </>
      ) : (
        <>
          <p className="muted">{t('access.off')}. {t('access.offText')}</p>
          <div className={css.buttons}><Button onClick={() => { void start(); }}>{t('access.turnOn')}</Button></div>
        </>
      )}
    </section>
  );
}

function PasswordForm() {
  const t = useT();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (current === '' || next === '') { setProblem(t('signIn.passwordNeeded')); return; }
    setBusy(true);
    setProblem(null);
    try {
      await api.post('/me/password', { current, next });
      notifyDone(t('access.changed'));
      announceSessionEnd();
    } catch (error) {
      setProblem(sayPasswordError(t, error));
    } finally {
      setBusy(false);
    }
  };
  const eye = { 'aria-label': t('signIn.show'), tabIndex: 0 };
  return (
    <form className={css.code} noValidate onSubmit={(event) => { void submit(event); }}>
      <h2 className={css.codeLabel}>{t('access.password')}</h2>
      <PasswordInput label={t('access.current')} value={current} autoComplete="current-password" maxLength={128}
        visibilityToggleButtonProps={eye} onChange={(event) => { setCurrent(event.currentTarget.value); }} />
      <PasswordInput label={t('access.next')} description={t('access.nextHint')} value={next} maxLength={128}
        autoComplete="new-password" visibilityToggleButtonProps={eye}
        onChange={(event) => { setNext(event.currentTarget.value); }} />
      <Problem text={problem} />
      <div className={css.buttons}>
        <Button type="submit" variant="default" loading={busy}>{t('access.password')}</Button></div>
    </form>
  );
}

/** The dialog of the own account. */
export function OwnSecurity({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const query = useQuery({ queryKey: ['own-security'], gcTime: 0,
    queryFn: ({ signal }) => api.get<State>('/me/two-factor', { signal }) });
  const [step, setStep] = useState<Step>({ kind: 'state' });
  const confirm = async (code: string): Promise<void> => {
    const { recoveryCodes } = await api.post<{ recoveryCodes: string[] }>('/me/two-factor/confirm', { code });
    notifyDone(t('access.turnedOn'));
    setStep({ kind: 'codes', codes: recoveryCodes });
  };
  const done = (): void => {
    setStep({ kind: 'state' });
    void client.invalidateQueries({ queryKey: ['own-security'] });
  };
  const title = step.kind === 'codes' ? 'access.codesTitle' : step.kind === 'enrol' ? 'access.enrolTitle'
    : 'access.security';
  return (
    <Modal opened onClose={onClose} title={t(title)} size={460} closeButtonProps={{ 'aria-label': t('app.close') }}
      closeOnClickOutside={step.kind !== 'codes'} closeOnEscape={step.kind !== 'codes'}
      withCloseButton={step.kind !== 'codes'}>
      {step.kind === 'codes' ? <RecoveryCodes codes={step.codes} onSaved={done} /> : null}
      {step.kind === 'enrol' ? (
        <EnrolForm enrolment={step.enrolment} onCode={confirm}>
          <Button variant="subtle" onClick={done}>{t('app.cancel')}</Button></EnrolForm>
      ) : null}
      {step.kind !== 'state' ? null : query.isError ? <ErrorState error={query.error}
        onRetry={() => { void query.refetch(); }} /> : query.data === undefined ? <SkeletonRows rows={5} /> : (
        <div className={css.parts}><Standing state={query.data} go={setStep} /><PasswordForm /></div>
      )}
    </Modal>
  );
}
