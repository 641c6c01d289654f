// Starts a server as on a system without setpriv, reports its pid, and ends without stopping it. Its argument is
// the data directory.

import { findDataLayout } from '../../../src/store/embedded/data-layout.ts';
import { prepareLaunch } from '../../../src/store/embedded/launch-plan.ts';
import { acquireLock } from '../../../src/store/embedded/owner.ts';
import { answeringSocket, startPostmaster } from '../../../src/store/embedded/postmaster.ts';
import { findRights } from '../../../src/store/embedded/privileges.ts';

const place = await findDataLayout(process.argv[2] ?? '', true);
if (!place) throw new Error('there is no data directory');
await acquireLock(place.owners, 'serve', async () => (await answeringSocket(place)) !== undefined);
const recipe = await prepareLaunch(place, {}, () => {});
const rights = await findRights([]);
const postmaster = await startPostmaster({ ...recipe, launcher: { ...recipe.launcher, rights } });
process.stdout.write(`${postmaster.pid}\n`, () => process.kill(process.pid, 'SIGKILL'));
