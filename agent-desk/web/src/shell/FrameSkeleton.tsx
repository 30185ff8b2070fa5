/** The frame of the desk while it is asked who is there: quiet, and everything stands where it will stand. */
import { ListSkeleton } from '../inbox/EmptyList.tsx';
import inbox from '../inbox/Inbox.module.css';
import { SkeletonRows } from '../kit/states.tsx';
import { Logo } from './Logo.tsx';
import css from './Shell.module.css';

/** Nothing in it acts. */
export function FrameSkeleton() {
  const withList = !/^\/(?:admin|search|gallery)/.test(window.location.pathname);
  return (
    <div className={css.shell} aria-busy="true">
      <div className={css.rail}><span className={css.mark}><Logo /></span></div>
      <div className={css.top}><span className={css.brand}>Sambung</span></div>
      <div className={css.content}>
        {withList
          ? <div className={inbox.panes} data-side="closed">
            <div className={`${inbox.pane} ${inbox.list}`}><div className={inbox.head} /><ListSkeleton /></div>
            <div className={inbox.middle} /></div>
          : <SkeletonRows rows={10} />}
      </div>
    </div>
  );
}
