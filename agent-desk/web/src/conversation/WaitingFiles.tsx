/** Files of a message that are not here: on their way from the provider, not to be had, or kept no longer, and why. */
import { IconFileAlert, IconFileDownload, IconFileOff } from '@tabler/icons-react';
import { useLocale, useT } from '../kit/words.ts';
import { fileSize } from '../lib/time.ts';
import type { MessageView } from '../live/types.ts';
import css from './Attachments.module.css';

type Waiting = NonNullable<MessageView['waitingFiles']>[number];

/** Reasons that have words of their own; all others are told as one. */
const TOLD = { FILE_TOO_LARGE: 'talk.fileLost.FILE_TOO_LARGE', FILE_TYPE_REFUSED: 'talk.fileLost.FILE_TYPE_REFUSED',
  FILE_GONE: 'talk.fileLost.FILE_GONE', RETENTION: 'talk.fileLost.RETENTION' } as const;

function lossOf(reasonCode: string): (typeof TOLD)[keyof typeof TOLD] | 'talk.fileLost.OTHER' {
  return reasonCode in TOLD ? TOLD[reasonCode as keyof typeof TOLD] : 'talk.fileLost.OTHER';
}

function WaitingFile({ file }: { file: Waiting }) {
  const t = useT();
  const locale = useLocale();
  const { reasonCode } = file;
  // That its time was over is no failure.
  const isExpected = reasonCode === null || reasonCode === 'RETENTION';
  const Icon = reasonCode === null ? IconFileDownload : isExpected ? IconFileOff : IconFileAlert;
  const state = t(reasonCode === null ? 'talk.fileComing' : lossOf(reasonCode));
  return (
    <div className={css.file} title={file.fileName}>
      <span className={css.fileIcon}><Icon size={22} stroke={1.5} aria-hidden="true" /></span>
      <span className="grow">
        <span className={`ellipsis ${css.fileName}`}><bdi>{file.fileName}</bdi></span>
        <span className={`${css.fileKind ?? ''} ${isExpected ? '' : 'bad'}`}>
          {[state, file.sizeBytes === null ? '' : fileSize(file.sizeBytes, locale)].filter(Boolean).join(' · ')}
        </span>
      </span>
    </div>
  );
}

/** A card a file, of the size its file will have, so that nothing jumps when it comes. */
export function WaitingFiles({ files }: { files: readonly Waiting[] }) {
  return <>{files.map((file, at) => <WaitingFile key={`${at} ${file.fileName}`} file={file} />)}</>;
}
