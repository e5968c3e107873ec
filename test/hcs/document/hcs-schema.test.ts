import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelCommandLine } from '../../../hcs/document/kernel-command-line.ts';
import { lcowDocument } from '../../../hcs/document/lcow-document.ts';
import * as requests from '../../../hcs/document/resource-requests.ts';
import { HCS_SDKS, hcsDefinitions, schemaValidator } from '../../harness/hcs-schema.ts';
import { skip } from '../../harness/skip.ts';

const document = lcowDocument({
  kernelFilePath: '/k',
  initRdPath: '/i',
  kernelCommandLine: kernelCommandLine({ processorCount: 2, console: true }),
  console: true,
  processorLimit: 1000,
  processorWeight: 10,
  storageIopsMaximum: 10,
  rootDisk: { kind: 'pmem', path: '/r' },
  scsiAttachments: { 0: { Type: 'VirtualDisk', Path: '/d', ReadOnly: true } },
});

for (const sdk of HCS_SDKS) {
  const definitions = hcsDefinitions(sdk);
  if (definitions === undefined) {
    skip(`Microsoft's schema file ${sdk.file} is not at hand (LCOW_SHARED)`);
    continue;
  }
  test(`an LCOW document is valid in ${sdk.file}, LinuxKernelDirect in 1809 apart`, () => {
    const problems = schemaValidator(definitions, 'ComputeSystem')(document);
    if (sdk.minor >= 2) assert.equal(problems, []);
    else {
      assert.is(problems.length, 1);
      assert.match(problems[0] ?? '', 'LinuxKernelDirect');
    }
  });

  test(`requests are valid in ${sdk.file}, Plan9 flags (undocumented) apart`, () => {
    const request = schemaValidator(definitions, 'ModifySettingRequest');
    const settings = (name: string, made: { Settings?: unknown }) =>
      schemaValidator(definitions, name)(made.Settings);
    const disk = requests.addScsiAttachment(
      { controller: 0, lun: 1 },
      { path: '/d', readOnly: true },
    );
    const share = requests.addPlan9Share({ name: '0', folder: '/s' });
    const adapter = requests.addNetworkAdapter('aaaaaaaa-0000-0000-0000-000000000001', {
      EndpointId: 'aaaaaaaa-0000-0000-0000-000000000002',
    });
    const pmem = requests.addVirtualPMem(0, '/l');
    for (const made of [disk, share, adapter, pmem]) assert.equal(request(made), []);
    assert.equal(settings('Attachment', disk), []);
    assert.equal(settings('NetworkAdapter', adapter), []);
    assert.equal(settings('VirtualPMemDevice', pmem), []);
    const problems = settings('Plan9Share', share);
    assert.is(problems.length, 1);
    assert.match(problems[0] ?? '', '"Flags"');
  });
}

const newest = hcsDefinitions({ file: HCS_SDKS[4].file });
if (newest !== undefined) {
  test('the strict schema does refuse: a misplaced field, a wrong type, a number out of range', () => {
    const validate = schemaValidator(newest, 'ComputeSystem');
    assert.ok(validate({ VirtualMachine: { Scsi: {} } }).length > 0);
    assert.ok(validate({ Owner: 1 }).length > 0);
    assert.ok(validate({ SchemaVersion: { Major: 2 ** 32 } }).length > 0);
  });
}

test.run();
