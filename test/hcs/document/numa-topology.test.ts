import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type NumaNode,
  type NumaOptions,
  numaTopology,
} from '../../../hcs/document/numa-topology.ts';
import { hcsThrow } from '../../harness/rejection.ts';

const VM = { processorCount: 4, memoryMiB: 4096, allowOvercommit: false };
const node = (physicalNode: NumaNode['physicalNode'], processorCount = 2, memoryMiB = 2048) => ({
  physicalNode,
  processorCount,
  memoryMiB,
});

test('nodes become settings in their order, a socket each, of physical memory', () => {
  const { numa, processors } = numaTopology(
    { kind: 'explicit', nodes: [node(3), node(1)], preferredPhysicalNodes: [3] },
    VM,
  );
  assert.is(processors, undefined);
  assert.equal(numa, {
    VirtualNodeCount: 2,
    PreferredPhysicalNodes: [3],
    Settings: [3, 1].map((physical, number) => ({
      VirtualNodeNumber: number,
      PhysicalNodeNumber: physical,
      VirtualSocketNumber: number,
      CountOfProcessors: 2,
      CountOfMemoryBlocks: 2048,
      MemoryBackingType: 'Physical',
    })),
  });
});

const REFUSED: [string, NumaOptions, RegExp][] = [
  ['a mix of numbers and any', { kind: 'explicit', nodes: [node('any'), node(0)] }, /mix/],
  ['no nodes', { kind: 'explicit', nodes: [] }, /nodes\.length 0/],
  ['65 nodes', { kind: 'explicit', nodes: Array(65).fill(node('any')) }, /nodes\.length 65/],
  ['a node 64', { kind: 'explicit', nodes: [node(64), node(0)] }, /physicalNode 64/],
  [
    'a node without memory',
    { kind: 'explicit', nodes: [node(0, 4, 0), node(1, 0, 4096)] },
    /memoryMiB 0/,
  ],
  ['too few processors', { kind: 'explicit', nodes: [node(0), node(1, 1)] }, /3 processors.*4/],
  ['too much memory', { kind: 'explicit', nodes: [node(0), node(1, 2, 2049)] }, /4097 MiB.*4096/],
  [
    'no processors a node',
    { kind: 'implicit', maxProcessorsPerNode: 0, maxMemoryPerNodeMiB: 1 },
    /maxProcessorsPerNode 0/,
  ],
  [
    'no memory a node',
    { kind: 'implicit', maxProcessorsPerNode: 1, maxMemoryPerNodeMiB: 0 },
    /maxMemoryPerNodeMiB 0/,
  ],
  [
    'a preferred node 64',
    {
      kind: 'implicit',
      maxProcessorsPerNode: 1,
      maxMemoryPerNodeMiB: 1,
      preferredPhysicalNodes: [64],
    },
    /preferredPhysicalNodes 64/,
  ],
];

for (const [what, options, words] of REFUSED) {
  test(`${what} is refused`, () => {
    const error = hcsThrow(() => numaTopology(options, VM), 'E_INVALIDARG');
    assert.match(error.message, words);
    assert.match(error.message, /numa/);
  });
}

test('memory that is overcommitted has no nodes', () => {
  const options: NumaOptions = { kind: 'explicit', nodes: [node('any', 4, 4096)] };
  numaTopology(options, VM);
  const error = hcsThrow(
    () => numaTopology(options, { ...VM, allowOvercommit: true }),
    'E_INVALIDARG',
  );
  assert.match(error.message, 'allowOvercommit false');
});

test.run();
