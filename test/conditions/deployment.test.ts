import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { settings } from '../../src/settings.ts';
import { cleanUp, repository, temporaryFolder } from '../installation/cli/program.ts';

// The files of examples/deployment, by the tools that read them. nginx and HAProxy are in rolling-restart.test.ts.

afterAll(cleanUp);

const folder = join(repository, 'examples/deployment');
const isHere = (program: string, ...args: readonly string[]) => spawnSync(program, args).status === 0;

describe.skipIf(!isHere('systemd-analyze', '--version'))('the units of systemd', () => {
  const rated = (file: string) =>
    spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=30', file], {
      encoding: 'utf8',
    });

  test.each(['clientele.service', 'clientele-embedded.service'])(
    '%s is exposed by less than 3 of 10',
    (name) => {
      const { status, stdout } = rated(join(folder, name));
      expect([status, stdout]).toEqual([0, expect.stringContaining('Overall exposure level')]);
    },
  );

  test('without hardening would be exposed by more', async () => {
    const open = join(await temporaryFolder(), 'open.service');
    await writeFile(open, '[Service]\nExecStart=/usr/bin/node bin/clientele.js serve\n');
    expect(rated(open).status).not.toBe(0);
  });
});

describe.skipIf(!isHere('kubectl', 'version', '--client'))('the manifests of Kubernetes', () => {
  test('are put together, and every container is closed', () => {
    const text = execFileSync('kubectl', ['kustomize', join(folder, 'kubernetes')], { encoding: 'utf8' });
    const deployments = text.split(/^---$/m).filter((one) => /^kind: Deployment$/m.test(one));
    expect(deployments).toHaveLength(2);
    for (const one of deployments)
      for (const line of [
        'runAsNonRoot: true',
        'readOnlyRootFilesystem: true',
        'allowPrivilegeEscalation: false',
        'terminationGracePeriodSeconds: 60',
        'enableServiceLinks: false',
      ])
        expect(one).toContain(line);
  });
});

test('every setting in these files is one', () => {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const names = files.flatMap(({ parentPath, name }) =>
    [...readFileSync(join(parentPath, name), 'utf8').matchAll(/\bCLIENTELE_[A-Z_]+\b/g)].map(
      ([found]) => found,
    ),
  );
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !(name in settings.properties))).toEqual([]);
});
