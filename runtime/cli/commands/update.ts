/** `lcow update`: changes containers' limits and restart policy, while they run too. */
import { RuntimeError } from '../../errors.ts';
import { Lcow } from '../../lcow.ts';
import type { UpdateRequest } from '../../lcow/container-handle.ts';
import type { CommandInput, OptionValues } from '../command.ts';
import { eachOperand } from '../each-operand.ts';
import { parseRestartPolicy } from '../restart-policy-option.ts';
import { parseCpus, parseInteger, parseSize } from '../size.ts';

export async function run({ options, operands }: CommandInput): Promise<number> {
  const request = readRequest(options);
  const lcow = Lcow.open();
  return eachOperand(operands, async (reference) => {
    await using container = lcow.container(reference);
    await container.update(request);
    process.stdout.write(`${reference}\n`);
  });
}

function readRequest(options: OptionValues): UpdateRequest {
  const [memory, cpus] = [options.text('memory'), options.text('cpus')];
  const [pids, shares] = [options.text('pids-limit'), options.text('cpu-shares')];
  const restart = options.text('restart');
  const request: UpdateRequest = {
    ...(memory === undefined ? {} : { memoryBytes: parseSize('--memory', memory) }),
    ...(cpus === undefined ? {} : { cpus: parseCpus('--cpus', cpus) }),
    ...(pids === undefined ? {} : { pidsLimit: parseInteger('--pids-limit', pids, -1, 2 ** 22) }),
    ...(shares === undefined
      ? {}
      : { cpuShares: parseInteger('--cpu-shares', shares, 2, 262_144) }),
    ...(restart === undefined ? {} : { restart: parseRestartPolicy(restart) }),
  };
  if (Object.keys(request).length > 0) return request;
  const what = 'nothing to change was given; see --help';
  throw new RuntimeError('invalid-argument', 'run "lcow update"', what);
}
