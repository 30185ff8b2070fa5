/** Confirming who one is before something that reaches far: the request waits, asks, and goes on by itself. */
import { Button, PasswordInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { api, setStepUpAsker } from '../api/client.ts';
import { sayError } from '../kit/errors.ts';
import { Modal } from '../kit/over.tsx';
import { useT } from '../kit/words.ts';
import { CodeForm, Problem } from './CodeForm.tsx';
import { fetchProviders } from './session.ts';
import css from './SignIn.module.css';

/** The small window of a provider tells the page that waits how it went. */
const channelName = 'sambung-step-up';

interface Asking { method: string; answer: (proved: boolean) => void }

/** Mounted once below the sign-in gate; opens when a request is answered STEP_UP_REQUIRED. */
export function StepUp() {
  const t = useT();
  const [asking, setAsking] = useState<Asking | null>(null);
  useEffect(() => {
    setStepUpAsker((method) => new Promise((resolve) => {
      setAsking({ method, answer: (proved) => { setAsking(null); resolve(proved); } });
    }));
    return () => { setStepUpAsker(undefined); };
  }, []);
  if (asking === null) return null;
  const prove = async (body: { code: string } | { password: string }): Promise<void> => {
    await api.post('/session/step-up', body);
    asking.answer(true);
  };
  return (
    <Modal opened onClose={() => { asking.answer(false); }} title={t('access.stepTitle')} zIndex={500} size={400}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <div className={css.code}>
        <p className="muted">{t(asking.method === 'sign-in' ? 'access.stepSignIn' : 'access.stepText')}</p>
        {asking.method === 'code' ? <CodeForm recovery onCode={(code) => prove({ code })} /> : null}
        {asking.method === 'sign-in' ? <Providers onDone={() => { asking.answer(true); }} /> : null}
        {asking.method === 'password' ? <PasswordForm onPassword={(password) => prove({ password })} /> : null}
      </div>
    </Modal>
  );
}

function Providers({ onDone }: { onDone: () => void }) {
  const t = useT();
  const providers = useQuery({ queryKey: ['sign-in-providers'], queryFn: fetchProviders }).data ?? [];
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const channel = new BroadcastChannel(channelName);
    channel.addEventListener('message', ({ data }) => {
      if (data === 'done') onDone();
      else setProblem(t('access.stepFailed'));
    });
    return () => { channel.close(); };
  }, [onDone, t]);
  return (
    <>
      <Problem text={problem} />
      {providers.map(({ id, name }) => (
        <Button key={id} fullWidth onClick={() => {
          setProblem(null);
          window.open(`/api/session/oidc/${id}/start?proof=true`, channelName, 'popup,width=520,height=680');
        }}>{t('access.stepWith', { name })}</Button>
      ))}
    </>
  );
}

/** How a provider's window came back: `done`, or why not; null for every other page. */
export function stepUpReturned(): string | null {
  return new URLSearchParams(window.location.search).get('stepUp');
}

/** What stands in a provider's window once it is back; it tells the page that waits, and closes. */
export function StepUpReturn({ result }: { result: string }) {
  const t = useT();
  useEffect(() => {
    const channel = new BroadcastChannel(channelName);
    channel.postMessage(result);
    channel.close();
    window.close();
  }, [result]);
  const isDone = result === 'done';
  return (
    <main className={css.page}>
      <div className={css.card} role="status">
        <h1 className={css.title}>{t(isDone ? 'access.stepDone' : 'access.stepFailed')}</h1>
        <p className="muted">{t(isDone ? 'access.stepClose' : 'access.stepRetry')}</p>
      </div>
    </main>
  );
}

function PasswordForm({ onPassword }: { onPassword: (password: string) => Promise<void> }) {
  const t = useT();
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password === '') { setProblem(t('signIn.passwordNeeded')); return; }
    setBusy(true);
    setProblem(null);
    try {
      await onPassword(password);
    } catch (error) {
      setProblem(sayError(error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={css.code} noValidate onSubmit={(event) => { void submit(event); }}>
      <PasswordInput label={t('signIn.password')} value={password} data-autofocus autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), tabIndex: 0 }}
        onChange={(event) => { setPassword(event.currentTarget.value); }} />
      <Problem text={problem} />
      <Button type="submit" fullWidth loading={busy}>{t('access.confirm')}</Button>
    </form>
  );
}
