/**
 * The stage that every test of the contract suite stands on: it makes systems, ends them when the test is
 * over, and then looks that nothing is left. A test that does not end is failed by its deadline.
 */
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ComputeSystem } from '../../hcs/service.ts';
import type { ServiceUnderTest, SubjectOptions } from './service-under-test.ts';

/** Generous: emulation on a loaded machine boots in seconds. */
const TEST_DEADLINE_MS = 120_000;

/** What a test has at hand. */
export interface Stage extends ServiceUnderTest {
  /** A folder that is removed with the suite. */
  folder: string;
  /** A new id. */
  newId(): string;
  /** Creates a system that ends with the test. */
  create(document?: ComputeSystemDocument, id?: string): Promise<ComputeSystem>;
}

/** Registers tests by name. */
export type Contract = (title: string, body: (stage: Stage) => Promise<void>) => void;

/** Opens the subject, registers what `register` says, and runs it. */
export function runContract(
  name: string,
  makeService: (options: SubjectOptions) => Promise<ServiceUnderTest>,
  register: (contract: Contract) => void,
): void {
  const tests = suite(name);
  let subject: ServiceUnderTest | undefined;
  let folder = '';
  tests.before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lcow-contract-'));
    subject = await makeService({ folder });
  });
  tests.after(async () => {
    await subject?.close();
    await rm(folder, { recursive: true, force: true });
  });
  register((title, body) => {
    registerTest(tests, title, async () => {
      if (subject === undefined) throw new Error('the subject did not open');
      await onStage(subject, folder, body);
    });
  });
  tests.run();
}

let counter = 0;

async function onStage(
  subject: ServiceUnderTest,
  folder: string,
  body: (stage: Stage) => Promise<void>,
): Promise<void> {
  const systems: ComputeSystem[] = [];
  const newId = (): string => `contract-${process.pid}-${(counter += 1)}@vm`;
  const create = async (document = subject.document(), id = newId()): Promise<ComputeSystem> => {
    const system = await subject.service.create(id, document);
    systems.push(system);
    return system;
  };
  try {
    await body({ ...subject, folder, newId, create });
  } finally {
    for (const system of systems) {
      // By a handle of our own: the test may have closed its own.
      const handle = await subject.service.open(system.id).catch(() => undefined);
      await handle?.terminate();
      await handle?.[Symbol.asyncDispose]();
      await system[Symbol.asyncDispose]();
    }
  }
  assert.equal(await subject.service.enumerate(), [], 'no system is left');
  assert.equal(await subject.leftovers(), [], 'nothing is left on the host');
}

function registerTest(tests: Test, title: string, body: () => Promise<void>): void {
  tests(title, async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no end within ${TEST_DEADLINE_MS} ms`));
      }, TEST_DEADLINE_MS);
    });
    try {
      await Promise.race([body(), late]);
    } finally {
      clearTimeout(timer);
    }
  });
}
