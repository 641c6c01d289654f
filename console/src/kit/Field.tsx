import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { useId } from 'react';
import { classes } from './classes.ts';
import styles from './Field.module.css';
import { Icon } from './Icon.tsx';

interface Told {
  readonly label: string;
  /** A line below the field. */
  readonly hint?: ReactNode;
  /** What the API says about what was typed. */
  readonly error?: string;
  /** The label is for screen readers only. */
  readonly hideLabel?: boolean;
}

interface Described {
  readonly id: string;
  readonly 'aria-invalid'?: true;
  readonly 'aria-describedby'?: string;
}

interface FrameProps extends Told {
  readonly children: (described: Described) => ReactNode;
}

function Frame({ label, hint, error, hideLabel = false, children }: FrameProps) {
  const id = useId();
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? styles.hidden : styles.label}>
        {label}
      </label>
      {children({
        id,
        ...(error && { 'aria-invalid': true }),
        ...(told && { 'aria-describedby': told }),
      })}
      {error && (
        <p id={`${id}-error`} className={styles.error}>
          <Icon name="alert" size={14} />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

export interface FieldProps extends Told, Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id'> {}

/** One line of text with its label. `name` is the path that the API uses for the value. */
export function Field({ label, hint, error, hideLabel, ...input }: FieldProps) {
  return (
    <Frame label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(described) => <input autoComplete="off" {...input} {...described} className={styles.input} />}
    </Frame>
  );
}

export interface TextAreaProps
  extends Told,
    Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'className' | 'id'> {}

export function TextArea({ label, hint, error, hideLabel, ...area }: TextAreaProps) {
  return (
    <Frame label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(described) => (
        <textarea rows={3} {...area} {...described} className={classes(styles.input, styles.area)} />
      )}
    </Frame>
  );
}

export interface SelectProps
  extends Told,
    Omit<SelectHTMLAttributes<HTMLSelectElement>, 'className' | 'id' | 'children'> {
  /** Value and word of each choice. */
  readonly choices: readonly (readonly [value: string, word: string])[];
}

export function Select({ label, hint, error, hideLabel, choices, ...select }: SelectProps) {
  return (
    <Frame label={label} hint={hint} error={error} hideLabel={hideLabel}>
      {(described) => (
        <span className={styles.select}>
          <select {...select} {...described} className={styles.input}>
            {choices.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
          <Icon name="down" />
        </span>
      )}
    </Frame>
  );
}

export interface CheckboxProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, 'className' | 'id' | 'type'> {
  readonly label: ReactNode;
}

export function Checkbox({ label, ...input }: CheckboxProps) {
  return (
    <label className={styles.check}>
      <input {...input} type="checkbox" />
      <span>{label}</span>
    </label>
  );
}

/** The sentence of an answer that belongs to no field. */
export function FormError({ children }: { readonly children: ReactNode }) {
  return (
    <p role="alert" className={styles.refused}>
      <Icon name="alert" />
      <span>{children}</span>
    </p>
  );
}
