/** Linking a number: the QR code or the letters, how long they hold, the steps on the phone, and the number to type. */
import { Button } from '@mantine/core';
import { useState, type KeyboardEvent } from 'react';
import { TextField } from '../../kit/index.ts';
import { Qr } from '../../session/Qr.tsx';
import { useNow } from '../../shell/useNow.ts';
import { useWords } from '../use-words.ts';
import { codeGroups, e164Of, secondsUntil, spacedNumber, type SessionCode } from './account-session-facts.ts';
import css from './account-session.module.css';

const qrSizePx = 288;

function Left({ until }: { until: string }) {
  const w = useWords();
  const left = secondsUntil(until, useNow(1_000));
  return <p className={`meta num ${css.codeFoot}`}>{left > 0 ? w('number.codeLeft', { n: left })
    : w('number.codeNext')}</p>;
}

function Steps({ kind }: { kind: SessionCode['kind'] }) {
  const w = useWords();
  const steps = kind === 'QR' ? [w('number.qrStep1'), w('number.qrStep2'), w('number.qrStep3')]
    : [w('number.codeStep1'), w('number.codeStep2'), w('number.codeStep3')];
  return <ol className={css.steps}>{steps.map((step) => <li key={step}><span>{step}</span></li>)}</ol>;
}

function Code({ code }: { code: SessionCode }) {
  const w = useWords();
  if (code.kind === 'QR') {
    return <div className={css.codeBox}><Qr text={code.value} label={w('number.qr')} size={qrSizePx} /></div>;
  }
  const groups = codeGroups(code.value);
  const letters = groups.join('').split('').join(' ');
  return (
    <p className={css.letters} role="img" aria-label={w('number.code', { letters })}>
      {groups.map((group, at) => <span key={`${at} ${group}`} aria-hidden="true">{group}</span>)}
    </p>
  );
}

/** The code of now; its room is kept while the next one is on its way, so that nothing jumps. */
export function PairingCode({ code, mayChange }: { code: SessionCode | null; mayChange: boolean }) {
  const w = useWords();
  return (
    <div className={css.pairing}>
      <div>
        {code === null ? <div className={css.codeBox} data-waits="" role="status">
          {w(mayChange ? 'number.codeNext' : 'number.codeHidden')}</div> : <Code code={code} />}
        {code === null ? null : <Left until={code.until} />}
      </div>
      <Steps kind={code?.kind ?? 'QR'} />
    </div>
  );
}

/** The number that the code will be typed on; Enter asks for the code and never saves the form around it. */
export function NumberForm({ start, busy, onNumber }: { start: string; busy: boolean;
  onNumber: (number: string) => void }) {
  const w = useWords();
  const [typed, setTyped] = useState(start);
  const [tried, setTried] = useState(false);
  const number = e164Of(typed);
  const ask = (): void => {
    setTried(true);
    if (number !== undefined && !busy) onNumber(number);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    event.stopPropagation();
    ask();
  };
  return (
    <div className={css.number}>
      <TextField label={w('number.phone')} description={w('number.phoneHint')} type="tel" value={typed} maxLength={24}
        placeholder="+62 812 3456 7890" autoFocus onChange={setTyped} onKeyDown={onKey}
        error={tried && number === undefined ? w('number.phoneWrong') : undefined} />
      <Button loading={busy} onClick={ask}>{w('number.showCode')}</Button>
      <p className="meta" role="status" style={{ flexBasis: '100%' }}>{number === undefined ? ''
        : w('number.phoneRead', { number: spacedNumber(number) })}</p>
    </div>
  );
}
