import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HcsError } from '../../../hcs/hcs-error.ts';
import type { ComputeSystemDocument } from '../../../hcs/document/compute-system.ts';
import { decodeComputeSystemDocument } from '../../../hcs/document/decode-compute-system.ts';
import { decodeModifySettingRequest } from '../../../hcs/document/decode-modify-setting-request.ts';
import { kernelCommandLine } from '../../../hcs/document/kernel-command-line.ts';
import { lcowDocument, type LcowDocumentOptions } from '../../../hcs/document/lcow-document.ts';
import * as requests from '../../../hcs/document/resource-requests.ts';

const path = fc.string({ minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
const attachment = fc.record(
  {
    Type: fc.constantFrom('VirtualDisk' as const, 'PassThru' as const),
    Path: path,
    ReadOnly: fc.boolean(),
  },
  { requiredKeys: ['Type', 'Path'] },
);
const options: fc.Arbitrary<LcowDocumentOptions> = fc.record(
  {
    kernelFilePath: path,
    initRdPath: path,
    kernelCommandLine: fc.constant(kernelCommandLine({ processorCount: 2 })),
    owner: path,
    memoryMiB: fc.integer({ min: 1, max: 1 << 20 }),
    allowOvercommit: fc.constant(true),
    enableDeferredCommit: fc.boolean(),
    enableColdDiscardHint: fc.boolean(),
    processorCount: fc.integer({ min: 1, max: 2048 }),
    processorLimit: fc.integer({ min: 0, max: 100_000 }),
    processorWeight: fc.integer({ min: 0, max: 10_000 }),
    cpuGroupId: fc.uuid(),
    scsiControllerCount: fc.integer({ min: 0, max: 4 }),
    scsiAttachments: fc.dictionary(fc.integer({ min: 1, max: 63 }).map(String), attachment, {
      maxKeys: 5,
      noNullPrototype: true,
    }) as fc.Arbitrary<NonNullable<LcowDocumentOptions['scsiAttachments']>>,
    virtualPMemCount: fc.integer({ min: 0, max: 128 }),
    virtualPMemSizeBytes: fc.integer({ min: 1, max: 1 << 20 }).map((pages) => pages * 4096),
    console: fc.boolean(),
    consolePipe: path,
    storageIopsMaximum: fc.nat(),
    survivesHost: fc.boolean(),
    rootDisk: fc.record({ kind: fc.constantFrom('pmem' as const, 'scsi' as const), path }),
  },
  { requiredKeys: ['kernelFilePath', 'kernelCommandLine'] },
);

test('what is built is accepted, unchanged, also through JSON', () => {
  fc.assert(
    fc.property(options, (given) => {
      const document = lcowDocument(given);
      const read = decodeComputeSystemDocument(JSON.parse(JSON.stringify(document)));
      assert.equal(read, document);
    }),
    { numRuns: 300 },
  );
});

/** Every place in a document that a mutation can hit. */
function places(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, member]) => places(member, [...at, key]))];
}

function mutate(
  document: ComputeSystemDocument,
  pick: number,
  key: string | undefined,
  value: unknown,
): unknown {
  const copy = structuredClone(document) as unknown;
  const all = places(copy);
  const place = [...(all[pick % all.length] ?? [])];
  if (key !== undefined) place.push(key);
  const last = place.pop();
  if (last === undefined) return value;
  let parent = copy as Record<string, unknown>;
  for (const segment of place) parent = parent[segment] as Record<string, unknown>;
  if (typeof parent !== 'object') return value;
  Object.defineProperty(parent, last, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return copy;
}

test('a mutated document is refused with an HcsError that says where, or read as it stands', () => {
  let refused = 0;
  let accepted = 0;
  fc.assert(
    fc.property(
      options,
      fc.nat(),
      fc.option(fc.oneof(fc.string(), fc.constantFrom('Scsi', 'Devices', '__proto__', '0')), {
        nil: undefined,
      }),
      fc.anything(),
      (given, pick, key, value) => {
        const input = mutate(lcowDocument(given), pick, key, value);
        try {
          const read = decodeComputeSystemDocument(input);
          assert.equal(JSON.parse(JSON.stringify(read)), lowerGuidKeys(input));
          accepted += 1;
        } catch (error) {
          if (!(error instanceof HcsError)) throw error;
          assert.ok(error.events.length > 0);
          assert.ok(['HCS_E_INVALID_JSON', 'E_INVALIDARG', 'NOT_SUPPORTED'].includes(error.code));
          refused += 1;
        }
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(refused > 0 && accepted > 0, `refused ${refused}, accepted ${accepted}`);
});

/** The input as JSON carries it, -0 being 0. Our GUID keys are in lower case already. */
function lowerGuidKeys(input: unknown): unknown {
  return JSON.parse(JSON.stringify(input));
}

test('anything at all is refused with an HcsError', () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
      (input) => {
        for (const decode of [decodeComputeSystemDocument, decodeModifySettingRequest]) {
          assert.throws(
            () => decode(input),
            (error: unknown) => error instanceof HcsError,
          );
        }
      },
    ),
    { numRuns: 1000 },
  );
});

test('what the request builders make is accepted', () => {
  const place = fc.record({ controller: fc.nat(3), lun: fc.nat(63) });
  const name = fc.nat(9999).map(String);
  const request = fc.oneof(
    fc
      .tuple(place, path, fc.boolean())
      .map(([at, file, readOnly]) => requests.addScsiAttachment(at, { path: file, readOnly })),
    place.map(requests.removeScsiAttachment),
    fc
      .tuple(name, path, fc.boolean())
      .map(([share, folder, readOnly]) =>
        requests.addPlan9Share({ name: share, folder, readOnly }),
      ),
    name.map((share) => requests.removePlan9Share({ name: share })),
    fc.tuple(fc.nat(127), path).map(([device, file]) => requests.addVirtualPMem(device, file)),
    fc
      .tuple(fc.nat(127), fc.nat(1 << 20), path)
      .map(([device, page, file]) => requests.addVirtualPMemMapping(device, page * 4096, file)),
    fc.uuid().map((id) => requests.addNetworkAdapter(id, { EndpointId: id })),
    fc.integer({ min: 1, max: 1 << 20 }).map(requests.setMemory),
    fc.record({ Limit: fc.nat(100_000) }).map(requests.setProcessorLimits),
  );
  fc.assert(
    fc.property(request, (made) => {
      const read = decodeModifySettingRequest(JSON.parse(JSON.stringify(made)));
      assert.is(read.request, made.RequestType ?? 'Update');
    }),
    { numRuns: 500 },
  );
});

test.run();
