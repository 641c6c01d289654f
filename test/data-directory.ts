import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';

/** Copies PostgreSQL's files with their owner, which as root is another user, and the secret of its passwords. */
export function copyCluster(from: string, to: string): void {
  execFileSync('cp', ['-a', join(from, 'postgres'), join(from, 'database.secret'), to]);
}

/**
 * Makes an empty folder a data directory as a first start leaves it, without a table. To create a cluster takes
 * seconds of a loaded machine, and to copy one a moment.
 */
export function asAfterFirstStart(folder: string): string {
  copyCluster(inject('firstStart'), folder);
  return folder;
}
