/** After the password: the code of the authenticator, or setting one up where the role requires it. */
import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { ApiError } from '../api/client.ts';
import { sayError } from '../kit/errors.ts';
import { useT } from '../kit/words.ts';
import { Logo } from '../shell/Logo.tsx';
import { CodeForm, EnrolForm, Problem, RecoveryCodes } from './CodeForm.tsx';
import { confirmEnrolment, passSecondStep, startEnrolment, type Enrolment, type Session } from './session.ts';
import css from './SignIn.module.css';

interface StepProps {
  next: 'totp' | 'enrol';
  onSignedIn: (session: Session) => void;
  /** Back to the password; `why` if the step ran out. */
  onBack: (why?: string) => void;
}

/** The card of the second step. */
export function SecondStep({ next, onSignedIn, onBack }: StepProps) {
  const t = useT();
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [entered, setEntered] = useState<{ session: Session; codes: string[] } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (next !== 'enrol') return;
    startEnrolment().then(setEnrolment, (error: unknown) => { setProblem(sayError(error).message); });
  }, [next]);
  const ranOut = (error: unknown): never => {
    if (error instanceof ApiError && error.code === 'STEP_EXPIRED') onBack(sayError(error).message);
    throw error;
  };
  const pass = async (code: string): Promise<void> => { onSignedIn(await passSecondStep(code).catch(ranOut)); };
  const confirm = async (code: string): Promise<void> => {
    setEntered(await confirmEnrolment(code).catch(ranOut));
  };
  const title = entered !== null ? 'access.codesTitle' : next === 'totp' ? 'access.codeTitle' : 'access.enrolTitle';
  const back = <Button variant="subtle" onClick={() => { onBack(); }}>{t('access.back')}</Button>;
  return (
    <section className={css.card} aria-labelledby="second-step">
      <Logo size={40} />
      <h1 className={css.title} id="second-step">{t(title)}</h1>
      {entered !== null
        ? <RecoveryCodes codes={entered.codes} onSaved={() => { onSignedIn(entered.session); }} />
        : next === 'totp' ? <CodeForm recovery onCode={pass}>{back}</CodeForm> : (
          <>
            <p>{t('access.enrolWhy')}</p>
            <Problem text={problem} />
            {enrolment === null ? back : <EnrolForm enrolment={enrolment} onCode={confirm}>{back}</EnrolForm>}
          </>
        )}
    </section>
  );
}
