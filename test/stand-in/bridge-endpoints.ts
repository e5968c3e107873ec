/**
 * The bridge's part of the computenetwork stand-in: an endpoint of HCN is one of the engine's here, under the id
 * that HCN's caller chose, with the address and the way out that QEMU's user-mode network has, and its ports.
 */
import type { ComputeSystemDocument } from '../../hcs/document/compute-system.ts';
import type { ModifySettingRequest } from '../../hcs/document/modify-setting-request.ts';
import type { NetworkAdapter } from '../../hcs/document/network-adapter.ts';
import type { EndpointService, PortMapping } from '../../hcs/endpoints.ts';
import { HcsError } from '../../hcs/hcs-error.ts';
import type { ComputeSystem } from '../../hcs/service.ts';

const ADAPTER = /^VirtualMachine\/Devices\/NetworkAdapters\/([0-9A-Fa-f-]{36})$/;

interface Bridged {
  /** The engine's id. */
  engine: string;
  /** RuntimeId of the VM that has it. */
  vm?: string;
  /** GUID of the VM's adapter. */
  adapter?: string;
}

/** See the module's comment. */
export class BridgedEndpoints {
  readonly #endpoints: EndpointService;
  /** By HCN's id, in lower case. */
  readonly #byId = new Map<string, Bridged>();

  constructor(endpoints: EndpointService) {
    this.#endpoints = endpoints;
  }

  /** The verbs of the computenetwork stand-in; undefined where it is another's. */
  act(verb: string, input: unknown): Promise<unknown> | undefined {
    const { Id = '', Ports = [] } = input as { Id?: string; Ports?: PortMapping[] };
    switch (verb) {
      case 'hcn-create':
        return this.#create(Id, Ports);
      case 'hcn-delete':
        return this.#delete(Id);
      case 'hcn-query':
        return Promise.resolve({ VirtualMachine: this.#byId.get(Id)?.vm ?? null });
      default:
        return undefined;
    }
  }

  /** Changes a document to name the engine's endpoints. @returns what to do once it has become a system */
  adaptDocument(document: ComputeSystemDocument): (system: ComputeSystem) => void {
    const adapters = Object.entries(document.VirtualMachine.Devices?.NetworkAdapters ?? {});
    const attach = adapters.map(([key, adapter]) => this.#adapt(key, adapter));
    return (system) => {
      for (const done of attach) done(system);
    };
  }

  /** Modifies a system by a request that names HCN's endpoints. */
  async modify(system: ComputeSystem, request: ModifySettingRequest): Promise<void> {
    const key = ADAPTER.exec(request.ResourcePath)?.[1];
    if (key === undefined) return system.modify(request);
    if (request.RequestType === 'Remove') {
      await system.modify(request);
      this.#detach(({ vm, adapter }) => vm === system.runtimeId && adapter === key);
      return;
    }
    const settings = { ...(request.Settings as NetworkAdapter) };
    const attach = this.#adapt(key, settings);
    await system.modify({ ...request, Settings: settings } as ModifySettingRequest);
    attach(system);
  }

  #adapt(key: string, adapter: NetworkAdapter): (system: ComputeSystem) => void {
    const known = this.#byId.get((adapter.EndpointId ?? '').toLowerCase());
    if (known === undefined) return () => undefined;
    if (known.vm !== undefined) {
      const Message = `endpoint ${adapter.EndpointId} is attached to ${known.vm}`;
      throw new HcsError('add an adapter', 'HCN_E_ENDPOINT_ALREADY_ATTACHED', [{ Message }]);
    }
    adapter.EndpointId = known.engine;
    return (system) => {
      known.vm = system.runtimeId;
      known.adapter = key;
      void system.exited.then(() => this.#detach(({ vm }) => vm === system.runtimeId));
    };
  }

  #detach(wanted: (endpoint: Bridged) => boolean): void {
    for (const endpoint of this.#byId.values()) {
      if (!wanted(endpoint)) continue;
      delete endpoint.vm;
      delete endpoint.adapter;
    }
  }

  async #create(id: string, ports: readonly PortMapping[]): Promise<unknown> {
    const made = await this.#endpoints.createEndpoint({ network: 'user', ports });
    this.#byId.set(id, { engine: made.id });
    return {
      MacAddress: made.macAddress.replaceAll(':', '-').toUpperCase(),
      IpConfigurations: made.addresses.map((cidr) => {
        const [IpAddress, length] = cidr.split('/');
        return { IpAddress, PrefixLength: Number(length) };
      }),
      Routes: made.routes.map(({ destination, gateway }) => ({
        NextHop: gateway,
        DestinationPrefix: destination,
        Metric: 0,
      })),
    };
  }

  async #delete(id: string): Promise<void> {
    const known = this.#byId.get(id);
    this.#byId.delete(id);
    if (known !== undefined) await this.#endpoints.deleteEndpoint(known.engine);
  }
}
