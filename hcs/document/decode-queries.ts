/** Decodes the small documents of a caller: property and system queries, save options. */
import { decodeWhole, list, object, oneOf } from './decoder.ts';
import type { PropertyQuery, SystemQuery } from './properties.ts';
import type { SaveOptions } from './save-options.ts';
import { hostPath, text } from './scalars.ts';

const propertyQuery = object<PropertyQuery>(
  {
    PropertyTypes: list(
      oneOf(
        'Memory',
        'GuestMemory',
        'Statistics',
        'ProcessList',
        'TerminateOnLastHandleClosed',
        'SharedMemoryRegion',
        'ContainerCredentialGuard',
        'GuestConnection',
        'ICHeartbeatStatus',
        'ProcessorTopology',
        'CpuGroup',
        'SystemGUID',
      ),
      64,
    ),
  },
  { unsupported: ['Queries'] },
);

/** @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG, NOT_SUPPORTED */
export function decodePropertyQuery(
  input: unknown,
  op = 'get compute system properties',
): PropertyQuery {
  return decodeWhole(propertyQuery, input, '', op);
}

const systemQuery = object<SystemQuery>({
  Ids: list(text),
  Names: list(text),
  Types: list(oneOf('Container', 'VirtualMachine'), 64),
  Owners: list(text),
});

/** @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG */
export function decodeSystemQuery(input: unknown, op = 'enumerate compute systems'): SystemQuery {
  return decodeWhole(systemQuery, input, '', op);
}

const saveOptions = object<SaveOptions>(
  { SaveType: oneOf('ToFile', 'AsTemplate'), SaveStateFilePath: hostPath },
  {
    check(value, _path, context) {
      if (value.SaveStateFilePath !== undefined || value.SaveType === 'AsTemplate') return;
      const message = 'SaveStateFilePath is missing: SaveType "ToFile" needs it';
      context.note('refused', 'SaveStateFilePath', message);
    },
  },
);

/** @throws HcsError HCS_E_INVALID_JSON, E_INVALIDARG */
export function decodeSaveOptions(input: unknown, op = 'save compute system'): SaveOptions {
  return decodeWhole(saveOptions, input, '', op);
}
