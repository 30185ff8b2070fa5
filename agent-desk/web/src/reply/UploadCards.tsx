/** The files under the text that will go with it: name, size, how far, and the way to take each out again. */
import { IconFile, IconRefresh, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLocale, useT } from '../kit/words.ts';
import { fileSize } from '../lib/time.ts';
import css from './Reply.module.css';
import type { Upload } from './uploads.ts';

function Preview({ file }: { file: File }) {
  const [src, setSrc] = useState<string | null>(null);
  useEffect(() => {
    if (file.size === 0 || !/^image\/(png|jpeg|webp|gif)$/.test(file.type)) return undefined;
    const url = URL.createObjectURL(file);
    setSrc(url);
    return () => { URL.revokeObjectURL(url); };
  }, [file]);
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
        const running = upload.done === undefined && upload.problem === undefined;
        const state = upload.problem
          ?? (running ? t('reply.uploading', { percent: Math.round(upload.part * 100) }) : t('reply.uploaded'));
        return (
          <li key={upload.key} className={css.upload} data-bad={upload.problem === undefined ? undefined : true}>
            <Preview file={upload.file} />
            <span className="grow">
              <span className={`ellipsis ${css.uploadName}`} title={upload.file.name}><bdi>{upload.file.name}</bdi>
                </span>
              <span className={`ellipsis ${css.uploadState}`} role="status" title={state}>
                {fileSize(upload.done?.sizeBytes ?? upload.file.size, locale)} · {state}</span>
              {running ? <progress className={css.progress} max={1} value={upload.part}
                aria-label={upload.file.name} /> : null}
            </span>
            {upload.problem === undefined ? null
              : <button type="button" className="iconButton" aria-label={t('reply.retryFile')}
                onClick={() => { onAgain(upload.key); }}><IconRefresh size={16} stroke={1.75} /></button>}
            <button type="button" className="iconButton"
              aria-label={t(running ? 'reply.cancelFile' : 'reply.removeFile', { name: upload.file.name })}
              onClick={() => { onRemove(upload.key); }}>
              <IconX size={16} stroke={1.75} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
