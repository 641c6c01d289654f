import styles from './Plate.module.css';

const centres = [
  { x: 530, y: 186, step: 24.5, count: 34 },
  { x: 200, y: 568, step: 18, count: 26 },
] as const;

/** The circles of the juniper plate. */
export function Circles() {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 670 800"
      preserveAspectRatio="xMidYMid slice"
      className={styles.circles}
    >
      {centres.map(({ x, y, step, count }) =>
        Array.from({ length: count }, (_, at) => (at + 1) * step).map((radius) => (
          <circle
            key={`${x}-${radius}`}
            cx={x}
            cy={y}
            r={radius}
            opacity={0.9 - (radius / (count * step)) * 0.55}
          />
        )),
      )}
    </svg>
  );
}
