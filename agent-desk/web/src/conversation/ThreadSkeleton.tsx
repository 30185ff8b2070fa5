/** The shape of a conversation while it loads. */
import { useT } from '../kit/words.ts';
import css from './Conversation.module.css';

const shapes: [string, number, boolean][] =
  [['46%', 40, false], ['58%', 60, true], ['38%', 76, false], ['50%', 40, true]];

/** `body`: only the messages; the head is there already. */
export function ThreadSkeleton({ body = false }: { body?: boolean }) {
  const t = useT();
  return (
    <div className={css.skeleton} role="status" aria-label={t('app.loading')}>
      {body ? null : <div className={css.head}><span className="skeleton" style={{ height: 14, width: 180 }} /></div>}
      <div className={css.skeletonBody}>
        {shapes.map(([width, height, own], index) => (
          <span key={index} className="skeleton"
            style={{ alignSelf: own ? 'flex-end' : 'flex-start', borderRadius: 12, height, width }} />
        ))}
      </div>
    </div>
  );
}
