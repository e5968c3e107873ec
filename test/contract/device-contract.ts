/** What modify refuses and does: unknown paths, devices that were not declared, disks, shares, PMem. */
import * as assert from 'uvu/assert';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  addNetworkAdapter,
  addPlan9Share,
  addScsiAttachment,
  addVirtualPMem,
  removePlan9Share,
  removeScsiAttachment,
  removeVirtualPMem,
} from '../../hcs/document/resource-requests.ts';
import type { ModifySettingRequest } from '../../hcs/document/modify-setting-request.ts';
import type { HresultName } from '../../hcs/hresult.ts';
import { hcsRejection } from '../harness/rejection.ts';
import type { Contract } from './contract-bench.ts';

const REFUSED: [string, unknown, HresultName][] = [
  ['an unknown resource path', { ResourcePath: 'VirtualMachine/Devices/Toaster' }, 'E_INVALIDARG'],
  ['no resource path', {}, 'E_INVALIDARG'],
  [
    'an unknown request type',
    { ResourcePath: 'VirtualMachine/Devices/Plan9/Shares', RequestType: 'Insert' },
    'HCS_E_INVALID_JSON',
  ],
  [
    'a request type that the path does not take',
    {
      ResourcePath: 'VirtualMachine/ComputeTopology/Memory/SizeInMB',
      RequestType: 'Add',
      Settings: 2,
    },
    'E_INVALIDARG',
  ],
  [
    'an odd memory size',
    { ResourcePath: 'VirtualMachine/ComputeTopology/Memory/SizeInMB', Settings: 511 },
    'E_INVALIDARG',
  ],
  [
    'unknown settings',
    {
      ResourcePath: 'VirtualMachine/Devices/Plan9/Shares',
      RequestType: 'Add',
      Settings: { Nom: '0' },
    },
    'HCS_E_INVALID_JSON',
  ],
  [
    'a path that HCS has and lcow does not serve',
    { ResourcePath: 'VirtualMachine/Devices/VirtualSmb/Shares', RequestType: 'Add', Settings: {} },
    'NOT_SUPPORTED',
  ],
];

export function deviceContract(contract: Contract): void {
  for (const [what, request, hresult] of REFUSED) {
    contract(`modify with ${what} is refused with ${hresult}`, async (stage) => {
      const system = await stage.create();
      await system.start();
      const error = await hcsRejection(system.modify(request as ModifySettingRequest), hresult);
      assert.ok(error.events.length > 0);
      assert.is((await system.properties()).State, 'Running');
    });
  }

  contract('a device whose bus was not declared at create is not found', async (stage) => {
    const document = stage.document();
    delete document.VirtualMachine.Devices?.Plan9;
    delete document.VirtualMachine.Devices?.VirtualPMem;
    const disk = await image(stage.folder, 'undeclared.img');
    const system = await stage.create(document);
    await system.start();
    for (const request of [
      addPlan9Share({ name: '0', folder: stage.folder }),
      addScsiAttachment({ controller: 3, lun: 0 }, { path: disk }),
      addVirtualPMem(0, disk),
    ]) {
      const error = await hcsRejection(system.modify(request), 'ERROR_NOT_FOUND');
      assert.match(error.events[0]?.Source ?? '', 'VirtualMachine/Devices/');
    }
  });

  contract('a disk is added, its LUN is then in use, and it is removed', async (stage) => {
    const path = await image(stage.folder, 'disk.img');
    const system = await stage.create();
    await using listener = await system.listen(stage.guestPort);
    await system.start();
    await stage.converse(await listener.accept(AbortSignal.timeout(60_000)));
    const place = { controller: 0, lun: 5 };
    await system.modify(addScsiAttachment(place, { path }));
    const error = await hcsRejection(
      system.modify(addScsiAttachment(place, { path, readOnly: true })),
      'ERROR_ALREADY_EXISTS',
    );
    assert.match(error.events[0]?.Source ?? '', '/Attachments/5');
    await system.modify(removeScsiAttachment(place));
    await hcsRejection(system.modify(removeScsiAttachment(place)), 'ERROR_NOT_FOUND');
    await system.modify(addScsiAttachment(place, { path, readOnly: true }));
  });

  contract('a missing disk is not found and its LUN stays free', async (stage) => {
    const system = await stage.create();
    await system.start();
    const place = { controller: 0, lun: 1 };
    const missing = join(stage.folder, 'no-such-disk');
    const error = await hcsRejection(
      system.modify(addScsiAttachment(place, { path: missing })),
      'FILE_NOT_FOUND',
    );
    assert.match(error.message, missing);
    await system.modify(addScsiAttachment(place, { path: await image(stage.folder, 'late.img') }));
  });

  contract('disks are added before the start too, and by the document', async (stage) => {
    const path = await image(stage.folder, 'early.img');
    const document = stage.document({
      scsiAttachments: { 0: { Type: 'VirtualDisk', Path: path, ReadOnly: true } },
    });
    const system = await stage.create(document);
    const other = await image(stage.folder, 'early-2.img');
    await system.modify(addScsiAttachment({ controller: 0, lun: 1 }, { path: other }));
    await system.start();
    for (const lun of [0, 1]) {
      await hcsRejection(
        system.modify(addScsiAttachment({ controller: 0, lun }, { path: other })),
        'ERROR_ALREADY_EXISTS',
      );
    }
  });

  contract('a missing disk of the document is told at create or at start', async (stage) => {
    const document = stage.document({
      scsiAttachments: { 0: { Type: 'VirtualDisk', Path: `${stage.folder}/no-such-disk` } },
    });
    const started = stage.create(document).then((system) => system.start());
    const error = await hcsRejection(started, 'FILE_NOT_FOUND');
    assert.match(error.message, 'no-such-disk');
  });

  contract('many disks at once each have their LUN', async (stage) => {
    const system = await stage.create();
    await system.start();
    const path = await image(stage.folder, 'shared.img');
    const luns = Array.from({ length: 16 }, (_, lun) => lun);
    await Promise.all(
      luns.map((lun) =>
        system.modify(addScsiAttachment({ controller: 0, lun }, { path, readOnly: true })),
      ),
    );
    await Promise.all(
      luns.map((lun) => system.modify(removeScsiAttachment({ controller: 0, lun }))),
    );
  });

  contract('a folder is shared once by a name, and unshared', async (stage) => {
    const folder = join(stage.folder, 'share');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'file'), 'x');
    const system = await stage.create();
    await system.start();
    await system.modify(addPlan9Share({ name: '0', folder }));
    await system.modify(addPlan9Share({ name: '1', folder, readOnly: true, file: 'file' }));
    await hcsRejection(system.modify(addPlan9Share({ name: '0', folder })), 'ERROR_ALREADY_EXISTS');
    const missing = addPlan9Share({ name: '2', folder: join(folder, 'no-such-folder') });
    await hcsRejection(system.modify(missing), 'FILE_NOT_FOUND');
    await system.modify(removePlan9Share({ name: '0' }));
    await hcsRejection(system.modify(removePlan9Share({ name: '0' })), 'ERROR_NOT_FOUND');
    await system.modify(addPlan9Share({ name: '0', folder }));
  });

  contract('persistent memory is below the declared count and its file exists', async (stage) => {
    const system = await stage.create(stage.document({ virtualPMemCount: 2 }));
    await system.start();
    const path = await image(stage.folder, 'pmem.img');
    await hcsRejection(system.modify(addVirtualPMem(2, path)), 'ERROR_NOT_FOUND');
    await hcsRejection(
      system.modify(addVirtualPMem(0, join(stage.folder, 'no-such-image'))),
      'FILE_NOT_FOUND',
    );
    await hcsRejection(system.modify(removeVirtualPMem(0)), 'ERROR_NOT_FOUND');
    await system.modify(addVirtualPMem(0, path));
    await hcsRejection(system.modify(addVirtualPMem(0, path)), 'ERROR_ALREADY_EXISTS');
  });

  contract('a network adapter of an endpoint that does not exist is not found', async (stage) => {
    const system = await stage.create();
    await system.start();
    const adapter = 'aaaaaaaa-0000-4000-8000-000000000001';
    const request = addNetworkAdapter(adapter, {
      EndpointId: 'aaaaaaaa-0000-4000-8000-00000000dead',
    });
    const error = await hcsRejection(system.modify(request), 'ERROR_NOT_FOUND');
    assert.match(error.message, 'aaaaaaaa-0000-4000-8000-00000000dead');
  });

  contract("an endpoint's port is a VM's alone, until the VM is gone", async (stage) => {
    const { endpoints } = stage.service;
    const ports = [{ protocol: 'tcp', hostAddress: '127.0.0.1', guestPort: 80 }] as const;
    const endpoint = await endpoints.createEndpoint({ network: 'user', ports });
    assert.equal(await endpoints.openEndpoint(endpoint.id.toUpperCase()), endpoint);
    const taken = { network: 'user', ports: endpoint.ports } as const;
    await hcsRejection(endpoints.createEndpoint(taken), 'HCN_E_PORT_ALREADY_EXISTS');
    const system = await stage.create();
    await system.start();
    const adapter = 'aaaaaaaa-0000-4000-8000-000000000002';
    await system.modify(addNetworkAdapter(adapter, { EndpointId: endpoint.id }));
    await hcsRejection(endpoints.createEndpoint(taken), 'HCN_E_PORT_ALREADY_EXISTS');
    await system.terminate();
    await endpoints.deleteEndpoint(endpoint.id);
    await endpoints.deleteEndpoint(endpoint.id);
    await hcsRejection(endpoints.openEndpoint(endpoint.id), 'ERROR_NOT_FOUND');
    const again = await endpoints.createEndpoint(taken);
    assert.equal(again.ports, endpoint.ports);
    await endpoints.deleteEndpoint(again.id);
  });
}

/** A raw image of 1 MiB. */
async function image(folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, Buffer.alloc(1024 * 1024));
  return path;
}
