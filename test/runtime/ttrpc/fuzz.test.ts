/** A short run of the fuzz target; for a long one see fuzz.ts. */
import { test } from 'uvu';
import { fuzzRound } from './fuzz.ts';

test('500 rounds of spoilt frames leave server and client whole', async () => {
  for (let seed = 0; seed < 500; seed += 1) await fuzzRound(seed);
});

test.run();
