/** `lcow metrics`: the numbers of this host, once, as Prometheus' text. */
import { Lcow } from '../../lcow.ts';
import { exposition } from '../../telemetry/exposition.ts';
import { familiesOf } from '../../telemetry/families.ts';

export async function run(): Promise<number> {
  process.stdout.write(exposition(familiesOf(await Lcow.open().metrics())));
  return 0;
}
