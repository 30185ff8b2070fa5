/** The preferences of this screen: language, look, text size, keys, sounds, browser notices; each acts at once. */
import { SegmentedControl, Select, Slider, Switch, useMantineColorScheme } from '@mantine/core';
import { IconVolume } from '@tabler/icons-react';
import { useId, useState, type ReactNode } from 'react';
import { Modal } from '../kit/over.tsx';
import { codeWord, useT } from '../kit/words.ts';
import { serverNow } from '../lib/now.ts';
import { clockTime, rupiah, shortDate } from '../lib/time.ts';
import { askBrowser, browserRight } from '../notify/browser.ts';
import { playTune } from '../notify/sounds.ts';
import { useLanguage } from './language.ts';
import { soundNames, textSizes, useBrowserNotices, useDensity, useLetterKeys, useSound, useTextSize, useVolume,
  type SoundName, type TextSize } from './prefs.ts';
import css from './Preferences.module.css';

function Line({ label, text, children }: { label: string; text?: string; children: ReactNode }) {
  return (
    <div className={css.line}>
      <div className="grow"><p>{label}</p>{text === undefined ? null : <p className="meta">{text}</p>}</div>
      {children}
    </div>
  );
}

/** A choice of a few, as buttons beside each other. */
function Few<V extends string>({ label, value, options, onChange }: { label: string; value: V;
  options: readonly { value: V; label: string }[]; onChange: (value: V) => void }) {
  return (
    <Line label={label}>
      <SegmentedControl aria-label={label} size="xs" value={value} data={[...options]}
        onChange={(next) => { onChange(next as V); }} />
    </Line>
  );
}

function Look() {
  const t = useT();
  const { locale, choose } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  const [textSize, setTextSize] = useTextSize();
  const now = serverNow();
  return (
    <section>
      <Few label={t('prefs.language')} value={locale} onChange={choose}
        options={[{ value: 'id', label: t('app.indonesian') }, { value: 'en', label: t('app.english') }]} />
      <p className={`meta num ${css.example}`}>{t('prefs.examples', { date: shortDate(now, { locale }),
        time: clockTime(now, { locale }), money: rupiah(5_000_000) })}</p>
      <Few label={t('prefs.theme')} value={colorScheme} onChange={setColorScheme}
        options={[{ value: 'auto', label: t('app.themeAuto') }, { value: 'light', label: t('app.themeLight') },
          { value: 'dark', label: t('app.themeDark') }]} />
      <Few label={t('prefs.density')} value={density} onChange={setDensity}
        options={[{ value: 'roomy', label: t('prefs.roomy') }, { value: 'compact', label: t('prefs.compact') }]} />
      <Line label={t('prefs.textSize')}>
        <Select aria-label={t('prefs.textSize')} w={96} value={String(textSize)} comboboxProps={{ withinPortal: false }}
          data={textSizes.map((each) => ({ value: String(each), label: t('prefs.percent', { n: each }) }))}
          onChange={(next) => { setTextSize(Number(next) as TextSize); }} />
      </Line>
    </section>
  );
}

function Sound({ name }: { name: SoundName }) {
  const t = useT();
  const [on, set] = useSound(name);
  const label = codeWord('prefs', `sound${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return (
    <div className={css.line}>
      <Switch className="grow" size="xs" label={label} checked={on}
        onChange={(event) => { set(event.currentTarget.checked); }} />
      <button type="button" className="iconButton" title={t('prefs.listen', { name: label })}
        aria-label={t('prefs.listen', { name: label })} onClick={() => { playTune(name); }}>
        <IconVolume size={16} stroke={1.75} aria-hidden="true" />
      </button>
    </div>
  );
}

function Sounds() {
  const t = useT();
  const [volume, setVolume] = useVolume();
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{t('prefs.sounds')}</h3>
      {soundNames.map((name) => <Sound key={name} name={name} />)}
      <Line label={t('prefs.volume')}>
        <Slider className={css.slider} size="sm" min={0} max={100} step={10} value={volume} onChange={setVolume}
          thumbLabel={t('prefs.volume')} label={(value) => `${value}%`} />
      </Line>
    </section>
  );
}

function Browser() {
  const t = useT();
  const [wanted, setWanted] = useBrowserNotices();
  const [right, setRight] = useState(browserRight);
  const change = async (on: boolean): Promise<void> => {
    if (on && right !== 'granted') {
      const answer = await askBrowser();
      setRight(answer);
      if (answer !== 'granted') return;
    }
    setWanted(on);
  };
  const text = right === 'none' ? t('prefs.browserNone') : right === 'denied' ? t('prefs.browserDenied')
    : t('prefs.browserText');
  return (
    <Switch size="xs" label={t('prefs.browser')} description={text} checked={wanted && right === 'granted'}
      disabled={right === 'none' || right === 'denied'}
      onChange={(event) => { void change(event.currentTarget.checked); }} />
  );
}

/** The dialog. */
export function Preferences({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useT();
  const [letters, setLetters] = useLetterKeys();
  return (
    <Modal opened={opened} onClose={onClose} title={t('prefs.title')} size={520}
      closeButtonProps={{ 'aria-label': t('app.close') }}>
      <div className={css.prefs}>
        <Look />
        <Sounds />
        <section>
          <Browser />
          <Switch size="xs" label={t('prefs.keys')} description={t('prefs.keysText')} checked={letters}
            onChange={(event) => { setLetters(event.currentTarget.checked); }} />
        </section>
        <p className="meta">{t('prefs.device')}</p>
      </div>
    </Modal>
  );
}
