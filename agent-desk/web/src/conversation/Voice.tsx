/**
 * A voice message: play and pause, where in it, how fast. Its bytes come when it is first seen, those of
 * a long one when it is first played.
 */
import { IconDownload, IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { useContext, useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import { useT } from '../kit/words.ts';
import type { AttachmentView } from '../live/types.ts';
import css from './Attachments.module.css';
import { fileHref, useBlobUrl, voiceAheadBytes } from './files.ts';
import { SettledContext } from './thread-context.ts';

const speeds = [1, 1.5, 2] as const;

/** One voice sounds at a time on this screen. */
let sounding: HTMLAudioElement | undefined;

/** "0.23": minutes and seconds as the desk writes times. */
function spanOf(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}.${String(whole % 60).padStart(2, '0')}`;
}

/** True from the moment at which the element comes into sight. */
function useSeen(of: RefObject<HTMLElement | null>, wanted: boolean): boolean {
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (of.current === null || !wanted || seen) return undefined;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(of.current);
    return () => { observer.disconnect(); };
  }, [of, wanted, seen]);
  return seen;
}

function usePlayer(file: AttachmentView) {
  const audio = useRef<HTMLAudioElement>(null);
  const root = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  const [tries, setTries] = useState(0);
  const settled = useContext(SettledContext);
  const seen = useSeen(root, settled && file.sizeBytes <= voiceAheadBytes);
  const { url, failed } = useBlobUrl(file, seen || asked, tries);
  const [broken, setBroken] = useState(false);
  const [playing, setPlaying] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState<(typeof speeds)[number]>(1);
  const play = (): void => {
    const element = audio.current;
    if (element === null) return;
    if (sounding !== element) sounding?.pause();
    sounding = element;
    element.playbackRate = speed;
    element.play().catch(() => { setBroken(true); });
  };
  // A click that came before the bytes is heard when they are here.
  const arrived = useEffectEvent(() => { if (asked) play(); });
  useEffect(() => { if (url !== undefined) arrived(); }, [url]);
  useEffect(() => { if (audio.current !== null) audio.current.playbackRate = speed; }, [speed]);
  const toggle = (): void => {
    if (failed) setTries(tries + 1);
    if (url === undefined) setAsked(true);
    else if (playing) audio.current?.pause();
    else play();
  };
  const seek = (to: number): void => {
    setAt(to);
    if (audio.current !== null) audio.current.currentTime = to;
  };
  const element = (
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- a voice message that a customer sent has no captions
    <audio ref={audio} src={url} preload="metadata" hidden onError={() => { if (url !== undefined) setBroken(true); }}
      onPlay={() => { setPlaying(true); }} onPause={() => { setPlaying(false); }}
      onEnded={() => { setPlaying(false); setAt(0); }}
      onTimeUpdate={(event) => { setAt(event.currentTarget.currentTime); }}
      onDurationChange={(event) => { setLength(event.currentTarget.duration); }} />
  );
  const loading = asked && url === undefined && !failed;
  // What could not be fetched ahead is no news to somebody who did not ask to hear it.
  return { element, root, broken, failed: broken || (failed && asked), loading, playing, at, length, speed, toggle,
    seek,
    faster: () => { setSpeed(speeds[(speeds.indexOf(speed) + 1) % speeds.length] ?? 1); } };
}

/** The player, of the same width as a file's card; what cannot be played can be downloaded. */
export function Voice({ file }: { file: AttachmentView }) {
  const t = useT();
  const player = usePlayer(file);
  const max = Number.isFinite(player.length) && player.length > 0 ? player.length : 0;
  const label = t(player.playing ? 'say.pause' : 'say.play');
  return (
    <div ref={player.root} className={css.voice} role="group" aria-label={t('say.voice')}>
      {player.element}
      <button type="button" className={css.play} onClick={player.toggle} aria-label={label} title={label}
        disabled={player.broken} aria-busy={player.loading}>
        {player.playing ? <IconPlayerPauseFilled size={16} aria-hidden="true" />
          : <IconPlayerPlayFilled size={16} aria-hidden="true" />}
      </button>
      {player.failed
        ? <span className={`grow ${css.fileKind}`} role="status">{t('say.playFailed')}. {t('say.playFailedHint')}</span>
        : <input type="range" className={css.seek} min={0} max={max} step={0.1} value={Math.min(player.at, max)}
          disabled={max === 0} aria-label={t('say.position')} aria-valuetext={spanOf(player.at)}
          onChange={(event) => { player.seek(Number(event.currentTarget.value)); }} />}
      <span className={`num ${css.span}`}>
        {player.loading ? '…' : player.at > 0 ? spanOf(player.at) : max === 0 ? '–' : spanOf(max)}</span>
      <button type="button" className={css.speed} onClick={player.faster}
        aria-label={`${t('say.speed')} ${player.speed}×`} title={t('say.speed')}>{player.speed}×</button>
      <a className="iconButton" href={fileHref(file.fileId)} download={file.fileName} aria-label={t('talk.download')}
        title={t('talk.download')}><IconDownload size={16} stroke={1.75} aria-hidden="true" /></a>
    </div>
  );
}
