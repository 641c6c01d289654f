import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useHere } from '../api/session.ts';
import { Answer } from '../kit/Answer.tsx';
import { IconButton } from '../kit/Button.tsx';
import { Empty } from '../kit/Empty.tsx';
import { useKeys } from '../kit/keys.ts';
import { Skeleton } from '../kit/Skeleton.tsx';
import type { OpenedFile } from './queries.ts';
import { fileQuery } from './queries.ts';
import styles from './Viewer.module.css';

export interface ViewerProps {
  readonly review: string;
  readonly document: string;
  readonly title: string;
}

/** One file, as it came. Fetching it is written down. */
export function Viewer({ review, document, title }: ViewerProps) {
  const { brand } = useHere();
  return (
    <Answer query={useQuery(fileQuery(brand, review, document))} skeleton={<Skeleton lines={6} />}>
      {(file) => <Shown file={file} title={title} />}
    </Answer>
  );
}

/** The address of a file in this window, until the component goes. */
function useAddress(blob: Blob): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return address;
}

function Shown({ file, title }: { readonly file: OpenedFile; readonly title: string }) {
  const address = useAddress(file.blob);
  if (!address) return null;
  if (file.type === 'application/pdf') return <iframe src={address} title={title} className={styles.page} />;
  if (file.type === 'image/heic')
    return (
      <Empty title="Browsers do not show HEIC.">
        <p>
          <a href={address} download={file.name} className={styles.link}>
            Download {title}
          </a>
        </p>
      </Empty>
    );
  return <Picture address={address} name={file.name} title={title} />;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const steps = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4];

function Picture({
  address,
  name,
  title,
}: {
  readonly address: string;
  readonly name: string;
  readonly title: string;
}) {
  const frame = useRef<HTMLElement>(null);
  const room = useWidth(frame);
  const [natural, setNatural] = useState<Size>();
  /** `undefined` fits the width. */
  const [zoom, setZoom] = useState<number>();
  const [turns, setTurns] = useState(0);
  const isOnItsSide = turns % 2 === 1;
  const fitting = natural ? Math.min(1, room / (isOnItsSide ? natural.height : natural.width)) : 1;
  const scale = zoom ?? fitting;
  const closer = () => setZoom(steps.find((step) => step > scale + 0.01) ?? scale);
  const further = () => setZoom(steps.findLast((step) => step < scale - 0.01) ?? scale);
  const turn = () => setTurns((before) => (before + 1) % 4);
  useKeys({ '+': closer, '=': closer, '-': further, '0': () => setZoom(undefined), t: turn });
  const size = natural && { width: natural.width * scale, height: natural.height * scale };
  return (
    <div className={styles.viewer}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys. */}
      <section ref={frame} tabIndex={0} aria-label={title} className={styles.frame}>
        <div
          className={styles.box}
          style={size && (isOnItsSide ? { width: size.height, height: size.width } : size)}
        >
          <img
            src={address}
            alt={title}
            className={styles.image}
            style={{ ...size, rotate: `${turns * 90}deg` }}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
              setNatural({ width, height })
            }
          />
        </div>
      </section>
      <div role="toolbar" aria-label="Document" className={styles.tools}>
        <IconButton icon="zoomOut" label="Smaller (-)" onClick={further} />
        <button
          type="button"
          className={styles.scale}
          title="Fit to width (0)"
          onClick={() => setZoom(undefined)}
        >
          {Math.round(scale * 100)} %
        </button>
        <IconButton icon="zoomIn" label="Larger (+)" onClick={closer} />
        <IconButton icon="rotate" label="Turn (T)" onClick={turn} />
        <a href={address} download={name} aria-label="Download" title="Download" className={styles.link}>
          Download
        </a>
      </div>
    </div>
  );
}

/** The width of an element, without its padding, also after the window changed. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    if (!element.current) return undefined;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
