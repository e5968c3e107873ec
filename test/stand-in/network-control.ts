/** The computenetwork stand-in's own exports, for tests, and endpoints over it. */
import { loadLibrary } from '../../hcs/windows/compute-core.ts';
import type { NetworkLibraryPaths } from '../../hcs/windows/compute-network.ts';
import {
  NetworkEndpoints,
  type NetworkEndpointsOptions,
} from '../../hcs/windows/network-endpoints.ts';
import { isOwnerAlive, ownedName } from '../../runtime/ownership.ts';
import type { Failure } from './stand-in-control.ts';

/** Positions in `enum counter` of stand-in.h. */
const COUNTED = { documents: 0, doubleFrees: 1, handles: 3, staleHandles: 5 } as const;
const CREATED = 9;

/** See computenetwork-faults.c; anew with each call, and what hangs goes on. */
export interface NetworkConfiguration {
  Build?: number;
  DelayMs?: Record<string, number>;
  Hang?: Record<string, boolean>;
  Fail?: Record<string, Failure>;
}

/** What tests do with the stand-in that this process has loaded. */
export interface NetworkControl {
  readonly configure: (configuration: NetworkConfiguration) => void;
  /** What is out: documents and handles. */
  readonly held: () => Record<keyof typeof COUNTED, number>;
  /** Handles given so far. */
  readonly given: () => number;
}

export function controlNetworks({ computenetwork }: Required<NetworkLibraryPaths>): NetworkControl {
  const library = loadLibrary(computenetwork);
  const configure = library.func('HcnStandInConfigure', 'int32_t', ['str16']);
  const count = library.func('HcsStandInCount', 'int64_t', ['int32_t']);
  return {
    configure: (configuration) => {
      if (configure(JSON.stringify(configuration)) !== 0) throw new Error('the stand-in refuses');
    },
    held: () =>
      Object.fromEntries(
        Object.entries(COUNTED).map(([name, at]) => [name, Number(count(at))]),
      ) as Record<keyof typeof COUNTED, number>,
    given: () => Number(count(CREATED)),
  };
}

/** Endpoints over the stand-in, owned by this process. Guests ask QEMU's own name server. */
export function standInEndpoints(
  libraries: NetworkLibraryPaths,
  options: Partial<NetworkEndpointsOptions> = {},
): NetworkEndpoints {
  return new NetworkEndpoints({
    libraries,
    owner: ownedName,
    isOwnerAlive,
    nameservers: () => ['10.0.2.3'],
    ...options,
  });
}
