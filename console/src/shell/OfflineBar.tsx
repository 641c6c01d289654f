import { isOffline } from '../api/client.ts';
import { useStore } from '../api/store.ts';
import styles from './OfflineBar.module.css';

window.addEventListener('offline', () => isOffline.set(true));
window.addEventListener('online', () => isOffline.set(false));

export function OfflineBar() {
  if (!useStore(isOffline)) return null;
  return (
    <div role="status" className={styles.bar}>
      The server cannot be reached. What you see may be old; nothing is saved until it is back.
    </div>
  );
}
