/** The page of a link: whose it is, the new password twice, then the second step or the desk; or why it is void. */
import { Button, PasswordInput, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { ApiError } from '../api/client.ts';
import { ErrorState } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { Logo } from '../shell/Logo.tsx';
import { Problem } from './CodeForm.tsx';
import { sayPasswordError } from './new-password.ts';
import { SecondStep } from './SecondStep.tsx';
import { join, lookAtLink, type JoinLook } from './session.ts';
import { Languages } from './SignIn.tsx';
import css from './SignIn.module.css';

/** The address of this page; the secret stands behind its `#`. */
export const joinPath = '/join';

/** The secret of the address; another link pasted into the same tab counts, the cleared address of a used one not. */
function useToken(): string {
  const [token, setToken] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    const change = (): void => { setToken(window.location.hash.slice(1)); };
    window.addEventListener('hashchange', change);
    return () => { window.removeEventListener('hashchange', change); };
  }, []);
  return token;
}

/** Out of this page with everything fresh: another user may have been signed in here before. */
function leave(): void {
  window.location.replace('/');
}

const faults = ['UNKNOWN', 'USED', 'EXPIRED', 'REPLACED'] as const;

function Void({ reason }: { reason: unknown }) {
  const t = useT();
  const fault = faults.find((each) => each === reason) ?? 'UNKNOWN';
  return (
    <>
      <h1 className={css.title}>{t(`join.fault.${fault}`)}</h1>
      <p>{t(`join.faultText.${fault}`)}</p>
      <Button variant="default" size="md" fullWidth onClick={leave}>{t('join.toSignIn')}</Button>
    </>
  );
}

/** Two fields that must agree; what is wrong with them is said where it is. */
function Fields({ look, onPassword }: { look: JoinLook; onPassword: (password: string) => Promise<void> }) {
  const t = useT();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [problem, setProblem] = useState<{ field?: 'password' | 'again'; text: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const fields = { password: useRef<HTMLInputElement>(null), again: useRef<HTMLInputElement>(null) };
  const refuse = (field: 'password' | 'again', text: string): void => {
    setProblem({ field, text });
    fields[field].current?.focus();
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (password.length < look.passwordCharsMin) { refuse('password', t('join.rule.PASSWORD_TOO_SHORT')); return; }
    if (password !== again) { refuse('again', t('join.differ')); return; }
    setBusy(true);
    setProblem(null);
    try {
      await onPassword(password);
    } catch (error) {
      const broken = error instanceof ApiError && error.code === 'VALIDATION_FAILED';
      setProblem({ ...(broken ? { field: 'password' } : {}), text: sayPasswordError(t, error) });
      setBusy(false);
    }
  };
  const eye = { 'aria-label': t('signIn.show'), tabIndex: 0 };
  const errorOf = (field: 'password' | 'again') => (problem?.field === field ? problem.text : undefined);
  return (
    <form className={css.code} noValidate onSubmit={(event) => { void submit(event); }}>
      <input type="text" autoComplete="username" value={look.npk} readOnly hidden />
      <PasswordInput ref={fields.password} label={t('join.password')} description={t('join.hint')} value={password}
        autoFocus data-autofocus autoComplete="new-password" maxLength={128} error={errorOf('password')}
        disabled={busy} visibilityToggleButtonProps={eye}
        onChange={(event) => { setPassword(event.currentTarget.value); }} />
      <PasswordInput ref={fields.again} label={t('join.again')} value={again} autoComplete="new-password"
        maxLength={128} error={errorOf('again')} disabled={busy} visibilityToggleButtonProps={eye}
        onChange={(event) => { setAgain(event.currentTarget.value); }} />
      <Problem text={problem !== null && problem.field === undefined ? problem.text : null} />
      <Button type="submit" fullWidth size="md" loading={busy}>{t(look.next === null ? 'join.enter' : 'join.goOn')}
      </Button>
      {look.next === null ? null : <p className="meta">{t(`join.then.${look.next}`)}</p>}
    </form>
  );
}

function Card({ children }: { children: ReactNode }) {
  return <section className={css.card}><Logo size={40} />{children}</section>;
}

/** The page; outside the sign-in gate, for nobody is signed in yet. */
export function Join() {
  const t = useT();
  const token = useToken();
  const [next, setNext] = useState<'totp' | 'enrol' | null>(null);
  const [late, setLate] = useState<unknown>();
  useEffect(() => { document.title = `${t('join.title')} · Sambung`; }, [t]);
  useEffect(() => { setLate(undefined); setNext(null); }, [token]);
  const query = useQuery({ queryKey: ['join', token], queryFn: () => lookAtLink(token), retry: false, gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false });
  const failed = late ?? query.error;
  const set = async (password: string): Promise<void> => {
    try {
      const after = await join(token, password);
      // The link is used up: neither the address bar nor the history keeps it.
      window.history.replaceState(null, '', joinPath);
      if (after === null) leave();
      else setNext(after);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'LINK_INVALID') setLate(error);
      throw error;
    }
  };
  if (next !== null) {
    return <main className={css.page}><SecondStep next={next} onSignedIn={leave} onBack={leave} /><Languages /></main>;
  }
  const { data } = query;
  return (
    <main className={css.page}>
      <Card>
        {failed instanceof ApiError && failed.code === 'LINK_INVALID' ? <Void reason={failed.details?.['reason']} />
          : failed !== null && failed !== undefined
            ? <ErrorState error={failed} onRetry={() => { void query.refetch(); }} />
          : data === undefined ? <><Skeleton height={28} /><Skeleton height={60} /><Skeleton height={60} /></> : (
            <>
              <h1 className={css.title}>{t(`join.head.${data.kind}`, { name: data.name })}</h1>
              <p className="muted">{t('join.who', { npk: data.npk })}</p>
              <Fields key={token} look={data} onPassword={set} />
            </>
          )}
      </Card>
      <Languages />
    </main>
  );
}
