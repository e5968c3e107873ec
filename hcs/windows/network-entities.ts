/** Networks, endpoints and namespaces of HCN by their ids: each handle is closed where it was opened. */
import {
  endpointProperties,
  entityIds,
  namespaceProperties,
  networkProperties,
} from '../document/decode-host-compute-network.ts';
import { type Decoder, decodeWhole } from '../document/decoder.ts';
import {
  type EndpointProperties,
  type EndpointSettings,
  HCN_SCHEMA_VERSION,
  type HostComputeQuery,
  type ModifyNamespaceRequest,
  type NamespaceProperties,
  type NamespaceSettings,
  type NetworkProperties,
  type NetworkSettings,
} from '../document/host-compute-network.ts';
import { isGuid } from '../document/scalars.ts';
import { HcsError, isHcsError } from '../hcs-error.ts';
import { HRESULT } from '../hresult.ts';
import type { Handle } from './compute-core.ts';
import type { ComputeNetwork, Entity } from './compute-network.ts';
import { parseDocument } from './result-document.ts';

/** See the module's comment. What is not there is `undefined`, not an error. */
export class NetworkEntities {
  readonly #hcn: ComputeNetwork;

  constructor(hcn: ComputeNetwork) {
    this.#hcn = hcn;
  }

  async createNetwork(
    op: string,
    id: string,
    settings: NetworkSettings,
  ): Promise<NetworkProperties> {
    const handle = await this.#hcn.create(op, 'Network', id, JSON.stringify(settings));
    return this.#read(op, 'Network', handle, networkProperties);
  }

  async network(op: string, id: string): Promise<NetworkProperties | undefined> {
    return this.#find(op, 'Network', id, networkProperties);
  }

  async networks(op: string): Promise<NetworkProperties[]> {
    return this.#list(op, 'Network', networkProperties);
  }

  /** @throws HcsError HCN_E_ENTITY_HAS_REFERENCES while it has endpoints */
  async deleteNetwork(op: string, id: string): Promise<void> {
    await this.#delete(op, 'Network', id);
  }

  /** Nothing is left where the new endpoint cannot be read. @throws HcsError HCN_E_NETWORK_NOT_FOUND */
  async createEndpoint(
    op: string,
    id: string,
    settings: EndpointSettings,
  ): Promise<EndpointProperties> {
    const network = await this.#hcn.open(op, 'Network', settings.HostComputeNetwork);
    let handle: Handle;
    try {
      const text = JSON.stringify(settings);
      handle = await this.#hcn.create(op, 'Endpoint', id, text, network);
    } finally {
      await this.#hcn.close('Network', network);
    }
    try {
      return await this.#read(op, 'Endpoint', handle, endpointProperties);
    } catch (error) {
      await this.#delete(op, 'Endpoint', id).catch(() => undefined);
      throw error;
    }
  }

  async endpoint(op: string, id: string): Promise<EndpointProperties | undefined> {
    return this.#find(op, 'Endpoint', id, endpointProperties);
  }

  /** All endpoints of the host, or those of one network. */
  async endpoints(op: string): Promise<EndpointProperties[]> {
    return this.#list(op, 'Endpoint', endpointProperties);
  }

  async deleteEndpoint(op: string, id: string): Promise<void> {
    await this.#delete(op, 'Endpoint', id);
  }

  async createNamespace(
    op: string,
    id: string,
    settings: NamespaceSettings,
  ): Promise<NamespaceProperties> {
    const handle = await this.#hcn.create(op, 'Namespace', id, JSON.stringify(settings));
    return this.#read(op, 'Namespace', handle, namespaceProperties);
  }

  async namespace(op: string, id: string): Promise<NamespaceProperties | undefined> {
    return this.#find(op, 'Namespace', id, namespaceProperties);
  }

  /** Adds or removes an endpoint. @throws HcsError ERROR_NOT_FOUND, HCN_E_ENDPOINT_NAMESPACE_ALREADY_EXISTS */
  async modifyNamespace(op: string, id: string, request: ModifyNamespaceRequest): Promise<void> {
    const handle = await this.#hcn.open(op, 'Namespace', id);
    try {
      await this.#hcn.modify(op, 'Namespace', handle, JSON.stringify(request));
    } finally {
      await this.#hcn.close('Namespace', handle);
    }
  }

  async deleteNamespace(op: string, id: string): Promise<void> {
    await this.#delete(op, 'Namespace', id);
  }

  async #list<T>(op: string, entity: Entity, decoder: Decoder<T>): Promise<T[]> {
    const answer = await this.#hcn.enumerate(op, entity, query());
    const ids = readAnswer(op, answer, entityIds, `the ids of each ${entity}`);
    const all: T[] = [];
    for (const id of ids.filter(isGuid)) {
      // It may go between the two calls.
      const found = await this.#find(op, entity, id, decoder);
      if (found !== undefined) all.push(found);
    }
    return all;
  }

  async #find<T>(
    op: string,
    entity: Entity,
    id: string,
    decoder: Decoder<T>,
  ): Promise<T | undefined> {
    try {
      return await this.#read(op, entity, await this.#hcn.open(op, entity, id), decoder);
    } catch (error) {
      if (isEntityGone(error)) return undefined;
      throw error;
    }
  }

  /** Reads and closes. */
  async #read<T>(op: string, entity: Entity, handle: Handle, decoder: Decoder<T>): Promise<T> {
    try {
      const answer = await this.#hcn.query(op, entity, handle, query());
      return readAnswer(op, answer, decoder, entity);
    } finally {
      await this.#hcn.close(entity, handle);
    }
  }

  async #delete(op: string, entity: Entity, id: string): Promise<void> {
    try {
      await this.#hcn.delete(op, entity, id);
    } catch (error) {
      if (!isEntityGone(error)) throw error;
    }
  }
}

/** HCN's own codes, or the system's, which Windows gives for the same. */
export function isEntityGone(error: unknown): boolean {
  return (
    isHcsError(error, 'HCN_E_NETWORK_NOT_FOUND') ||
    isHcsError(error, 'HCN_E_ENDPOINT_NOT_FOUND') ||
    isHcsError(error, 'ERROR_NOT_FOUND')
  );
}

function query(): string {
  return JSON.stringify({ SchemaVersion: HCN_SCHEMA_VERSION, Flags: 0 } satisfies HostComputeQuery);
}

/** @throws HcsError ERROR_INVALID_DATA, naming what is wrong in HCN's answer */
function readAnswer<T>(op: string, text: string | null, decoder: Decoder<T>, what: string): T {
  const value = parseDocument(text);
  try {
    return decodeWhole(decoder, value, what, op);
  } catch (error) {
    if (!(error instanceof HcsError)) throw error;
    const events = [{ Message: `HCN's answer cannot be read` }, ...error.events];
    throw new HcsError(op, HRESULT.ERROR_INVALID_DATA, events, { cause: error });
  }
}
