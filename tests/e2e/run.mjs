// SPDX-License-Identifier: AGPL-3.0-or-later
// Each file adds its tests; here they are run, and what they started is ended whatever happens.
import { run } from './lib/tap.mjs';
import { cleanUp } from './lib/world.mjs';

for (const name of ['demo', 'door', 'mailbox', 'twice', 'way', 'text_browser', 'access', 'proof', 'count', 'link', 'origins', 'wrong', 'kill', 'shots']) await import(`./${name}.mjs`);

let fine = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => cleanUp().then(() => process.exit(1)));
try {
    fine = await run(process.argv.slice(2));
} finally {
    await cleanUp();
}
process.exit(fine ? 0 : 1);
