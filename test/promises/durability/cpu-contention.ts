/**
 * How much longer than its computing time something takes here at the moment, 1 on an idle machine: by this much
 * a bound in milliseconds is stretched where other programs have the processors too.
 */
export function cpuContention(): number {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  let used = 0;
  while (used < 40) {
    const { user, system } = process.cpuUsage(cpu);
    used = (user + system) / 1_000;
  }
  return Math.max(1, (performance.now() - wall) / used);
}

/** Waits until something holds; fails after a minute. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const until = performance.now() + 60_000; !(await holds()); ) {
    if (performance.now() > until) throw new Error(`Not so within a minute: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
