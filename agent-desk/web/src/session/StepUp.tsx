/** Confirming who one is before something that reaches far: the request waits, asks, and goes on by itself. */
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useEffect, useState, type FormEvent } from 'react';
import { api, setStepUpAsker } from '../api/client.ts';
import { sayError } from '../kit/errors.ts';
import { useT } from '../kit/words.ts';
import { CodeForm, Problem } from './CodeForm.tsx';
import css from './SignIn.module.css';

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
        {asking.method === 'password' ? <PasswordForm onPassword={(password) => prove({ password })} /> : null}
      </div>
    </Modal>
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
