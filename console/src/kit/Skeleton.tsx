import styles from './Skeleton.module.css';

/** A grey bar where a text will be; `width` in rem. */
export function SkeletonBar({ width }: { readonly width: number }) {
  return <span className={styles.bar} style={{ inlineSize: `${width}rem` }} />;
}

/** Lines of text that are on their way. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }) {
  return (
    <div aria-hidden="true" className={styles.lines}>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike.
        <SkeletonBar key={at} width={12 + ((at * 5) % 9)} />
      ))}
    </div>
  );
}
