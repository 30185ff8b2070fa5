/** The files under the text that will go with it: name, size, how far, and the way to take each out again. */
import { IconFile, IconRefresh, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { fileHref, isPicture } from '../conversation/files.ts';
import { useLocale, useT } from '../kit/words.ts';
import { fileSize } from '../lib/time.ts';
import type { Upload } from '../lib/uploads.ts';
import css from './Reply.module.css';

function Preview({ upload: { file, done } }: { upload: Upload }) {
  const [src, setSrc] = useState<string | null>(null);
  useEffect(() => {
    setSrc(null);
    if (file === undefined && done !== undefined && isPicture(done)) setSrc(fileHref(done.fileId));
    if (file === undefined || !/^image\/(png|jpeg|webp|gif)$/.test(file.type)) return undefined;
    const url = URL.createObjectURL(file);
    setSrc(url);
    return () => { URL.revokeObjectURL(url); };
  }, [file, done]);
  return <span className={css.preview}>
    {src === null ? <IconFile size={18} stroke={1.5} aria-hidden="true" /> : <img src={src} alt="" />}</span>;
}

/** One card a file. */
export function UploadCards({ uploads, onRemove, onAgain }: { uploads: readonly Upload[];
  onRemove: (key: string) => void; onAgain: (key: string) => void }) {
  const t = useT();
  const locale = useLocale();
  return (
    <ul className={css.uploads}>
      {uploads.map((upload) => {
        const bad = upload.lost === true || upload.problem !== undefined;
        const running = upload.done === undefined && !bad;
        const state = upload.lost === true ? t('reply.lostFile') : upload.problem
          ?? (running ? t('reply.uploading', { percent: Math.round(upload.part * 100) }) : t('reply.uploaded'));
        return (
          <li key={upload.key} className={css.upload} data-bad={bad || undefined}>
            <Preview upload={upload} />
            <span className="grow">
              <span className={`ellipsis ${css.uploadName}`} title={upload.name}><bdi>{upload.name}</bdi>
                </span>
              <span className={`${bad ? '' : 'ellipsis '}${css.uploadState}`} role="status"
                title={bad ? undefined : state}>
                {fileSize(upload.done?.sizeBytes ?? upload.sizeBytes, locale)} · {state}</span>
              {running ? <progress className={css.progress} max={1} value={upload.part}
                aria-label={upload.name} /> : null}
            </span>
            {upload.problem === undefined || upload.lost === true || upload.final === true ? null
              : <button type="button" className="iconButton" aria-label={t('reply.retryFile')}
                title={t('reply.retryFile')}
                onClick={() => { onAgain(upload.key); }}><IconRefresh size={16} stroke={1.75} /></button>}
            <button type="button" className="iconButton"
              aria-label={t(running ? 'reply.cancelFile' : 'reply.removeFile', { name: upload.name })}
              title={t(running ? 'reply.cancelFile' : 'reply.removeFile', { name: upload.name })}
              onClick={() => { onRemove(upload.key); }}>
              <IconX size={16} stroke={1.75} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
