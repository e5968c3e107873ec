/** Checks of a Windows host: what the compute service needs of it (hcs/windows/host-needs.ts), asked and told. */
import { messageOf } from '../errors.ts';
import { type Check, check } from './check.ts';

/** Every check of a Windows host but those that all hosts share. */
export async function windowsChecks(): Promise<Check[]> {
  try {
    const { gatherHostFacts, hostNeeds } = await import('../../hcs/windows/host-needs.ts');
    return hostNeeds(gatherHostFacts()).map(({ id, title, status, found, advice }) =>
      check(id, title, status, found, advice),
    );
  } catch (error) {
    // The foreign-call library: without it nothing of Windows can be asked, nor used.
    const advice = 'run `npm install` in the folder of lcow, on this host';
    return [check('koffi', 'Foreign calls', 'wrong', messageOf(error), advice)];
  }
}
