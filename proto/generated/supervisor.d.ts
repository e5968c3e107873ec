import * as $protobuf from "protobufjs";

/** Namespace lcow. */
export namespace lcow {

    /** Namespace supervisor. */
    namespace supervisor {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of an Empty.
             * @deprecated Use lcow.supervisor.v1.Empty.$Properties instead.
             */
            interface IEmpty extends lcow.supervisor.v1.Empty.$Properties {
            }

            /** Represents an Empty. */
            class Empty {

                /**
                 * Constructs a new Empty.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.Empty.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new Empty instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Empty instance
                 */
                static create(properties: lcow.supervisor.v1.Empty.$Shape): lcow.supervisor.v1.Empty & lcow.supervisor.v1.Empty.$Shape;
                static create(properties?: lcow.supervisor.v1.Empty.$Properties): lcow.supervisor.v1.Empty;

                /**
                 * Encodes the specified Empty message. Does not implicitly {@link lcow.supervisor.v1.Empty.verify|verify} messages.
                 * @param message Empty message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Empty message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.Empty & lcow.supervisor.v1.Empty.$Shape} Empty
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.Empty & lcow.supervisor.v1.Empty.$Shape;

                /**
                 * Gets the type url for Empty
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Empty {

                /** Properties of an Empty. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Empty. */
                type $Shape = lcow.supervisor.v1.Empty.$Properties;
            }

            /**
             * Properties of a CreateOptions.
             * @deprecated Use lcow.supervisor.v1.CreateOptions.$Properties instead.
             */
            interface ICreateOptions extends lcow.supervisor.v1.CreateOptions.$Properties {
            }

            /** Represents a CreateOptions. */
            class CreateOptions {

                /**
                 * Constructs a new CreateOptions.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.CreateOptions.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CreateOptions logPath. */
                logPath: string;

                /** CreateOptions restart. */
                restart?: (lcow.supervisor.v1.RestartPolicy.$Properties|null);

                /** CreateOptions autoRemove. */
                autoRemove: boolean;

                /** CreateOptions stdinOnce. */
                stdinOnce: boolean;

                /** CreateOptions stopSignal. */
                stopSignal: number;

                /** CreateOptions hosts. */
                hosts: string[];

                /** CreateOptions hostname. */
                hostname: string;

                /**
                 * Creates a new CreateOptions instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CreateOptions instance
                 */
                static create(properties: lcow.supervisor.v1.CreateOptions.$Shape): lcow.supervisor.v1.CreateOptions & lcow.supervisor.v1.CreateOptions.$Shape;
                static create(properties?: lcow.supervisor.v1.CreateOptions.$Properties): lcow.supervisor.v1.CreateOptions;

                /**
                 * Encodes the specified CreateOptions message. Does not implicitly {@link lcow.supervisor.v1.CreateOptions.verify|verify} messages.
                 * @param message CreateOptions message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.CreateOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CreateOptions message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.CreateOptions & lcow.supervisor.v1.CreateOptions.$Shape} CreateOptions
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.CreateOptions & lcow.supervisor.v1.CreateOptions.$Shape;

                /**
                 * Gets the type url for CreateOptions
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CreateOptions {

                /** Properties of a CreateOptions. */
                interface $Properties {

                    /** CreateOptions logPath */
                    logPath?: (string|null);

                    /** CreateOptions restart */
                    restart?: (lcow.supervisor.v1.RestartPolicy.$Properties|null);

                    /** CreateOptions autoRemove */
                    autoRemove?: (boolean|null);

                    /** CreateOptions stdinOnce */
                    stdinOnce?: (boolean|null);

                    /** CreateOptions stopSignal */
                    stopSignal?: (number|null);

                    /** CreateOptions hosts */
                    hosts?: (string[]|null);

                    /** CreateOptions hostname */
                    hostname?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CreateOptions. */
                type $Shape = lcow.supervisor.v1.CreateOptions.$Properties;
            }

            /**
             * Properties of a RestartPolicy.
             * @deprecated Use lcow.supervisor.v1.RestartPolicy.$Properties instead.
             */
            interface IRestartPolicy extends lcow.supervisor.v1.RestartPolicy.$Properties {
            }

            /** Represents a RestartPolicy. */
            class RestartPolicy {

                /**
                 * Constructs a new RestartPolicy.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.RestartPolicy.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RestartPolicy name. */
                name: string;

                /** RestartPolicy maximum. */
                maximum: number;

                /**
                 * Creates a new RestartPolicy instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns RestartPolicy instance
                 */
                static create(properties: lcow.supervisor.v1.RestartPolicy.$Shape): lcow.supervisor.v1.RestartPolicy & lcow.supervisor.v1.RestartPolicy.$Shape;
                static create(properties?: lcow.supervisor.v1.RestartPolicy.$Properties): lcow.supervisor.v1.RestartPolicy;

                /**
                 * Encodes the specified RestartPolicy message. Does not implicitly {@link lcow.supervisor.v1.RestartPolicy.verify|verify} messages.
                 * @param message RestartPolicy message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.RestartPolicy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RestartPolicy message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.RestartPolicy & lcow.supervisor.v1.RestartPolicy.$Shape} RestartPolicy
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.RestartPolicy & lcow.supervisor.v1.RestartPolicy.$Shape;

                /**
                 * Gets the type url for RestartPolicy
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace RestartPolicy {

                /** Properties of a RestartPolicy. */
                interface $Properties {

                    /** RestartPolicy name */
                    name?: (string|null);

                    /** RestartPolicy maximum */
                    maximum?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RestartPolicy. */
                type $Shape = lcow.supervisor.v1.RestartPolicy.$Properties;
            }

            /**
             * Properties of a DescribeRequest.
             * @deprecated Use lcow.supervisor.v1.DescribeRequest.$Properties instead.
             */
            interface IDescribeRequest extends lcow.supervisor.v1.DescribeRequest.$Properties {
            }

            /** Represents a DescribeRequest. */
            class DescribeRequest {

                /**
                 * Constructs a new DescribeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.DescribeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new DescribeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DescribeRequest instance
                 */
                static create(properties: lcow.supervisor.v1.DescribeRequest.$Shape): lcow.supervisor.v1.DescribeRequest & lcow.supervisor.v1.DescribeRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.DescribeRequest.$Properties): lcow.supervisor.v1.DescribeRequest;

                /**
                 * Encodes the specified DescribeRequest message. Does not implicitly {@link lcow.supervisor.v1.DescribeRequest.verify|verify} messages.
                 * @param message DescribeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.DescribeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DescribeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.DescribeRequest & lcow.supervisor.v1.DescribeRequest.$Shape} DescribeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.DescribeRequest & lcow.supervisor.v1.DescribeRequest.$Shape;

                /**
                 * Gets the type url for DescribeRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DescribeRequest {

                /** Properties of a DescribeRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DescribeRequest. */
                type $Shape = lcow.supervisor.v1.DescribeRequest.$Properties;
            }

            /**
             * Properties of a DescribeResponse.
             * @deprecated Use lcow.supervisor.v1.DescribeResponse.$Properties instead.
             */
            interface IDescribeResponse extends lcow.supervisor.v1.DescribeResponse.$Properties {
            }

            /** Represents a DescribeResponse. */
            class DescribeResponse {

                /**
                 * Constructs a new DescribeResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.DescribeResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DescribeResponse pod. */
                pod: string;

                /** DescribeResponse supervisorPid. */
                supervisorPid: number;

                /** DescribeResponse vmId. */
                vmId: string;

                /** DescribeResponse runtimeId. */
                runtimeId: string;

                /** DescribeResponse state. */
                state: string;

                /** DescribeResponse kernelRelease. */
                kernelRelease: string;

                /** DescribeResponse agentVersion. */
                agentVersion: string;

                /** DescribeResponse runtime. */
                runtime: string;

                /** DescribeResponse bootId. */
                bootId: string;

                /** DescribeResponse cpus. */
                cpus: number;

                /** DescribeResponse memoryBytes. */
                memoryBytes: number;

                /** DescribeResponse accelerator. */
                accelerator: string;

                /** DescribeResponse network. */
                network: string;

                /** DescribeResponse containers. */
                containers: string[];

                /** DescribeResponse startedAtNs. */
                startedAtNs: number;

                /** DescribeResponse document. */
                document: string;

                /** DescribeResponse timeline. */
                timeline: Uint8Array;

                /**
                 * Creates a new DescribeResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DescribeResponse instance
                 */
                static create(properties: lcow.supervisor.v1.DescribeResponse.$Shape): lcow.supervisor.v1.DescribeResponse & lcow.supervisor.v1.DescribeResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.DescribeResponse.$Properties): lcow.supervisor.v1.DescribeResponse;

                /**
                 * Encodes the specified DescribeResponse message. Does not implicitly {@link lcow.supervisor.v1.DescribeResponse.verify|verify} messages.
                 * @param message DescribeResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.DescribeResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DescribeResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.DescribeResponse & lcow.supervisor.v1.DescribeResponse.$Shape} DescribeResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.DescribeResponse & lcow.supervisor.v1.DescribeResponse.$Shape;

                /**
                 * Gets the type url for DescribeResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DescribeResponse {

                /** Properties of a DescribeResponse. */
                interface $Properties {

                    /** DescribeResponse pod */
                    pod?: (string|null);

                    /** DescribeResponse supervisorPid */
                    supervisorPid?: (number|null);

                    /** DescribeResponse vmId */
                    vmId?: (string|null);

                    /** DescribeResponse runtimeId */
                    runtimeId?: (string|null);

                    /** DescribeResponse state */
                    state?: (string|null);

                    /** DescribeResponse kernelRelease */
                    kernelRelease?: (string|null);

                    /** DescribeResponse agentVersion */
                    agentVersion?: (string|null);

                    /** DescribeResponse runtime */
                    runtime?: (string|null);

                    /** DescribeResponse bootId */
                    bootId?: (string|null);

                    /** DescribeResponse cpus */
                    cpus?: (number|null);

                    /** DescribeResponse memoryBytes */
                    memoryBytes?: (number|null);

                    /** DescribeResponse accelerator */
                    accelerator?: (string|null);

                    /** DescribeResponse network */
                    network?: (string|null);

                    /** DescribeResponse containers */
                    containers?: (string[]|null);

                    /** DescribeResponse startedAtNs */
                    startedAtNs?: (number|null);

                    /** DescribeResponse document */
                    document?: (string|null);

                    /** DescribeResponse timeline */
                    timeline?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DescribeResponse. */
                type $Shape = lcow.supervisor.v1.DescribeResponse.$Properties;
            }

            /**
             * Properties of a KeepRequest.
             * @deprecated Use lcow.supervisor.v1.KeepRequest.$Properties instead.
             */
            interface IKeepRequest extends lcow.supervisor.v1.KeepRequest.$Properties {
            }

            /** Represents a KeepRequest. */
            class KeepRequest {

                /**
                 * Constructs a new KeepRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.KeepRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KeepRequest containerId. */
                containerId: string;

                /** KeepRequest restart. */
                restart?: (lcow.supervisor.v1.RestartPolicy.$Properties|null);

                /** KeepRequest release. */
                release: boolean;

                /**
                 * Creates a new KeepRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KeepRequest instance
                 */
                static create(properties: lcow.supervisor.v1.KeepRequest.$Shape): lcow.supervisor.v1.KeepRequest & lcow.supervisor.v1.KeepRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.KeepRequest.$Properties): lcow.supervisor.v1.KeepRequest;

                /**
                 * Encodes the specified KeepRequest message. Does not implicitly {@link lcow.supervisor.v1.KeepRequest.verify|verify} messages.
                 * @param message KeepRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.KeepRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KeepRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.KeepRequest & lcow.supervisor.v1.KeepRequest.$Shape} KeepRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.KeepRequest & lcow.supervisor.v1.KeepRequest.$Shape;

                /**
                 * Gets the type url for KeepRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace KeepRequest {

                /** Properties of a KeepRequest. */
                interface $Properties {

                    /** KeepRequest containerId */
                    containerId?: (string|null);

                    /** KeepRequest restart */
                    restart?: (lcow.supervisor.v1.RestartPolicy.$Properties|null);

                    /** KeepRequest release */
                    release?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KeepRequest. */
                type $Shape = lcow.supervisor.v1.KeepRequest.$Properties;
            }

            /**
             * Properties of a StopRequest.
             * @deprecated Use lcow.supervisor.v1.StopRequest.$Properties instead.
             */
            interface IStopRequest extends lcow.supervisor.v1.StopRequest.$Properties {
            }

            /** Represents a StopRequest. */
            class StopRequest {

                /**
                 * Constructs a new StopRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.StopRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StopRequest containerId. */
                containerId: string;

                /** StopRequest signal. */
                signal: number;

                /** StopRequest timeoutMs. */
                timeoutMs: number;

                /**
                 * Creates a new StopRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StopRequest instance
                 */
                static create(properties: lcow.supervisor.v1.StopRequest.$Shape): lcow.supervisor.v1.StopRequest & lcow.supervisor.v1.StopRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.StopRequest.$Properties): lcow.supervisor.v1.StopRequest;

                /**
                 * Encodes the specified StopRequest message. Does not implicitly {@link lcow.supervisor.v1.StopRequest.verify|verify} messages.
                 * @param message StopRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.StopRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StopRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.StopRequest & lcow.supervisor.v1.StopRequest.$Shape} StopRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.StopRequest & lcow.supervisor.v1.StopRequest.$Shape;

                /**
                 * Gets the type url for StopRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StopRequest {

                /** Properties of a StopRequest. */
                interface $Properties {

                    /** StopRequest containerId */
                    containerId?: (string|null);

                    /** StopRequest signal */
                    signal?: (number|null);

                    /** StopRequest timeoutMs */
                    timeoutMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StopRequest. */
                type $Shape = lcow.supervisor.v1.StopRequest.$Properties;
            }

            /**
             * Properties of a StopResponse.
             * @deprecated Use lcow.supervisor.v1.StopResponse.$Properties instead.
             */
            interface IStopResponse extends lcow.supervisor.v1.StopResponse.$Properties {
            }

            /** Represents a StopResponse. */
            class StopResponse {

                /**
                 * Constructs a new StopResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.StopResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StopResponse exitStatus. */
                exitStatus: number;

                /** StopResponse killed. */
                killed: boolean;

                /**
                 * Creates a new StopResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StopResponse instance
                 */
                static create(properties: lcow.supervisor.v1.StopResponse.$Shape): lcow.supervisor.v1.StopResponse & lcow.supervisor.v1.StopResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.StopResponse.$Properties): lcow.supervisor.v1.StopResponse;

                /**
                 * Encodes the specified StopResponse message. Does not implicitly {@link lcow.supervisor.v1.StopResponse.verify|verify} messages.
                 * @param message StopResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.StopResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StopResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.StopResponse & lcow.supervisor.v1.StopResponse.$Shape} StopResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.StopResponse & lcow.supervisor.v1.StopResponse.$Shape;

                /**
                 * Gets the type url for StopResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StopResponse {

                /** Properties of a StopResponse. */
                interface $Properties {

                    /** StopResponse exitStatus */
                    exitStatus?: (number|null);

                    /** StopResponse killed */
                    killed?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StopResponse. */
                type $Shape = lcow.supervisor.v1.StopResponse.$Properties;
            }

            /**
             * Properties of a StopPodRequest.
             * @deprecated Use lcow.supervisor.v1.StopPodRequest.$Properties instead.
             */
            interface IStopPodRequest extends lcow.supervisor.v1.StopPodRequest.$Properties {
            }

            /** Represents a StopPodRequest. */
            class StopPodRequest {

                /**
                 * Constructs a new StopPodRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.StopPodRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StopPodRequest graceMs. */
                graceMs: number;

                /**
                 * Creates a new StopPodRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StopPodRequest instance
                 */
                static create(properties: lcow.supervisor.v1.StopPodRequest.$Shape): lcow.supervisor.v1.StopPodRequest & lcow.supervisor.v1.StopPodRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.StopPodRequest.$Properties): lcow.supervisor.v1.StopPodRequest;

                /**
                 * Encodes the specified StopPodRequest message. Does not implicitly {@link lcow.supervisor.v1.StopPodRequest.verify|verify} messages.
                 * @param message StopPodRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.StopPodRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StopPodRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.StopPodRequest & lcow.supervisor.v1.StopPodRequest.$Shape} StopPodRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.StopPodRequest & lcow.supervisor.v1.StopPodRequest.$Shape;

                /**
                 * Gets the type url for StopPodRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StopPodRequest {

                /** Properties of a StopPodRequest. */
                interface $Properties {

                    /** StopPodRequest graceMs */
                    graceMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StopPodRequest. */
                type $Shape = lcow.supervisor.v1.StopPodRequest.$Properties;
            }

            /**
             * Properties of a TopRequest.
             * @deprecated Use lcow.supervisor.v1.TopRequest.$Properties instead.
             */
            interface ITopRequest extends lcow.supervisor.v1.TopRequest.$Properties {
            }

            /** Represents a TopRequest. */
            class TopRequest {

                /**
                 * Constructs a new TopRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.TopRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TopRequest containerId. */
                containerId: string;

                /**
                 * Creates a new TopRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TopRequest instance
                 */
                static create(properties: lcow.supervisor.v1.TopRequest.$Shape): lcow.supervisor.v1.TopRequest & lcow.supervisor.v1.TopRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.TopRequest.$Properties): lcow.supervisor.v1.TopRequest;

                /**
                 * Encodes the specified TopRequest message. Does not implicitly {@link lcow.supervisor.v1.TopRequest.verify|verify} messages.
                 * @param message TopRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.TopRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TopRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.TopRequest & lcow.supervisor.v1.TopRequest.$Shape} TopRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.TopRequest & lcow.supervisor.v1.TopRequest.$Shape;

                /**
                 * Gets the type url for TopRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TopRequest {

                /** Properties of a TopRequest. */
                interface $Properties {

                    /** TopRequest containerId */
                    containerId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TopRequest. */
                type $Shape = lcow.supervisor.v1.TopRequest.$Properties;
            }

            /**
             * Properties of a TopResponse.
             * @deprecated Use lcow.supervisor.v1.TopResponse.$Properties instead.
             */
            interface ITopResponse extends lcow.supervisor.v1.TopResponse.$Properties {
            }

            /** Represents a TopResponse. */
            class TopResponse {

                /**
                 * Constructs a new TopResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.TopResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TopResponse processes. */
                processes: lcow.supervisor.v1.TopProcess.$Properties[];

                /**
                 * Creates a new TopResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TopResponse instance
                 */
                static create(properties: lcow.supervisor.v1.TopResponse.$Shape): lcow.supervisor.v1.TopResponse & lcow.supervisor.v1.TopResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.TopResponse.$Properties): lcow.supervisor.v1.TopResponse;

                /**
                 * Encodes the specified TopResponse message. Does not implicitly {@link lcow.supervisor.v1.TopResponse.verify|verify} messages.
                 * @param message TopResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.TopResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TopResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.TopResponse & lcow.supervisor.v1.TopResponse.$Shape} TopResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.TopResponse & lcow.supervisor.v1.TopResponse.$Shape;

                /**
                 * Gets the type url for TopResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TopResponse {

                /** Properties of a TopResponse. */
                interface $Properties {

                    /** TopResponse processes */
                    processes?: (lcow.supervisor.v1.TopProcess.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TopResponse. */
                type $Shape = lcow.supervisor.v1.TopResponse.$Properties;
            }

            /**
             * Properties of a TopProcess.
             * @deprecated Use lcow.supervisor.v1.TopProcess.$Properties instead.
             */
            interface ITopProcess extends lcow.supervisor.v1.TopProcess.$Properties {
            }

            /** Represents a TopProcess. */
            class TopProcess {

                /**
                 * Constructs a new TopProcess.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.TopProcess.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TopProcess pid. */
                pid: number;

                /** TopProcess ppid. */
                ppid: number;

                /** TopProcess uid. */
                uid: number;

                /** TopProcess state. */
                state: string;

                /** TopProcess startNs. */
                startNs: number;

                /** TopProcess cpuNs. */
                cpuNs: number;

                /** TopProcess rssBytes. */
                rssBytes: number;

                /** TopProcess tty. */
                tty: string;

                /** TopProcess command. */
                command: string;

                /** TopProcess containerPid. */
                containerPid: number;

                /** TopProcess execId. */
                execId: string;

                /**
                 * Creates a new TopProcess instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TopProcess instance
                 */
                static create(properties: lcow.supervisor.v1.TopProcess.$Shape): lcow.supervisor.v1.TopProcess & lcow.supervisor.v1.TopProcess.$Shape;
                static create(properties?: lcow.supervisor.v1.TopProcess.$Properties): lcow.supervisor.v1.TopProcess;

                /**
                 * Encodes the specified TopProcess message. Does not implicitly {@link lcow.supervisor.v1.TopProcess.verify|verify} messages.
                 * @param message TopProcess message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.TopProcess.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TopProcess message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.TopProcess & lcow.supervisor.v1.TopProcess.$Shape} TopProcess
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.TopProcess & lcow.supervisor.v1.TopProcess.$Shape;

                /**
                 * Gets the type url for TopProcess
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TopProcess {

                /** Properties of a TopProcess. */
                interface $Properties {

                    /** TopProcess pid */
                    pid?: (number|null);

                    /** TopProcess ppid */
                    ppid?: (number|null);

                    /** TopProcess uid */
                    uid?: (number|null);

                    /** TopProcess state */
                    state?: (string|null);

                    /** TopProcess startNs */
                    startNs?: (number|null);

                    /** TopProcess cpuNs */
                    cpuNs?: (number|null);

                    /** TopProcess rssBytes */
                    rssBytes?: (number|null);

                    /** TopProcess tty */
                    tty?: (string|null);

                    /** TopProcess command */
                    command?: (string|null);

                    /** TopProcess containerPid */
                    containerPid?: (number|null);

                    /** TopProcess execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TopProcess. */
                type $Shape = lcow.supervisor.v1.TopProcess.$Properties;
            }

            /**
             * Properties of an ExecInVmRequest.
             * @deprecated Use lcow.supervisor.v1.ExecInVmRequest.$Properties instead.
             */
            interface IExecInVmRequest extends lcow.supervisor.v1.ExecInVmRequest.$Properties {
            }

            /** Represents an ExecInVmRequest. */
            class ExecInVmRequest {

                /**
                 * Constructs a new ExecInVmRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.ExecInVmRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecInVmRequest args. */
                args: string[];

                /** ExecInVmRequest terminal. */
                terminal: boolean;

                /** ExecInVmRequest stdin. */
                stdin: boolean;

                /** ExecInVmRequest width. */
                width: number;

                /** ExecInVmRequest height. */
                height: number;

                /**
                 * Creates a new ExecInVmRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecInVmRequest instance
                 */
                static create(properties: lcow.supervisor.v1.ExecInVmRequest.$Shape): lcow.supervisor.v1.ExecInVmRequest & lcow.supervisor.v1.ExecInVmRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.ExecInVmRequest.$Properties): lcow.supervisor.v1.ExecInVmRequest;

                /**
                 * Encodes the specified ExecInVmRequest message. Does not implicitly {@link lcow.supervisor.v1.ExecInVmRequest.verify|verify} messages.
                 * @param message ExecInVmRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.ExecInVmRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecInVmRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.ExecInVmRequest & lcow.supervisor.v1.ExecInVmRequest.$Shape} ExecInVmRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.ExecInVmRequest & lcow.supervisor.v1.ExecInVmRequest.$Shape;

                /**
                 * Gets the type url for ExecInVmRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecInVmRequest {

                /** Properties of an ExecInVmRequest. */
                interface $Properties {

                    /** ExecInVmRequest args */
                    args?: (string[]|null);

                    /** ExecInVmRequest terminal */
                    terminal?: (boolean|null);

                    /** ExecInVmRequest stdin */
                    stdin?: (boolean|null);

                    /** ExecInVmRequest width */
                    width?: (number|null);

                    /** ExecInVmRequest height */
                    height?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecInVmRequest. */
                type $Shape = lcow.supervisor.v1.ExecInVmRequest.$Properties;
            }

            /**
             * Properties of an ExecInVmResponse.
             * @deprecated Use lcow.supervisor.v1.ExecInVmResponse.$Properties instead.
             */
            interface IExecInVmResponse extends lcow.supervisor.v1.ExecInVmResponse.$Properties {
            }

            /** Represents an ExecInVmResponse. */
            class ExecInVmResponse {

                /**
                 * Constructs a new ExecInVmResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.ExecInVmResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecInVmResponse execId. */
                execId: string;

                /**
                 * Creates a new ExecInVmResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecInVmResponse instance
                 */
                static create(properties: lcow.supervisor.v1.ExecInVmResponse.$Shape): lcow.supervisor.v1.ExecInVmResponse & lcow.supervisor.v1.ExecInVmResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.ExecInVmResponse.$Properties): lcow.supervisor.v1.ExecInVmResponse;

                /**
                 * Encodes the specified ExecInVmResponse message. Does not implicitly {@link lcow.supervisor.v1.ExecInVmResponse.verify|verify} messages.
                 * @param message ExecInVmResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.ExecInVmResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecInVmResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.ExecInVmResponse & lcow.supervisor.v1.ExecInVmResponse.$Shape} ExecInVmResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.ExecInVmResponse & lcow.supervisor.v1.ExecInVmResponse.$Shape;

                /**
                 * Gets the type url for ExecInVmResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecInVmResponse {

                /** Properties of an ExecInVmResponse. */
                interface $Properties {

                    /** ExecInVmResponse execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecInVmResponse. */
                type $Shape = lcow.supervisor.v1.ExecInVmResponse.$Properties;
            }

            /**
             * Properties of a StacksResponse.
             * @deprecated Use lcow.supervisor.v1.StacksResponse.$Properties instead.
             */
            interface IStacksResponse extends lcow.supervisor.v1.StacksResponse.$Properties {
            }

            /** Represents a StacksResponse. */
            class StacksResponse {

                /**
                 * Constructs a new StacksResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.StacksResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StacksResponse text. */
                text: string;

                /**
                 * Creates a new StacksResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StacksResponse instance
                 */
                static create(properties: lcow.supervisor.v1.StacksResponse.$Shape): lcow.supervisor.v1.StacksResponse & lcow.supervisor.v1.StacksResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.StacksResponse.$Properties): lcow.supervisor.v1.StacksResponse;

                /**
                 * Encodes the specified StacksResponse message. Does not implicitly {@link lcow.supervisor.v1.StacksResponse.verify|verify} messages.
                 * @param message StacksResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.StacksResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StacksResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.StacksResponse & lcow.supervisor.v1.StacksResponse.$Shape} StacksResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.StacksResponse & lcow.supervisor.v1.StacksResponse.$Shape;

                /**
                 * Gets the type url for StacksResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StacksResponse {

                /** Properties of a StacksResponse. */
                interface $Properties {

                    /** StacksResponse text */
                    text?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StacksResponse. */
                type $Shape = lcow.supervisor.v1.StacksResponse.$Properties;
            }

            /**
             * Properties of a MetricsResponse.
             * @deprecated Use lcow.supervisor.v1.MetricsResponse.$Properties instead.
             */
            interface IMetricsResponse extends lcow.supervisor.v1.MetricsResponse.$Properties {
            }

            /** Represents a MetricsResponse. */
            class MetricsResponse {

                /**
                 * Constructs a new MetricsResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.MetricsResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MetricsResponse json. */
                json: Uint8Array;

                /**
                 * Creates a new MetricsResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MetricsResponse instance
                 */
                static create(properties: lcow.supervisor.v1.MetricsResponse.$Shape): lcow.supervisor.v1.MetricsResponse & lcow.supervisor.v1.MetricsResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.MetricsResponse.$Properties): lcow.supervisor.v1.MetricsResponse;

                /**
                 * Encodes the specified MetricsResponse message. Does not implicitly {@link lcow.supervisor.v1.MetricsResponse.verify|verify} messages.
                 * @param message MetricsResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.MetricsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MetricsResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.MetricsResponse & lcow.supervisor.v1.MetricsResponse.$Shape} MetricsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.MetricsResponse & lcow.supervisor.v1.MetricsResponse.$Shape;

                /**
                 * Gets the type url for MetricsResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MetricsResponse {

                /** Properties of a MetricsResponse. */
                interface $Properties {

                    /** MetricsResponse json */
                    json?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a MetricsResponse. */
                type $Shape = lcow.supervisor.v1.MetricsResponse.$Properties;
            }

            /**
             * Properties of a ClientFrame.
             * @deprecated Use lcow.supervisor.v1.ClientFrame.$Properties instead.
             */
            interface IClientFrame extends lcow.supervisor.v1.ClientFrame.$Properties {
            }

            /** Represents a ClientFrame. */
            class ClientFrame {

                /**
                 * Constructs a new ClientFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.ClientFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ClientFrame open. */
                open?: (lcow.supervisor.v1.AttachOpen.$Properties|null);

                /** ClientFrame stdin. */
                stdin?: (lcow.supervisor.v1.Bytes.$Properties|null);

                /** ClientFrame stdinEof. */
                stdinEof?: (lcow.supervisor.v1.Empty.$Properties|null);

                /** ClientFrame resize. */
                resize?: (lcow.supervisor.v1.Resize.$Properties|null);

                /** ClientFrame ack. */
                ack?: (lcow.supervisor.v1.OutputAck.$Properties|null);

                /** ClientFrame frame. */
                frame?: ("open"|"stdin"|"stdinEof"|"resize"|"ack");

                /**
                 * Creates a new ClientFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ClientFrame instance
                 */
                static create(properties: lcow.supervisor.v1.ClientFrame.$Shape): lcow.supervisor.v1.ClientFrame & lcow.supervisor.v1.ClientFrame.$Shape;
                static create(properties?: lcow.supervisor.v1.ClientFrame.$Properties): lcow.supervisor.v1.ClientFrame;

                /**
                 * Encodes the specified ClientFrame message. Does not implicitly {@link lcow.supervisor.v1.ClientFrame.verify|verify} messages.
                 * @param message ClientFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.ClientFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ClientFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.ClientFrame & lcow.supervisor.v1.ClientFrame.$Shape} ClientFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.ClientFrame & lcow.supervisor.v1.ClientFrame.$Shape;

                /**
                 * Gets the type url for ClientFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ClientFrame {

                /** Properties of a ClientFrame. */
                interface $Properties {

                    /** ClientFrame open */
                    open?: (lcow.supervisor.v1.AttachOpen.$Properties|null);

                    /** ClientFrame stdin */
                    stdin?: (lcow.supervisor.v1.Bytes.$Properties|null);

                    /** ClientFrame stdinEof */
                    stdinEof?: (lcow.supervisor.v1.Empty.$Properties|null);

                    /** ClientFrame resize */
                    resize?: (lcow.supervisor.v1.Resize.$Properties|null);

                    /** ClientFrame ack */
                    ack?: (lcow.supervisor.v1.OutputAck.$Properties|null);

                    /** ClientFrame frame */
                    frame?: ("open"|"stdin"|"stdinEof"|"resize"|"ack");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a ClientFrame. */
                type $Shape = {
                  open?: lcow.supervisor.v1.AttachOpen.$Shape|null;
                  stdin?: lcow.supervisor.v1.Bytes.$Shape|null;
                  stdinEof?: lcow.supervisor.v1.Empty.$Shape|null;
                  resize?: lcow.supervisor.v1.Resize.$Shape|null;
                  ack?: lcow.supervisor.v1.OutputAck.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; open?: null; stdin?: null; stdinEof?: null; resize?: null; ack?: null }|{ frame?: "open"; open: lcow.supervisor.v1.AttachOpen.$Shape; stdin?: null; stdinEof?: null; resize?: null; ack?: null }|{ frame?: "stdin"; open?: null; stdin: lcow.supervisor.v1.Bytes.$Shape; stdinEof?: null; resize?: null; ack?: null }|{ frame?: "stdinEof"; open?: null; stdin?: null; stdinEof: lcow.supervisor.v1.Empty.$Shape; resize?: null; ack?: null }|{ frame?: "resize"; open?: null; stdin?: null; stdinEof?: null; resize: lcow.supervisor.v1.Resize.$Shape; ack?: null }|{ frame?: "ack"; open?: null; stdin?: null; stdinEof?: null; resize?: null; ack: lcow.supervisor.v1.OutputAck.$Shape })
                );
            }

            /**
             * Properties of an AttachOpen.
             * @deprecated Use lcow.supervisor.v1.AttachOpen.$Properties instead.
             */
            interface IAttachOpen extends lcow.supervisor.v1.AttachOpen.$Properties {
            }

            /** Represents an AttachOpen. */
            class AttachOpen {

                /**
                 * Constructs a new AttachOpen.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.AttachOpen.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AttachOpen containerId. */
                containerId: string;

                /** AttachOpen execId. */
                execId: string;

                /** AttachOpen stdin. */
                stdin: boolean;

                /** AttachOpen stdout. */
                stdout: boolean;

                /** AttachOpen stderr. */
                stderr: boolean;

                /** AttachOpen resume. */
                resume: boolean;

                /** AttachOpen stdoutOffset. */
                stdoutOffset: number;

                /** AttachOpen stderrOffset. */
                stderrOffset: number;

                /** AttachOpen exec. */
                exec?: (lcow.supervisor.v1.ExecStart.$Properties|null);

                /**
                 * Creates a new AttachOpen instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AttachOpen instance
                 */
                static create(properties: lcow.supervisor.v1.AttachOpen.$Shape): lcow.supervisor.v1.AttachOpen & lcow.supervisor.v1.AttachOpen.$Shape;
                static create(properties?: lcow.supervisor.v1.AttachOpen.$Properties): lcow.supervisor.v1.AttachOpen;

                /**
                 * Encodes the specified AttachOpen message. Does not implicitly {@link lcow.supervisor.v1.AttachOpen.verify|verify} messages.
                 * @param message AttachOpen message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.AttachOpen.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AttachOpen message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.AttachOpen & lcow.supervisor.v1.AttachOpen.$Shape} AttachOpen
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.AttachOpen & lcow.supervisor.v1.AttachOpen.$Shape;

                /**
                 * Gets the type url for AttachOpen
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace AttachOpen {

                /** Properties of an AttachOpen. */
                interface $Properties {

                    /** AttachOpen containerId */
                    containerId?: (string|null);

                    /** AttachOpen execId */
                    execId?: (string|null);

                    /** AttachOpen stdin */
                    stdin?: (boolean|null);

                    /** AttachOpen stdout */
                    stdout?: (boolean|null);

                    /** AttachOpen stderr */
                    stderr?: (boolean|null);

                    /** AttachOpen resume */
                    resume?: (boolean|null);

                    /** AttachOpen stdoutOffset */
                    stdoutOffset?: (number|null);

                    /** AttachOpen stderrOffset */
                    stderrOffset?: (number|null);

                    /** AttachOpen exec */
                    exec?: (lcow.supervisor.v1.ExecStart.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AttachOpen. */
                type $Shape = lcow.supervisor.v1.AttachOpen.$Properties;
            }

            /**
             * Properties of an ExecStart.
             * @deprecated Use lcow.supervisor.v1.ExecStart.$Properties instead.
             */
            interface IExecStart extends lcow.supervisor.v1.ExecStart.$Properties {
            }

            /** Represents an ExecStart. */
            class ExecStart {

                /**
                 * Constructs a new ExecStart.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.ExecStart.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecStart terminal. */
                terminal: boolean;

                /** ExecStart process. */
                process: Uint8Array;

                /**
                 * Creates a new ExecStart instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecStart instance
                 */
                static create(properties: lcow.supervisor.v1.ExecStart.$Shape): lcow.supervisor.v1.ExecStart & lcow.supervisor.v1.ExecStart.$Shape;
                static create(properties?: lcow.supervisor.v1.ExecStart.$Properties): lcow.supervisor.v1.ExecStart;

                /**
                 * Encodes the specified ExecStart message. Does not implicitly {@link lcow.supervisor.v1.ExecStart.verify|verify} messages.
                 * @param message ExecStart message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.ExecStart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecStart message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.ExecStart & lcow.supervisor.v1.ExecStart.$Shape} ExecStart
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.ExecStart & lcow.supervisor.v1.ExecStart.$Shape;

                /**
                 * Gets the type url for ExecStart
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecStart {

                /** Properties of an ExecStart. */
                interface $Properties {

                    /** ExecStart terminal */
                    terminal?: (boolean|null);

                    /** ExecStart process */
                    process?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecStart. */
                type $Shape = lcow.supervisor.v1.ExecStart.$Properties;
            }

            /**
             * Properties of a Resize.
             * @deprecated Use lcow.supervisor.v1.Resize.$Properties instead.
             */
            interface IResize extends lcow.supervisor.v1.Resize.$Properties {
            }

            /** Represents a Resize. */
            class Resize {

                /**
                 * Constructs a new Resize.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.Resize.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Resize width. */
                width: number;

                /** Resize height. */
                height: number;

                /**
                 * Creates a new Resize instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Resize instance
                 */
                static create(properties: lcow.supervisor.v1.Resize.$Shape): lcow.supervisor.v1.Resize & lcow.supervisor.v1.Resize.$Shape;
                static create(properties?: lcow.supervisor.v1.Resize.$Properties): lcow.supervisor.v1.Resize;

                /**
                 * Encodes the specified Resize message. Does not implicitly {@link lcow.supervisor.v1.Resize.verify|verify} messages.
                 * @param message Resize message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.Resize.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Resize message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.Resize & lcow.supervisor.v1.Resize.$Shape} Resize
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.Resize & lcow.supervisor.v1.Resize.$Shape;

                /**
                 * Gets the type url for Resize
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Resize {

                /** Properties of a Resize. */
                interface $Properties {

                    /** Resize width */
                    width?: (number|null);

                    /** Resize height */
                    height?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Resize. */
                type $Shape = lcow.supervisor.v1.Resize.$Properties;
            }

            /**
             * Properties of a Bytes.
             * @deprecated Use lcow.supervisor.v1.Bytes.$Properties instead.
             */
            interface IBytes extends lcow.supervisor.v1.Bytes.$Properties {
            }

            /** Represents a Bytes. */
            class Bytes {

                /**
                 * Constructs a new Bytes.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.Bytes.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Bytes offset. */
                offset: number;

                /** Bytes bytes. */
                bytes: Uint8Array;

                /**
                 * Creates a new Bytes instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Bytes instance
                 */
                static create(properties: lcow.supervisor.v1.Bytes.$Shape): lcow.supervisor.v1.Bytes & lcow.supervisor.v1.Bytes.$Shape;
                static create(properties?: lcow.supervisor.v1.Bytes.$Properties): lcow.supervisor.v1.Bytes;

                /**
                 * Encodes the specified Bytes message. Does not implicitly {@link lcow.supervisor.v1.Bytes.verify|verify} messages.
                 * @param message Bytes message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.Bytes.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Bytes message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.Bytes & lcow.supervisor.v1.Bytes.$Shape} Bytes
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.Bytes & lcow.supervisor.v1.Bytes.$Shape;

                /**
                 * Gets the type url for Bytes
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Bytes {

                /** Properties of a Bytes. */
                interface $Properties {

                    /** Bytes offset */
                    offset?: (number|null);

                    /** Bytes bytes */
                    bytes?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Bytes. */
                type $Shape = lcow.supervisor.v1.Bytes.$Properties;
            }

            /**
             * Properties of a ServerFrame.
             * @deprecated Use lcow.supervisor.v1.ServerFrame.$Properties instead.
             */
            interface IServerFrame extends lcow.supervisor.v1.ServerFrame.$Properties {
            }

            /** Represents a ServerFrame. */
            class ServerFrame {

                /**
                 * Constructs a new ServerFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.ServerFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ServerFrame attached. */
                attached?: (lcow.supervisor.v1.Attached.$Properties|null);

                /** ServerFrame stdout. */
                stdout?: (lcow.supervisor.v1.Bytes.$Properties|null);

                /** ServerFrame stderr. */
                stderr?: (lcow.supervisor.v1.Bytes.$Properties|null);

                /** ServerFrame stdinAck. */
                stdinAck?: (lcow.supervisor.v1.StdinAck.$Properties|null);

                /** ServerFrame exit. */
                exit?: (lcow.supervisor.v1.Exit.$Properties|null);

                /** ServerFrame started. */
                started?: (lcow.supervisor.v1.Empty.$Properties|null);

                /** ServerFrame frame. */
                frame?: ("attached"|"stdout"|"stderr"|"stdinAck"|"exit"|"started");

                /**
                 * Creates a new ServerFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ServerFrame instance
                 */
                static create(properties: lcow.supervisor.v1.ServerFrame.$Shape): lcow.supervisor.v1.ServerFrame & lcow.supervisor.v1.ServerFrame.$Shape;
                static create(properties?: lcow.supervisor.v1.ServerFrame.$Properties): lcow.supervisor.v1.ServerFrame;

                /**
                 * Encodes the specified ServerFrame message. Does not implicitly {@link lcow.supervisor.v1.ServerFrame.verify|verify} messages.
                 * @param message ServerFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.ServerFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ServerFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.ServerFrame & lcow.supervisor.v1.ServerFrame.$Shape} ServerFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.ServerFrame & lcow.supervisor.v1.ServerFrame.$Shape;

                /**
                 * Gets the type url for ServerFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ServerFrame {

                /** Properties of a ServerFrame. */
                interface $Properties {

                    /** ServerFrame attached */
                    attached?: (lcow.supervisor.v1.Attached.$Properties|null);

                    /** ServerFrame stdout */
                    stdout?: (lcow.supervisor.v1.Bytes.$Properties|null);

                    /** ServerFrame stderr */
                    stderr?: (lcow.supervisor.v1.Bytes.$Properties|null);

                    /** ServerFrame stdinAck */
                    stdinAck?: (lcow.supervisor.v1.StdinAck.$Properties|null);

                    /** ServerFrame exit */
                    exit?: (lcow.supervisor.v1.Exit.$Properties|null);

                    /** ServerFrame started */
                    started?: (lcow.supervisor.v1.Empty.$Properties|null);

                    /** ServerFrame frame */
                    frame?: ("attached"|"stdout"|"stderr"|"stdinAck"|"exit"|"started");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a ServerFrame. */
                type $Shape = {
                  attached?: lcow.supervisor.v1.Attached.$Shape|null;
                  stdout?: lcow.supervisor.v1.Bytes.$Shape|null;
                  stderr?: lcow.supervisor.v1.Bytes.$Shape|null;
                  stdinAck?: lcow.supervisor.v1.StdinAck.$Shape|null;
                  exit?: lcow.supervisor.v1.Exit.$Shape|null;
                  started?: lcow.supervisor.v1.Empty.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; attached?: null; stdout?: null; stderr?: null; stdinAck?: null; exit?: null; started?: null }|{ frame?: "attached"; attached: lcow.supervisor.v1.Attached.$Shape; stdout?: null; stderr?: null; stdinAck?: null; exit?: null; started?: null }|{ frame?: "stdout"; attached?: null; stdout: lcow.supervisor.v1.Bytes.$Shape; stderr?: null; stdinAck?: null; exit?: null; started?: null }|{ frame?: "stderr"; attached?: null; stdout?: null; stderr: lcow.supervisor.v1.Bytes.$Shape; stdinAck?: null; exit?: null; started?: null }|{ frame?: "stdinAck"; attached?: null; stdout?: null; stderr?: null; stdinAck: lcow.supervisor.v1.StdinAck.$Shape; exit?: null; started?: null }|{ frame?: "exit"; attached?: null; stdout?: null; stderr?: null; stdinAck?: null; exit: lcow.supervisor.v1.Exit.$Shape; started?: null }|{ frame?: "started"; attached?: null; stdout?: null; stderr?: null; stdinAck?: null; exit?: null; started: lcow.supervisor.v1.Empty.$Shape })
                );
            }

            /**
             * Properties of an Attached.
             * @deprecated Use lcow.supervisor.v1.Attached.$Properties instead.
             */
            interface IAttached extends lcow.supervisor.v1.Attached.$Properties {
            }

            /** Represents an Attached. */
            class Attached {

                /**
                 * Constructs a new Attached.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.Attached.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Attached stdinOffset. */
                stdinOffset: number;

                /** Attached stdoutOffset. */
                stdoutOffset: number;

                /** Attached stderrOffset. */
                stderrOffset: number;

                /** Attached terminal. */
                terminal: boolean;

                /** Attached acknowledge. */
                acknowledge: boolean;

                /**
                 * Creates a new Attached instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Attached instance
                 */
                static create(properties: lcow.supervisor.v1.Attached.$Shape): lcow.supervisor.v1.Attached & lcow.supervisor.v1.Attached.$Shape;
                static create(properties?: lcow.supervisor.v1.Attached.$Properties): lcow.supervisor.v1.Attached;

                /**
                 * Encodes the specified Attached message. Does not implicitly {@link lcow.supervisor.v1.Attached.verify|verify} messages.
                 * @param message Attached message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.Attached.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Attached message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.Attached & lcow.supervisor.v1.Attached.$Shape} Attached
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.Attached & lcow.supervisor.v1.Attached.$Shape;

                /**
                 * Gets the type url for Attached
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Attached {

                /** Properties of an Attached. */
                interface $Properties {

                    /** Attached stdinOffset */
                    stdinOffset?: (number|null);

                    /** Attached stdoutOffset */
                    stdoutOffset?: (number|null);

                    /** Attached stderrOffset */
                    stderrOffset?: (number|null);

                    /** Attached terminal */
                    terminal?: (boolean|null);

                    /** Attached acknowledge */
                    acknowledge?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Attached. */
                type $Shape = lcow.supervisor.v1.Attached.$Properties;
            }

            /**
             * Properties of an OutputAck.
             * @deprecated Use lcow.supervisor.v1.OutputAck.$Properties instead.
             */
            interface IOutputAck extends lcow.supervisor.v1.OutputAck.$Properties {
            }

            /** Represents an OutputAck. */
            class OutputAck {

                /**
                 * Constructs a new OutputAck.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.OutputAck.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** OutputAck stdoutOffset. */
                stdoutOffset: number;

                /** OutputAck stderrOffset. */
                stderrOffset: number;

                /**
                 * Creates a new OutputAck instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns OutputAck instance
                 */
                static create(properties: lcow.supervisor.v1.OutputAck.$Shape): lcow.supervisor.v1.OutputAck & lcow.supervisor.v1.OutputAck.$Shape;
                static create(properties?: lcow.supervisor.v1.OutputAck.$Properties): lcow.supervisor.v1.OutputAck;

                /**
                 * Encodes the specified OutputAck message. Does not implicitly {@link lcow.supervisor.v1.OutputAck.verify|verify} messages.
                 * @param message OutputAck message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.OutputAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an OutputAck message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.OutputAck & lcow.supervisor.v1.OutputAck.$Shape} OutputAck
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.OutputAck & lcow.supervisor.v1.OutputAck.$Shape;

                /**
                 * Gets the type url for OutputAck
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace OutputAck {

                /** Properties of an OutputAck. */
                interface $Properties {

                    /** OutputAck stdoutOffset */
                    stdoutOffset?: (number|null);

                    /** OutputAck stderrOffset */
                    stderrOffset?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an OutputAck. */
                type $Shape = lcow.supervisor.v1.OutputAck.$Properties;
            }

            /**
             * Properties of a StdinAck.
             * @deprecated Use lcow.supervisor.v1.StdinAck.$Properties instead.
             */
            interface IStdinAck extends lcow.supervisor.v1.StdinAck.$Properties {
            }

            /** Represents a StdinAck. */
            class StdinAck {

                /**
                 * Constructs a new StdinAck.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.StdinAck.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StdinAck offset. */
                offset: number;

                /** StdinAck closed. */
                closed: boolean;

                /**
                 * Creates a new StdinAck instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StdinAck instance
                 */
                static create(properties: lcow.supervisor.v1.StdinAck.$Shape): lcow.supervisor.v1.StdinAck & lcow.supervisor.v1.StdinAck.$Shape;
                static create(properties?: lcow.supervisor.v1.StdinAck.$Properties): lcow.supervisor.v1.StdinAck;

                /**
                 * Encodes the specified StdinAck message. Does not implicitly {@link lcow.supervisor.v1.StdinAck.verify|verify} messages.
                 * @param message StdinAck message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.StdinAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StdinAck message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.StdinAck & lcow.supervisor.v1.StdinAck.$Shape} StdinAck
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.StdinAck & lcow.supervisor.v1.StdinAck.$Shape;

                /**
                 * Gets the type url for StdinAck
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StdinAck {

                /** Properties of a StdinAck. */
                interface $Properties {

                    /** StdinAck offset */
                    offset?: (number|null);

                    /** StdinAck closed */
                    closed?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StdinAck. */
                type $Shape = lcow.supervisor.v1.StdinAck.$Properties;
            }

            /**
             * Properties of an Exit.
             * @deprecated Use lcow.supervisor.v1.Exit.$Properties instead.
             */
            interface IExit extends lcow.supervisor.v1.Exit.$Properties {
            }

            /** Represents an Exit. */
            class Exit {

                /**
                 * Constructs a new Exit.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.Exit.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Exit code. */
                code: number;

                /** Exit exitedAtNs. */
                exitedAtNs: number;

                /** Exit oomKilled. */
                oomKilled: boolean;

                /** Exit error. */
                error: string;

                /**
                 * Creates a new Exit instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Exit instance
                 */
                static create(properties: lcow.supervisor.v1.Exit.$Shape): lcow.supervisor.v1.Exit & lcow.supervisor.v1.Exit.$Shape;
                static create(properties?: lcow.supervisor.v1.Exit.$Properties): lcow.supervisor.v1.Exit;

                /**
                 * Encodes the specified Exit message. Does not implicitly {@link lcow.supervisor.v1.Exit.verify|verify} messages.
                 * @param message Exit message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.Exit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Exit message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.Exit & lcow.supervisor.v1.Exit.$Shape} Exit
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.Exit & lcow.supervisor.v1.Exit.$Shape;

                /**
                 * Gets the type url for Exit
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Exit {

                /** Properties of an Exit. */
                interface $Properties {

                    /** Exit code */
                    code?: (number|null);

                    /** Exit exitedAtNs */
                    exitedAtNs?: (number|null);

                    /** Exit oomKilled */
                    oomKilled?: (boolean|null);

                    /** Exit error */
                    error?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Exit. */
                type $Shape = lcow.supervisor.v1.Exit.$Properties;
            }

            /**
             * Properties of a SubscribeRequest.
             * @deprecated Use lcow.supervisor.v1.SubscribeRequest.$Properties instead.
             */
            interface ISubscribeRequest extends lcow.supervisor.v1.SubscribeRequest.$Properties {
            }

            /** Represents a SubscribeRequest. */
            class SubscribeRequest {

                /**
                 * Constructs a new SubscribeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.SubscribeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** SubscribeRequest after. */
                after: number;

                /**
                 * Creates a new SubscribeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns SubscribeRequest instance
                 */
                static create(properties: lcow.supervisor.v1.SubscribeRequest.$Shape): lcow.supervisor.v1.SubscribeRequest & lcow.supervisor.v1.SubscribeRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.SubscribeRequest.$Properties): lcow.supervisor.v1.SubscribeRequest;

                /**
                 * Encodes the specified SubscribeRequest message. Does not implicitly {@link lcow.supervisor.v1.SubscribeRequest.verify|verify} messages.
                 * @param message SubscribeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.SubscribeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a SubscribeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.SubscribeRequest & lcow.supervisor.v1.SubscribeRequest.$Shape} SubscribeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.SubscribeRequest & lcow.supervisor.v1.SubscribeRequest.$Shape;

                /**
                 * Gets the type url for SubscribeRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace SubscribeRequest {

                /** Properties of a SubscribeRequest. */
                interface $Properties {

                    /** SubscribeRequest after */
                    after?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a SubscribeRequest. */
                type $Shape = lcow.supervisor.v1.SubscribeRequest.$Properties;
            }

            /**
             * Properties of an Event.
             * @deprecated Use lcow.supervisor.v1.Event.$Properties instead.
             */
            interface IEvent extends lcow.supervisor.v1.Event.$Properties {
            }

            /** Represents an Event. */
            class Event {

                /**
                 * Constructs a new Event.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.Event.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Event sequence. */
                sequence: number;

                /** Event atNs. */
                atNs: number;

                /** Event topic. */
                topic: string;

                /** Event typeUrl. */
                typeUrl: string;

                /** Event value. */
                value: Uint8Array;

                /** Event oomKilled. */
                oomKilled: boolean;

                /** Event error. */
                error: string;

                /**
                 * Creates a new Event instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Event instance
                 */
                static create(properties: lcow.supervisor.v1.Event.$Shape): lcow.supervisor.v1.Event & lcow.supervisor.v1.Event.$Shape;
                static create(properties?: lcow.supervisor.v1.Event.$Properties): lcow.supervisor.v1.Event;

                /**
                 * Encodes the specified Event message. Does not implicitly {@link lcow.supervisor.v1.Event.verify|verify} messages.
                 * @param message Event message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.Event.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Event message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.Event & lcow.supervisor.v1.Event.$Shape} Event
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.Event & lcow.supervisor.v1.Event.$Shape;

                /**
                 * Gets the type url for Event
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Event {

                /** Properties of an Event. */
                interface $Properties {

                    /** Event sequence */
                    sequence?: (number|null);

                    /** Event atNs */
                    atNs?: (number|null);

                    /** Event topic */
                    topic?: (string|null);

                    /** Event typeUrl */
                    typeUrl?: (string|null);

                    /** Event value */
                    value?: (Uint8Array|null);

                    /** Event oomKilled */
                    oomKilled?: (boolean|null);

                    /** Event error */
                    error?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Event. */
                type $Shape = lcow.supervisor.v1.Event.$Properties;
            }

            /**
             * Properties of a StatPathRequest.
             * @deprecated Use lcow.supervisor.v1.StatPathRequest.$Properties instead.
             */
            interface IStatPathRequest extends lcow.supervisor.v1.StatPathRequest.$Properties {
            }

            /** Represents a StatPathRequest. */
            class StatPathRequest {

                /**
                 * Constructs a new StatPathRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.StatPathRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatPathRequest containerId. */
                containerId: string;

                /** StatPathRequest path. */
                path: string;

                /**
                 * Creates a new StatPathRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StatPathRequest instance
                 */
                static create(properties: lcow.supervisor.v1.StatPathRequest.$Shape): lcow.supervisor.v1.StatPathRequest & lcow.supervisor.v1.StatPathRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.StatPathRequest.$Properties): lcow.supervisor.v1.StatPathRequest;

                /**
                 * Encodes the specified StatPathRequest message. Does not implicitly {@link lcow.supervisor.v1.StatPathRequest.verify|verify} messages.
                 * @param message StatPathRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.StatPathRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatPathRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.StatPathRequest & lcow.supervisor.v1.StatPathRequest.$Shape} StatPathRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.StatPathRequest & lcow.supervisor.v1.StatPathRequest.$Shape;

                /**
                 * Gets the type url for StatPathRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StatPathRequest {

                /** Properties of a StatPathRequest. */
                interface $Properties {

                    /** StatPathRequest containerId */
                    containerId?: (string|null);

                    /** StatPathRequest path */
                    path?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatPathRequest. */
                type $Shape = lcow.supervisor.v1.StatPathRequest.$Properties;
            }

            /**
             * Properties of a PathStat.
             * @deprecated Use lcow.supervisor.v1.PathStat.$Properties instead.
             */
            interface IPathStat extends lcow.supervisor.v1.PathStat.$Properties {
            }

            /** Represents a PathStat. */
            class PathStat {

                /**
                 * Constructs a new PathStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.PathStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PathStat name. */
                name: string;

                /** PathStat mode. */
                mode: number;

                /** PathStat size. */
                size: number;

                /** PathStat linkTarget. */
                linkTarget: string;

                /** PathStat isDir. */
                isDir: boolean;

                /**
                 * Creates a new PathStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PathStat instance
                 */
                static create(properties: lcow.supervisor.v1.PathStat.$Shape): lcow.supervisor.v1.PathStat & lcow.supervisor.v1.PathStat.$Shape;
                static create(properties?: lcow.supervisor.v1.PathStat.$Properties): lcow.supervisor.v1.PathStat;

                /**
                 * Encodes the specified PathStat message. Does not implicitly {@link lcow.supervisor.v1.PathStat.verify|verify} messages.
                 * @param message PathStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.PathStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PathStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.PathStat & lcow.supervisor.v1.PathStat.$Shape} PathStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.PathStat & lcow.supervisor.v1.PathStat.$Shape;

                /**
                 * Gets the type url for PathStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PathStat {

                /** Properties of a PathStat. */
                interface $Properties {

                    /** PathStat name */
                    name?: (string|null);

                    /** PathStat mode */
                    mode?: (number|null);

                    /** PathStat size */
                    size?: (number|null);

                    /** PathStat linkTarget */
                    linkTarget?: (string|null);

                    /** PathStat isDir */
                    isDir?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PathStat. */
                type $Shape = lcow.supervisor.v1.PathStat.$Properties;
            }

            /**
             * Properties of a CopyInFrame.
             * @deprecated Use lcow.supervisor.v1.CopyInFrame.$Properties instead.
             */
            interface ICopyInFrame extends lcow.supervisor.v1.CopyInFrame.$Properties {
            }

            /** Represents a CopyInFrame. */
            class CopyInFrame {

                /**
                 * Constructs a new CopyInFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.CopyInFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyInFrame open. */
                open?: (lcow.supervisor.v1.CopyInOpen.$Properties|null);

                /** CopyInFrame chunk. */
                chunk?: (Uint8Array|null);

                /** CopyInFrame frame. */
                frame?: ("open"|"chunk");

                /**
                 * Creates a new CopyInFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyInFrame instance
                 */
                static create(properties: lcow.supervisor.v1.CopyInFrame.$Shape): lcow.supervisor.v1.CopyInFrame & lcow.supervisor.v1.CopyInFrame.$Shape;
                static create(properties?: lcow.supervisor.v1.CopyInFrame.$Properties): lcow.supervisor.v1.CopyInFrame;

                /**
                 * Encodes the specified CopyInFrame message. Does not implicitly {@link lcow.supervisor.v1.CopyInFrame.verify|verify} messages.
                 * @param message CopyInFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.CopyInFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyInFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.CopyInFrame & lcow.supervisor.v1.CopyInFrame.$Shape} CopyInFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.CopyInFrame & lcow.supervisor.v1.CopyInFrame.$Shape;

                /**
                 * Gets the type url for CopyInFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CopyInFrame {

                /** Properties of a CopyInFrame. */
                interface $Properties {

                    /** CopyInFrame open */
                    open?: (lcow.supervisor.v1.CopyInOpen.$Properties|null);

                    /** CopyInFrame chunk */
                    chunk?: (Uint8Array|null);

                    /** CopyInFrame frame */
                    frame?: ("open"|"chunk");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a CopyInFrame. */
                type $Shape = {
                  open?: lcow.supervisor.v1.CopyInOpen.$Shape|null;
                  chunk?: Uint8Array|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; open?: null; chunk?: null }|{ frame?: "open"; open: lcow.supervisor.v1.CopyInOpen.$Shape; chunk?: null }|{ frame?: "chunk"; open?: null; chunk: Uint8Array })
                );
            }

            /**
             * Properties of a CopyInOpen.
             * @deprecated Use lcow.supervisor.v1.CopyInOpen.$Properties instead.
             */
            interface ICopyInOpen extends lcow.supervisor.v1.CopyInOpen.$Properties {
            }

            /** Represents a CopyInOpen. */
            class CopyInOpen {

                /**
                 * Constructs a new CopyInOpen.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.CopyInOpen.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyInOpen containerId. */
                containerId: string;

                /** CopyInOpen path. */
                path: string;

                /**
                 * Creates a new CopyInOpen instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyInOpen instance
                 */
                static create(properties: lcow.supervisor.v1.CopyInOpen.$Shape): lcow.supervisor.v1.CopyInOpen & lcow.supervisor.v1.CopyInOpen.$Shape;
                static create(properties?: lcow.supervisor.v1.CopyInOpen.$Properties): lcow.supervisor.v1.CopyInOpen;

                /**
                 * Encodes the specified CopyInOpen message. Does not implicitly {@link lcow.supervisor.v1.CopyInOpen.verify|verify} messages.
                 * @param message CopyInOpen message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.CopyInOpen.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyInOpen message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.CopyInOpen & lcow.supervisor.v1.CopyInOpen.$Shape} CopyInOpen
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.CopyInOpen & lcow.supervisor.v1.CopyInOpen.$Shape;

                /**
                 * Gets the type url for CopyInOpen
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CopyInOpen {

                /** Properties of a CopyInOpen. */
                interface $Properties {

                    /** CopyInOpen containerId */
                    containerId?: (string|null);

                    /** CopyInOpen path */
                    path?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CopyInOpen. */
                type $Shape = lcow.supervisor.v1.CopyInOpen.$Properties;
            }

            /**
             * Properties of a CopyInResponse.
             * @deprecated Use lcow.supervisor.v1.CopyInResponse.$Properties instead.
             */
            interface ICopyInResponse extends lcow.supervisor.v1.CopyInResponse.$Properties {
            }

            /** Represents a CopyInResponse. */
            class CopyInResponse {

                /**
                 * Constructs a new CopyInResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.CopyInResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyInResponse bytes. */
                bytes: number;

                /**
                 * Creates a new CopyInResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyInResponse instance
                 */
                static create(properties: lcow.supervisor.v1.CopyInResponse.$Shape): lcow.supervisor.v1.CopyInResponse & lcow.supervisor.v1.CopyInResponse.$Shape;
                static create(properties?: lcow.supervisor.v1.CopyInResponse.$Properties): lcow.supervisor.v1.CopyInResponse;

                /**
                 * Encodes the specified CopyInResponse message. Does not implicitly {@link lcow.supervisor.v1.CopyInResponse.verify|verify} messages.
                 * @param message CopyInResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.CopyInResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyInResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.CopyInResponse & lcow.supervisor.v1.CopyInResponse.$Shape} CopyInResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.CopyInResponse & lcow.supervisor.v1.CopyInResponse.$Shape;

                /**
                 * Gets the type url for CopyInResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CopyInResponse {

                /** Properties of a CopyInResponse. */
                interface $Properties {

                    /** CopyInResponse bytes */
                    bytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CopyInResponse. */
                type $Shape = lcow.supervisor.v1.CopyInResponse.$Properties;
            }

            /**
             * Properties of a CopyOutRequest.
             * @deprecated Use lcow.supervisor.v1.CopyOutRequest.$Properties instead.
             */
            interface ICopyOutRequest extends lcow.supervisor.v1.CopyOutRequest.$Properties {
            }

            /** Represents a CopyOutRequest. */
            class CopyOutRequest {

                /**
                 * Constructs a new CopyOutRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.CopyOutRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyOutRequest containerId. */
                containerId: string;

                /** CopyOutRequest path. */
                path: string;

                /**
                 * Creates a new CopyOutRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyOutRequest instance
                 */
                static create(properties: lcow.supervisor.v1.CopyOutRequest.$Shape): lcow.supervisor.v1.CopyOutRequest & lcow.supervisor.v1.CopyOutRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.CopyOutRequest.$Properties): lcow.supervisor.v1.CopyOutRequest;

                /**
                 * Encodes the specified CopyOutRequest message. Does not implicitly {@link lcow.supervisor.v1.CopyOutRequest.verify|verify} messages.
                 * @param message CopyOutRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.CopyOutRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyOutRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.CopyOutRequest & lcow.supervisor.v1.CopyOutRequest.$Shape} CopyOutRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.CopyOutRequest & lcow.supervisor.v1.CopyOutRequest.$Shape;

                /**
                 * Gets the type url for CopyOutRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CopyOutRequest {

                /** Properties of a CopyOutRequest. */
                interface $Properties {

                    /** CopyOutRequest containerId */
                    containerId?: (string|null);

                    /** CopyOutRequest path */
                    path?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CopyOutRequest. */
                type $Shape = lcow.supervisor.v1.CopyOutRequest.$Properties;
            }

            /**
             * Properties of a CopyOutFrame.
             * @deprecated Use lcow.supervisor.v1.CopyOutFrame.$Properties instead.
             */
            interface ICopyOutFrame extends lcow.supervisor.v1.CopyOutFrame.$Properties {
            }

            /** Represents a CopyOutFrame. */
            class CopyOutFrame {

                /**
                 * Constructs a new CopyOutFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.CopyOutFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyOutFrame chunk. */
                chunk: Uint8Array;

                /**
                 * Creates a new CopyOutFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyOutFrame instance
                 */
                static create(properties: lcow.supervisor.v1.CopyOutFrame.$Shape): lcow.supervisor.v1.CopyOutFrame & lcow.supervisor.v1.CopyOutFrame.$Shape;
                static create(properties?: lcow.supervisor.v1.CopyOutFrame.$Properties): lcow.supervisor.v1.CopyOutFrame;

                /**
                 * Encodes the specified CopyOutFrame message. Does not implicitly {@link lcow.supervisor.v1.CopyOutFrame.verify|verify} messages.
                 * @param message CopyOutFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.CopyOutFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyOutFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.CopyOutFrame & lcow.supervisor.v1.CopyOutFrame.$Shape} CopyOutFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.CopyOutFrame & lcow.supervisor.v1.CopyOutFrame.$Shape;

                /**
                 * Gets the type url for CopyOutFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CopyOutFrame {

                /** Properties of a CopyOutFrame. */
                interface $Properties {

                    /** CopyOutFrame chunk */
                    chunk?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CopyOutFrame. */
                type $Shape = lcow.supervisor.v1.CopyOutFrame.$Properties;
            }

            /**
             * Properties of a KernelLogRequest.
             * @deprecated Use lcow.supervisor.v1.KernelLogRequest.$Properties instead.
             */
            interface IKernelLogRequest extends lcow.supervisor.v1.KernelLogRequest.$Properties {
            }

            /** Represents a KernelLogRequest. */
            class KernelLogRequest {

                /**
                 * Constructs a new KernelLogRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.KernelLogRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KernelLogRequest follow. */
                follow: boolean;

                /**
                 * Creates a new KernelLogRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KernelLogRequest instance
                 */
                static create(properties: lcow.supervisor.v1.KernelLogRequest.$Shape): lcow.supervisor.v1.KernelLogRequest & lcow.supervisor.v1.KernelLogRequest.$Shape;
                static create(properties?: lcow.supervisor.v1.KernelLogRequest.$Properties): lcow.supervisor.v1.KernelLogRequest;

                /**
                 * Encodes the specified KernelLogRequest message. Does not implicitly {@link lcow.supervisor.v1.KernelLogRequest.verify|verify} messages.
                 * @param message KernelLogRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.KernelLogRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KernelLogRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.KernelLogRequest & lcow.supervisor.v1.KernelLogRequest.$Shape} KernelLogRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.KernelLogRequest & lcow.supervisor.v1.KernelLogRequest.$Shape;

                /**
                 * Gets the type url for KernelLogRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace KernelLogRequest {

                /** Properties of a KernelLogRequest. */
                interface $Properties {

                    /** KernelLogRequest follow */
                    follow?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KernelLogRequest. */
                type $Shape = lcow.supervisor.v1.KernelLogRequest.$Properties;
            }

            /**
             * Properties of a KernelLogLine.
             * @deprecated Use lcow.supervisor.v1.KernelLogLine.$Properties instead.
             */
            interface IKernelLogLine extends lcow.supervisor.v1.KernelLogLine.$Properties {
            }

            /** Represents a KernelLogLine. */
            class KernelLogLine {

                /**
                 * Constructs a new KernelLogLine.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.supervisor.v1.KernelLogLine.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KernelLogLine level. */
                level: number;

                /** KernelLogLine text. */
                text: string;

                /**
                 * Creates a new KernelLogLine instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KernelLogLine instance
                 */
                static create(properties: lcow.supervisor.v1.KernelLogLine.$Shape): lcow.supervisor.v1.KernelLogLine & lcow.supervisor.v1.KernelLogLine.$Shape;
                static create(properties?: lcow.supervisor.v1.KernelLogLine.$Properties): lcow.supervisor.v1.KernelLogLine;

                /**
                 * Encodes the specified KernelLogLine message. Does not implicitly {@link lcow.supervisor.v1.KernelLogLine.verify|verify} messages.
                 * @param message KernelLogLine message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.supervisor.v1.KernelLogLine.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KernelLogLine message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.supervisor.v1.KernelLogLine & lcow.supervisor.v1.KernelLogLine.$Shape} KernelLogLine
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.supervisor.v1.KernelLogLine & lcow.supervisor.v1.KernelLogLine.$Shape;

                /**
                 * Gets the type url for KernelLogLine
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace KernelLogLine {

                /** Properties of a KernelLogLine. */
                interface $Properties {

                    /** KernelLogLine level */
                    level?: (number|null);

                    /** KernelLogLine text */
                    text?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KernelLogLine. */
                type $Shape = lcow.supervisor.v1.KernelLogLine.$Properties;
            }
        }
    }
}
