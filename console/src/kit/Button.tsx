import { Link } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import styles from './Button.module.css';
import { classes } from './classes.ts';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';
import { Kbd } from './Kbd.tsx';

type Look = 'main' | 'plain' | 'danger' | 'quiet';

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  readonly look?: Look;
  readonly icon?: IconName;
  /** The key that does the same, shown beside the word. */
  readonly shortcut?: string;
  /** What the button started is still running. */
  readonly busy?: boolean;
  readonly wide?: boolean;
  readonly small?: boolean;
}

/** A verb. `main` is what the page is for; there is one of it. */
export function Button({
  look = 'plain',
  icon,
  shortcut,
  busy = false,
  wide = false,
  small = false,
  type = 'button',
  disabled,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={classes(styles.button, styles[look], wide && styles.wide, small && styles.small)}
    >
      {icon && <Icon name={icon} />}
      {children}
      {shortcut && <Kbd>{shortcut}</Kbd>}
    </button>
  );
}

export interface LinkButtonProps {
  readonly to: string;
  readonly look?: Look;
  readonly icon?: IconName;
  readonly small?: boolean;
  readonly children: ReactNode;
}

/** Looks like a button and goes to a page. */
export function LinkButton({ to, look = 'plain', icon, small = false, children }: LinkButtonProps) {
  return (
    <Link to={to} className={classes(styles.button, styles[look], small && styles.small)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className'> {
  readonly icon: IconName;
  /** The name for those who do not see the picture, and the tip for those who do. */
  readonly label: string;
}

export function IconButton({ icon, label, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button {...rest} type={type} aria-label={label} title={label} className={styles.icon}>
      <Icon name={icon} />
    </button>
  );
}
