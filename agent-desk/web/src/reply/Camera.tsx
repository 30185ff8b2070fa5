/** A photo from this machine's camera, taken, looked at and attached; the camera is off again at once. */
import { Button, Tooltip } from '@mantine/core';
import { IconCamera } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { Modal } from '../kit/over.tsx';
import { useT } from '../kit/words.ts';
import { localNow } from '../lib/now.ts';
import { useKeys } from '../shell/useKeys.ts';
import css from './Reply.module.css';

type Trouble = 'denied' | 'none';

/** The camera's picture in `video` while the dialog is there; every track ends with it. */
function useCamera(wanted: boolean) {
  const video = useRef<HTMLVideoElement>(null);
  const [ready, setReady] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  useEffect(() => {
    if (!wanted) return undefined;
    let stream: MediaStream | undefined;
    let over = false;
    setReady(false);
    setTrouble(null);
    const ask = navigator.mediaDevices?.getUserMedia({ audio: false,
      video: { facingMode: 'environment', width: { ideal: 1_920 } } });
    if (ask === undefined) { setTrouble('none'); return undefined; }
    ask.then((given) => {
      stream = given;
      if (over || video.current === null) { for (const track of given.getTracks()) track.stop(); return; }
      video.current.srcObject = given;
      void video.current.play().then(() => { setReady(true); }, () => undefined);
    }, (error: unknown) => {
      const name = (error as DOMException).name;
      setTrouble(name === 'NotAllowedError' || name === 'SecurityError' ? 'denied' : 'none');
    });
    return () => {
      over = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, [wanted]);
  return { video, ready, trouble };
}

function photoOf(video: HTMLVideoElement): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/jpeg', 0.9); });
}

function Shooting({ onPhoto, onClose }: { onPhoto: (file: File) => void; onClose: () => void }) {
  const t = useT();
  const [shot, setShot] = useState<{ blob: Blob; url: string } | null>(null);
  const { video, ready, trouble } = useCamera(shot === null);
  const main = useRef<HTMLButtonElement>(null);
  // A button that cannot be pressed yet takes no focus: it has it as soon as there is something to press it for.
  useEffect(() => { if (ready || shot !== null) main.current?.focus(); }, [ready, shot]);
  useEffect(() => () => { if (shot !== null) URL.revokeObjectURL(shot.url); }, [shot]);
  const shoot = async (): Promise<void> => {
    const blob = video.current === null ? null : await photoOf(video.current);
    if (blob !== null) setShot({ blob, url: URL.createObjectURL(blob) });
  };
  const use = (): void => {
    if (shot === null) return;
    const stamp = new Date(localNow()).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '');
    onPhoto(new File([shot.blob], `${t('say.photoName')}-${stamp}.jpg`, { type: 'image/jpeg' }));
    onClose();
  };
  if (trouble !== null) {
    return <div role="alert"><p><strong>{t(trouble === 'denied' ? 'say.cameraDenied' : 'say.cameraNone')}</strong></p>
      <p className="muted">{t(trouble === 'denied' ? 'say.cameraDeniedHint' : 'say.cameraNoneHint')}</p></div>;
  }
  return (
    <>
      <div className={css.camera}>
        {shot === null ? <video ref={video} muted playsInline aria-label={t('say.camera')} />
          : <img src={shot.url} alt={t('say.photoName')} />}
        {shot === null && !ready ? <p className={css.cameraWait} role="status">{t('say.cameraWait')}</p> : null}
      </div>
      <div className={css.cameraActions}>
        {shot === null
          ? <Button ref={main} disabled={!ready} onClick={() => { void shoot(); }}>{t('say.shoot')}</Button>
          : <>
            <Button variant="default" onClick={() => { setShot(null); }}>{t('say.again')}</Button>
            <Button ref={main} onClick={use}>{t('say.usePhoto')}</Button>
          </>}
      </div>
    </>
  );
}

/** The button and its dialog; `refusal`: why no photo can be sent. */
export function CameraButton({ onPhoto, refusal }: { onPhoto: (file: File) => void; refusal: string | undefined }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  const close = (): void => { setOpen(false); };
  const label = [t('say.camera'), refusal].filter(Boolean).join(': ');
  const start = (): void => { if (refusal === undefined) setOpen(true); };
  useKeys({ C: refusal === undefined ? start : undefined });
  return (
    <>
      <Tooltip label={refusal === undefined ? `${label} (C)` : label}>
        <button type="button" className="iconButton" aria-label={label} aria-keyshortcuts="C"
          aria-disabled={refusal !== undefined || undefined} onClick={start}>
          <IconCamera size={18} stroke={1.75} aria-hidden="true" /></button>
      </Tooltip>
      <Modal opened={open} onClose={close} title={t('say.camera')} size="lg" centered
        closeButtonProps={{ 'aria-label': t('app.close') }}>
        {open ? <Shooting onPhoto={onPhoto} onClose={close} /> : null}
      </Modal>
    </>
  );
}
