import { Link, useRouter } from '@tanstack/react-router';
import { brandsOf, signOut, useHere } from '../api/session.ts';
import { Icon } from '../kit/Icon.tsx';
import { Kbd } from '../kit/Kbd.tsx';
import { Menu } from '../kit/Menu.tsx';
import { useReachable } from './reachable.ts';
import styles from './SideBar.module.css';
import { ThemeMenu } from './ThemeMenu.tsx';
import { useWaiting } from './waiting.ts';

const sections = [
  ['main', undefined],
  ['developers', 'Developers'],
  ['compliance', 'Compliance'],
] as const;

export interface SideBarProps {
  readonly onFind: () => void;
  readonly onKeys: () => void;
}

export function SideBar({ onFind, onKeys }: SideBarProps) {
  const { session } = useHere();
  const router = useRouter();
  const { pages } = useReachable();
  const settings = pages.find(({ section }) => section === 'foot');
  return (
    <div className={styles.bar}>
      <BrandSwitch />
      <button type="button" className={styles.find} aria-keyshortcuts="Control+K" onClick={onFind}>
        <Icon name="search" />
        <span className={styles.word}>Find or do</span>
        <Kbd>Ctrl K</Kbd>
      </button>
      <nav aria-label="Pages" className={styles.pages}>
        {sections.map(([section, title]) => (
          <Section key={section} section={section} title={title} />
        ))}
      </nav>
      <div className={styles.foot}>
        <Menu
          align="start"
          trigger={
            <button type="button" className={styles.person}>
              <span className={styles.personName}>{session.account.name}</span>
              <span className={styles.roles}>{rolesIn(useHere())}</span>
            </button>
          }
          items={[
            {
              word: 'Your account',
              icon: 'passkey',
              onChoose: () => void router.navigate({ to: '/account' }),
            },
            { word: 'All keys', icon: 'terminal', onChoose: onKeys },
            { word: 'Sign out', icon: 'signOut', onChoose: () => void signOut() },
          ]}
        />
        <ThemeMenu />
        {settings && (
          <Link to={settings.to} aria-label="Settings" title="Settings" className={styles.settings}>
            <Icon name="settings" />
          </Link>
        )}
      </div>
    </div>
  );
}

/** How many roles there are. */
const allRoles = 5;

/** The names of the roles in this brand: "Viewer, compliance". */
function rolesIn({ session, brand }: ReturnType<typeof useHere>): string {
  const roles = session.brands.find(({ bond_brand_id: id }) => id === brand.id)?.roles ?? [];
  if (roles.length === allRoles) return 'All roles';
  const words = roles.join(', ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function BrandSwitch() {
  const { session, brand } = useHere();
  const router = useRouter();
  const brands = brandsOf(session);
  const inside = (
    <>
      <span className={styles.seal} aria-hidden="true">
        {brand.name.slice(0, 1)}
      </span>
      <span className={styles.brandName}>
        <span className={styles.brandWord}>{brand.name}</span>
        <span className={session.environment === 'sandbox' ? styles.sandbox : styles.live}>
          {session.environment === 'sandbox' ? 'Sandbox' : 'Live'}
        </span>
      </span>
    </>
  );
  if (brands.length < 2) return <div className={styles.brand}>{inside}</div>;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className={styles.brand}>
          {inside}
          <Icon name="down" />
        </button>
      }
      items={brands.map(({ id, name, slug }) => ({
        word: name,
        chosen: id === brand.id,
        onChoose: () => void router.navigate({ to: `/${slug}` }),
      }))}
    />
  );
}

function Section({ section, title }: { section: string; title: string | undefined }) {
  const { brand } = useHere();
  const waiting = useWaiting(brand);
  const pages = useReachable().pages.filter((page) => page.section === section);
  if (pages.length === 0) return null;
  return (
    <div>
      {title && <p className={styles.sectionTitle}>{title}</p>}
      <ul>
        {pages.map((page) => {
          const count = waiting && page.count?.(waiting);
          return (
            <li key={page.path}>
              <Link
                to={page.to}
                title={page.title}
                className={styles.page}
                activeProps={{ className: styles.here }}
              >
                <Icon name={page.icon} />
                <span className={styles.word}>{page.title}</span>
                {Boolean(count) && (
                  <span className={styles.count}>
                    {count}
                    <span className={styles.hidden}> waiting</span>
                  </span>
                )}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
