/**
 * A virtual NUMA topology as hcsshim makes it (internal/vm/vmutils/numa.go): implicit, where the host divides
 * evenly, or explicit, node by node. The public schema files do not have these fields.
 */
import { HcsError } from '../hcs-error.ts';
import type { Numa, NumaProcessors } from './compute-topology.ts';

/** Leaves the choice of the physical node to the host. */
export const ANY_PHYSICAL_NODE = 0xff;
export const NUMA_NODES_MAX = 64;

/** One virtual node; its number is its place in the list. */
export interface NumaNode {
  /** 0..63, or 'any' for all nodes of a topology. */
  physicalNode: number | 'any';
  processorCount: number;
  memoryMiB: number;
}

export type NumaOptions =
  | {
      kind: 'implicit';
      maxProcessorsPerNode: number;
      maxMemoryPerNodeMiB: number;
      /** Physical nodes; default any. */
      preferredPhysicalNodes?: readonly number[];
    }
  | { kind: 'explicit'; nodes: readonly NumaNode[]; preferredPhysicalNodes?: readonly number[] };

export interface NumaTopology {
  numa: Numa;
  processors?: NumaProcessors;
}

/** What the whole VM has. */
export interface NumaWhole {
  processorCount: number;
  memoryMiB: number;
  allowOvercommit: boolean;
}

/**
 * Makes the topology, which must add up to the VM.
 * @throws HcsError E_INVALIDARG naming the part of `numa` that is wrong
 */
export function numaTopology(options: NumaOptions, whole: NumaWhole): NumaTopology {
  if (whole.allowOvercommit) {
    refuse('needs allowOvercommit false: only physical memory has a node');
  }
  const preferred = options.preferredPhysicalNodes ?? [];
  if (preferred.length > NUMA_NODES_MAX) {
    refuse(`preferredPhysicalNodes has ${preferred.length} nodes: at most ${NUMA_NODES_MAX} exist`);
  }
  for (const node of preferred) inRange('preferredPhysicalNodes', node, 0, NUMA_NODES_MAX - 1);
  const common = preferred.length > 0 ? { PreferredPhysicalNodes: [...preferred] } : {};
  if (options.kind === 'explicit')
    return { numa: { ...explicit(options.nodes, whole), ...common } };
  const { maxMemoryPerNodeMiB, maxProcessorsPerNode } = options;
  inRange('maxProcessorsPerNode', maxProcessorsPerNode, 1, 2 ** 32 - 1);
  inRange('maxMemoryPerNodeMiB', maxMemoryPerNodeMiB, 1, Number.MAX_SAFE_INTEGER);
  return {
    numa: { MaxSizePerNode: maxMemoryPerNodeMiB, ...common },
    processors: { count_per_node: { max: maxProcessorsPerNode } },
  };
}

function explicit(nodes: readonly NumaNode[], whole: NumaWhole): Numa {
  inRange('nodes.length', nodes.length, 1, NUMA_NODES_MAX);
  const anywhere = nodes[0]?.physicalNode === 'any';
  for (const { memoryMiB, physicalNode, processorCount } of nodes) {
    if ((physicalNode === 'any') !== anywhere) refuse('nodes mix numbered nodes and "any"');
    if (physicalNode !== 'any') inRange('physicalNode', physicalNode, 0, NUMA_NODES_MAX - 1);
    inRange('processorCount', processorCount, 0, 2 ** 32 - 1);
    inRange('memoryMiB', memoryMiB, 1, Number.MAX_SAFE_INTEGER);
  }
  addsUp('processors', sum(nodes, 'processorCount'), whole.processorCount);
  addsUp('MiB of memory', sum(nodes, 'memoryMiB'), whole.memoryMiB);
  return {
    VirtualNodeCount: nodes.length,
    Settings: nodes.map(({ memoryMiB, physicalNode, processorCount }, number) => ({
      VirtualNodeNumber: number,
      PhysicalNodeNumber: physicalNode === 'any' ? ANY_PHYSICAL_NODE : physicalNode,
      VirtualSocketNumber: number,
      CountOfProcessors: processorCount,
      CountOfMemoryBlocks: memoryMiB,
      MemoryBackingType: 'Physical',
    })),
  };
}

function sum(nodes: readonly NumaNode[], part: 'processorCount' | 'memoryMiB'): number {
  return nodes.reduce((all, node) => all + node[part], 0);
}

function addsUp(what: string, nodes: number, vm: number): void {
  if (nodes !== vm) refuse(`nodes have ${nodes} ${what} together: the VM has ${vm}`);
}

function inRange(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  refuse(`${name} ${value} is not a whole number from ${least} to ${most}`);
}

function refuse(message: string): never {
  throw new HcsError('build LCOW document', 'E_INVALIDARG', [
    { Message: `numa ${message}`, Source: 'VirtualMachine/ComputeTopology/Numa' },
  ]);
}
