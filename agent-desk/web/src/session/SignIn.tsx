/** The sign-in page: NPK and password, what went wrong in plain words, and what is kept when a session ended. */
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { setLocale } from '../i18n/index.ts';
import { sayError } from '../kit/errors.ts';
import { useLocale, useT } from '../kit/words.ts';
import { Logo } from '../shell/Logo.tsx';
import { SecondStep } from './SecondStep.tsx';
import { fetchProviders, signIn, type Session } from './session.ts';
import css from './SignIn.module.css';

interface Problem { field?: 'npk' | 'password'; text: string }

/** What is typed, what was wrong with it, and the step that comes after it. */
function useSignIn(onSignedIn: (session: Session) => void) {
  const t = useT();
  const [npk, setNpk] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<Problem | null>(
    () => (returned().failed ? { text: t('access.providerFailed') } : null));
  const [busy, setBusy] = useState(false);
  const [next, setNext] = useState<'totp' | 'enrol' | null>(() => returned().step);
  const npkField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wrong: Problem | null = !/^\d{4,8}$/.test(npk.trim()) ? { field: 'npk', text: t('signIn.npkNeeded') }
      : password === '' ? { field: 'password', text: t('signIn.passwordNeeded') } : null;
    setProblem(wrong);
    if (wrong !== null) {
      (wrong.field === 'npk' ? npkField : passwordField).current?.focus();
      return;
    }
    setBusy(true);
    try {
      const answer = await signIn(npk.trim(), password);
      if ('session' in answer) onSignedIn(answer.session);
      else setNext(answer.next);
    } catch (error) {
      setProblem({ text: sayError(error).message });
      passwordField.current?.focus();
      passwordField.current?.select();
    } finally {
      setBusy(false);
    }
  };
  const back = (why?: string): void => {
    setNext(null);
    setPassword('');
    setProblem(why === undefined ? null : { text: why });
  };
  return { npk, setNpk, npkField, password, setPassword, passwordField, problem, busy, next, submit, back };
}

/** Asks who is there. `ended`: there was a session, and its drafts wait. */
export function SignIn({ ended, onSignedIn }: { ended: boolean; onSignedIn: (session: Session) => void }) {
  const t = useT();
  const { npk, setNpk, npkField, password, setPassword, passwordField, problem, busy, next, submit, back } =
    useSignIn(onSignedIn);
  const [capsLock, setCapsLock] = useState(false);
  useEffect(() => { document.title = `${t('signIn.submit')} · Sambung`; }, [t]);
  // Shown once: a page that is loaded again asks for the password.
  useEffect(() => {
    const { step, failed } = returned();
    if (step !== null || failed) window.history.replaceState(null, '', window.location.pathname);
  }, []);
  const watchCaps = (event: KeyboardEvent): void => { setCapsLock(event.getModifierState('CapsLock')); };
  if (next !== null) {
    return (
      <main className={css.page}>
        <SecondStep next={next} onSignedIn={onSignedIn} onBack={back} />
        <Languages />
      </main>
    );
  }
  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={(event) => { void submit(event); }} noValidate>
        <Logo size={40} />
        <h1 className={css.title}>{t('signIn.title')}</h1>
        {ended ? <p className={css.ended} role="status"><strong>{t('signIn.ended')}</strong> {t('signIn.endedText')}
          </p> : null}
        <TextInput ref={npkField} label={t('signIn.npk')} value={npk} inputMode="numeric" autoComplete="username"
          autoFocus data-autofocus
          error={problem?.field === 'npk' ? problem.text : undefined}
            onChange={(event) => { setNpk(event.currentTarget.value); }} maxLength={8} />
        <PasswordInput ref={passwordField} label={t('signIn.password')} value={password}
          autoComplete="current-password" onKeyUp={watchCaps}
          error={problem?.field === 'password' ? problem.text : undefined}
            description={capsLock ? t('signIn.capsLock') : undefined}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.show'), tabIndex: 0 }}
            onChange={(event) => { setPassword(event.currentTarget.value); }} />
        <div role="alert" className={css.alert}>
          {problem !== null && problem.field === undefined
            ? <p className={css.problem}><IconInfoCircle size={16} stroke={1.75} aria-hidden="true" />{problem.text}
              </p> : null}
        </div>
        <Button type="submit" fullWidth size="md" loading={busy}>{t('signIn.submit')}</Button>
        <Providers />
        <p className="meta">{t('signIn.help')}</p>
      </form>
      <Languages />
    </main>
  );
}

/** A way in for each identity provider; nothing where there is none. */
function Providers() {
  const t = useT();
  const providers = useQuery({ queryKey: ['sign-in-providers'], queryFn: fetchProviders }).data ?? [];
  if (providers.length === 0) return null;
  return (
    <>
      <p className={css.or}>{t('access.or')}</p>
      {providers.map(({ id, name }) => (
        <Button key={id} component="a" href={`/api/session/oidc/${id}/start`} variant="default" fullWidth size="md">
          {t('access.with', { name })}</Button>
      ))}
    </>
  );
}

/** What the way back from a provider left in the address: a step to take, or that it failed. */
function returned(): { step: 'totp' | 'enrol' | null; failed: boolean } {
  const query = new URLSearchParams(window.location.search);
  const step = query.get('step');
  return { step: step === 'totp' || step === 'enrol' ? step : null, failed: query.has('signIn') };
}

/** Both languages, below every card of this page. */
export function Languages() {
  const t = useT();
  const locale = useLocale();
  return (
    <div className={css.languages} role="group" aria-label={t('app.language')}>
      {(['id', 'en'] as const).map((each) => (
        <button key={each} type="button" lang={each} aria-pressed={locale === each}
          onClick={() => { void setLocale(each); }}>
          {each === 'id' ? 'Bahasa Indonesia' : 'English'}
        </button>
      ))}
    </div>
  );
}
