import styles from './Page.module.css';
import { Card } from './Page.tsx';
import { Skeleton, SkeletonBar } from './Skeleton.tsx';

/** A page on its way. */
export function SkeletonPage() {
  return (
    <div className={styles.page} role="status" aria-label="Loading" aria-busy="true">
      <div className={styles.title}>
        <SkeletonBar width={8} />
      </div>
      <Card>
        <Skeleton lines={8} />
      </Card>
    </div>
  );
}
