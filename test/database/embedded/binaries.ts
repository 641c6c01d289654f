// Makes the programs ready that a given folder's node_modules hold, and prints where they are. Its arguments are
// that folder and the folder for copies.
import { pathToFileURL } from 'node:url';
import { findBinaries, prepareBinaries } from '../../../src/store/embedded/binaries.ts';

const [folder = '', cache = ''] = process.argv.slice(2);
const found = await findBinaries(pathToFileURL(`${folder}/module.js`).href);
const { folder: prepared } = await prepareBinaries(found, cache, undefined);
process.stdout.write(prepared);
