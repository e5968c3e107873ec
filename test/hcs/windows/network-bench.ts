/** The computenetwork stand-in with its entities in a folder of the test's. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComputeNetwork, type NetworkLibraryPaths } from '../../../hcs/windows/compute-network.ts';
import { NetworkEntities } from '../../../hcs/windows/network-entities.ts';
import { buildStandIn } from '../../stand-in/build-stand-in.ts';
import { controlNetworks, type NetworkControl } from '../../stand-in/network-control.ts';

/** What a test has. */
export interface NetworkBench {
  libraries: Required<NetworkLibraryPaths>;
  hcn: ComputeNetwork;
  entities: NetworkEntities;
  control: NetworkControl;
  /** A test that must give back documents and handles, and leave no endpoint and no namespace. */
  clean: (name: string, body: () => Promise<void>) => void;
  /** Attaches an endpoint to a VM, as vmms does it. */
  attach: (endpoint: string, vm: string) => Promise<void>;
}

/** Builds and loads the stand-in. @throws Error where there is no C compiler */
export async function networkBench(): Promise<NetworkBench> {
  const libraries = await buildStandIn();
  const folder = mkdtempSync(join(tmpdir(), 'lcow-networks-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.env['LCOW_STAND_IN_NETWORKS'] = folder;
  const control = controlNetworks(libraries);
  const hcn = new ComputeNetwork({ libraries });
  const left = (): string[] => readdirSync(folder).filter((file) => /^(end|names)/.test(file));
  return {
    libraries,
    hcn,
    entities: new NetworkEntities(hcn),
    control,
    clean(name, body) {
      test(name, async () => {
        try {
          await body();
        } finally {
          control.configure({});
        }
        assert.equal(control.held(), { documents: 0, doubleFrees: 0, handles: 0, staleHandles: 0 });
        assert.equal(left(), []);
      });
    },
    async attach(endpoint, vm) {
      const handle = await hcn.open('attach', 'Endpoint', endpoint);
      const request = {
        ResourceType: 'Port',
        RequestType: 'Add',
        Settings: { VirtualMachineId: vm },
      };
      try {
        await hcn.modify('attach', 'Endpoint', handle, JSON.stringify(request));
      } finally {
        await hcn.close('Endpoint', handle);
      }
    },
  };
}
