import * as $protobuf from "protobufjs";

/** Namespace containerd. */
export namespace containerd {

    /** Namespace shim. */
    namespace shim {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of an Any.
             * @deprecated Use containerd.shim.v1.Any.$Properties instead.
             */
            interface IAny extends containerd.shim.v1.Any.$Properties {
            }

            /** Represents an Any. */
            class Any {

                /**
                 * Constructs a new Any.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.Any.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Any typeUrl. */
                typeUrl: string;

                /** Any value. */
                value: Uint8Array;

                /**
                 * Creates a new Any instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Any instance
                 */
                static create(properties: containerd.shim.v1.Any.$Shape): containerd.shim.v1.Any & containerd.shim.v1.Any.$Shape;
                static create(properties?: containerd.shim.v1.Any.$Properties): containerd.shim.v1.Any;

                /**
                 * Encodes the specified Any message. Does not implicitly {@link containerd.shim.v1.Any.verify|verify} messages.
                 * @param message Any message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.Any.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Any message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.Any & containerd.shim.v1.Any.$Shape} Any
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.Any & containerd.shim.v1.Any.$Shape;

                /**
                 * Gets the type url for Any
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Any {

                /** Properties of an Any. */
                interface $Properties {

                    /** Any typeUrl */
                    typeUrl?: (string|null);

                    /** Any value */
                    value?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Any. */
                type $Shape = containerd.shim.v1.Any.$Properties;
            }

            /**
             * Properties of a Timestamp.
             * @deprecated Use containerd.shim.v1.Timestamp.$Properties instead.
             */
            interface ITimestamp extends containerd.shim.v1.Timestamp.$Properties {
            }

            /** Represents a Timestamp. */
            class Timestamp {

                /**
                 * Constructs a new Timestamp.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.Timestamp.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Timestamp seconds. */
                seconds: number;

                /** Timestamp nanos. */
                nanos: number;

                /**
                 * Creates a new Timestamp instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Timestamp instance
                 */
                static create(properties: containerd.shim.v1.Timestamp.$Shape): containerd.shim.v1.Timestamp & containerd.shim.v1.Timestamp.$Shape;
                static create(properties?: containerd.shim.v1.Timestamp.$Properties): containerd.shim.v1.Timestamp;

                /**
                 * Encodes the specified Timestamp message. Does not implicitly {@link containerd.shim.v1.Timestamp.verify|verify} messages.
                 * @param message Timestamp message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.Timestamp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Timestamp message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.Timestamp & containerd.shim.v1.Timestamp.$Shape} Timestamp
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.Timestamp & containerd.shim.v1.Timestamp.$Shape;

                /**
                 * Gets the type url for Timestamp
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Timestamp {

                /** Properties of a Timestamp. */
                interface $Properties {

                    /** Timestamp seconds */
                    seconds?: (number|null);

                    /** Timestamp nanos */
                    nanos?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Timestamp. */
                type $Shape = containerd.shim.v1.Timestamp.$Properties;
            }

            /**
             * Properties of an Empty.
             * @deprecated Use containerd.shim.v1.Empty.$Properties instead.
             */
            interface IEmpty extends containerd.shim.v1.Empty.$Properties {
            }

            /** Represents an Empty. */
            class Empty {

                /**
                 * Constructs a new Empty.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.Empty.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new Empty instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Empty instance
                 */
                static create(properties: containerd.shim.v1.Empty.$Shape): containerd.shim.v1.Empty & containerd.shim.v1.Empty.$Shape;
                static create(properties?: containerd.shim.v1.Empty.$Properties): containerd.shim.v1.Empty;

                /**
                 * Encodes the specified Empty message. Does not implicitly {@link containerd.shim.v1.Empty.verify|verify} messages.
                 * @param message Empty message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Empty message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.Empty & containerd.shim.v1.Empty.$Shape} Empty
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.Empty & containerd.shim.v1.Empty.$Shape;

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
                type $Shape = containerd.shim.v1.Empty.$Properties;
            }

            /**
             * Properties of a BootstrapParams.
             * @deprecated Use containerd.shim.v1.BootstrapParams.$Properties instead.
             */
            interface IBootstrapParams extends containerd.shim.v1.BootstrapParams.$Properties {
            }

            /** Represents a BootstrapParams. */
            class BootstrapParams {

                /**
                 * Constructs a new BootstrapParams.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.BootstrapParams.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** BootstrapParams instanceId. */
                instanceId: string;

                /** BootstrapParams namespace. */
                namespace: string;

                /** BootstrapParams logLevel. */
                logLevel: number;

                /** BootstrapParams containerdVersion. */
                containerdVersion: string;

                /** BootstrapParams containerdTtrpcAddress. */
                containerdTtrpcAddress: string;

                /** BootstrapParams containerdGrpcAddress. */
                containerdGrpcAddress: string;

                /** BootstrapParams containerdBinary. */
                containerdBinary: string;

                /** BootstrapParams extensions. */
                extensions: containerd.shim.v1.Extension.$Properties[];

                /** BootstrapParams socketDir. */
                socketDir?: (string|null);

                /**
                 * Creates a new BootstrapParams instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns BootstrapParams instance
                 */
                static create(properties: containerd.shim.v1.BootstrapParams.$Shape): containerd.shim.v1.BootstrapParams & containerd.shim.v1.BootstrapParams.$Shape;
                static create(properties?: containerd.shim.v1.BootstrapParams.$Properties): containerd.shim.v1.BootstrapParams;

                /**
                 * Encodes the specified BootstrapParams message. Does not implicitly {@link containerd.shim.v1.BootstrapParams.verify|verify} messages.
                 * @param message BootstrapParams message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.BootstrapParams.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a BootstrapParams message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.BootstrapParams & containerd.shim.v1.BootstrapParams.$Shape} BootstrapParams
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.BootstrapParams & containerd.shim.v1.BootstrapParams.$Shape;

                /**
                 * Gets the type url for BootstrapParams
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace BootstrapParams {

                /** Properties of a BootstrapParams. */
                interface $Properties {

                    /** BootstrapParams instanceId */
                    instanceId?: (string|null);

                    /** BootstrapParams namespace */
                    namespace?: (string|null);

                    /** BootstrapParams logLevel */
                    logLevel?: (number|null);

                    /** BootstrapParams containerdVersion */
                    containerdVersion?: (string|null);

                    /** BootstrapParams containerdTtrpcAddress */
                    containerdTtrpcAddress?: (string|null);

                    /** BootstrapParams containerdGrpcAddress */
                    containerdGrpcAddress?: (string|null);

                    /** BootstrapParams containerdBinary */
                    containerdBinary?: (string|null);

                    /** BootstrapParams extensions */
                    extensions?: (containerd.shim.v1.Extension.$Properties[]|null);

                    /** BootstrapParams socketDir */
                    socketDir?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a BootstrapParams. */
                type $Shape = containerd.shim.v1.BootstrapParams.$Properties;
            }

            /**
             * Properties of an Extension.
             * @deprecated Use containerd.shim.v1.Extension.$Properties instead.
             */
            interface IExtension extends containerd.shim.v1.Extension.$Properties {
            }

            /** Represents an Extension. */
            class Extension {

                /**
                 * Constructs a new Extension.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.Extension.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Extension value. */
                value?: (containerd.shim.v1.Any.$Properties|null);

                /**
                 * Creates a new Extension instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Extension instance
                 */
                static create(properties: containerd.shim.v1.Extension.$Shape): containerd.shim.v1.Extension & containerd.shim.v1.Extension.$Shape;
                static create(properties?: containerd.shim.v1.Extension.$Properties): containerd.shim.v1.Extension;

                /**
                 * Encodes the specified Extension message. Does not implicitly {@link containerd.shim.v1.Extension.verify|verify} messages.
                 * @param message Extension message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.Extension.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Extension message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.Extension & containerd.shim.v1.Extension.$Shape} Extension
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.Extension & containerd.shim.v1.Extension.$Shape;

                /**
                 * Gets the type url for Extension
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Extension {

                /** Properties of an Extension. */
                interface $Properties {

                    /** Extension value */
                    value?: (containerd.shim.v1.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Extension. */
                type $Shape = containerd.shim.v1.Extension.$Properties;
            }

            /**
             * Properties of a DeleteResponse.
             * @deprecated Use containerd.shim.v1.DeleteResponse.$Properties instead.
             */
            interface IDeleteResponse extends containerd.shim.v1.DeleteResponse.$Properties {
            }

            /** Represents a DeleteResponse. */
            class DeleteResponse {

                /**
                 * Constructs a new DeleteResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.DeleteResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeleteResponse pid. */
                pid: number;

                /** DeleteResponse exitStatus. */
                exitStatus: number;

                /** DeleteResponse exitedAt. */
                exitedAt?: (containerd.shim.v1.Timestamp.$Properties|null);

                /**
                 * Creates a new DeleteResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DeleteResponse instance
                 */
                static create(properties: containerd.shim.v1.DeleteResponse.$Shape): containerd.shim.v1.DeleteResponse & containerd.shim.v1.DeleteResponse.$Shape;
                static create(properties?: containerd.shim.v1.DeleteResponse.$Properties): containerd.shim.v1.DeleteResponse;

                /**
                 * Encodes the specified DeleteResponse message. Does not implicitly {@link containerd.shim.v1.DeleteResponse.verify|verify} messages.
                 * @param message DeleteResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.DeleteResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeleteResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.DeleteResponse & containerd.shim.v1.DeleteResponse.$Shape} DeleteResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.DeleteResponse & containerd.shim.v1.DeleteResponse.$Shape;

                /**
                 * Gets the type url for DeleteResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DeleteResponse {

                /** Properties of a DeleteResponse. */
                interface $Properties {

                    /** DeleteResponse pid */
                    pid?: (number|null);

                    /** DeleteResponse exitStatus */
                    exitStatus?: (number|null);

                    /** DeleteResponse exitedAt */
                    exitedAt?: (containerd.shim.v1.Timestamp.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeleteResponse. */
                type $Shape = containerd.shim.v1.DeleteResponse.$Properties;
            }

            /**
             * Properties of a RuntimeInfo.
             * @deprecated Use containerd.shim.v1.RuntimeInfo.$Properties instead.
             */
            interface IRuntimeInfo extends containerd.shim.v1.RuntimeInfo.$Properties {
            }

            /** Represents a RuntimeInfo. */
            class RuntimeInfo {

                /**
                 * Constructs a new RuntimeInfo.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.RuntimeInfo.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RuntimeInfo name. */
                name: string;

                /** RuntimeInfo version. */
                version?: (containerd.shim.v1.RuntimeVersion.$Properties|null);

                /** RuntimeInfo options. */
                options?: (containerd.shim.v1.Any.$Properties|null);

                /** RuntimeInfo features. */
                features?: (containerd.shim.v1.Any.$Properties|null);

                /** RuntimeInfo annotations. */
                annotations: { [k: string]: string };

                /**
                 * Creates a new RuntimeInfo instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns RuntimeInfo instance
                 */
                static create(properties: containerd.shim.v1.RuntimeInfo.$Shape): containerd.shim.v1.RuntimeInfo & containerd.shim.v1.RuntimeInfo.$Shape;
                static create(properties?: containerd.shim.v1.RuntimeInfo.$Properties): containerd.shim.v1.RuntimeInfo;

                /**
                 * Encodes the specified RuntimeInfo message. Does not implicitly {@link containerd.shim.v1.RuntimeInfo.verify|verify} messages.
                 * @param message RuntimeInfo message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.RuntimeInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RuntimeInfo message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.RuntimeInfo & containerd.shim.v1.RuntimeInfo.$Shape} RuntimeInfo
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.RuntimeInfo & containerd.shim.v1.RuntimeInfo.$Shape;

                /**
                 * Gets the type url for RuntimeInfo
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace RuntimeInfo {

                /** Properties of a RuntimeInfo. */
                interface $Properties {

                    /** RuntimeInfo name */
                    name?: (string|null);

                    /** RuntimeInfo version */
                    version?: (containerd.shim.v1.RuntimeVersion.$Properties|null);

                    /** RuntimeInfo options */
                    options?: (containerd.shim.v1.Any.$Properties|null);

                    /** RuntimeInfo features */
                    features?: (containerd.shim.v1.Any.$Properties|null);

                    /** RuntimeInfo annotations */
                    annotations?: ({ [k: string]: string }|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RuntimeInfo. */
                type $Shape = containerd.shim.v1.RuntimeInfo.$Properties;
            }

            /**
             * Properties of a RuntimeVersion.
             * @deprecated Use containerd.shim.v1.RuntimeVersion.$Properties instead.
             */
            interface IRuntimeVersion extends containerd.shim.v1.RuntimeVersion.$Properties {
            }

            /** Represents a RuntimeVersion. */
            class RuntimeVersion {

                /**
                 * Constructs a new RuntimeVersion.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.RuntimeVersion.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** RuntimeVersion version. */
                version: string;

                /** RuntimeVersion revision. */
                revision: string;

                /**
                 * Creates a new RuntimeVersion instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns RuntimeVersion instance
                 */
                static create(properties: containerd.shim.v1.RuntimeVersion.$Shape): containerd.shim.v1.RuntimeVersion & containerd.shim.v1.RuntimeVersion.$Shape;
                static create(properties?: containerd.shim.v1.RuntimeVersion.$Properties): containerd.shim.v1.RuntimeVersion;

                /**
                 * Encodes the specified RuntimeVersion message. Does not implicitly {@link containerd.shim.v1.RuntimeVersion.verify|verify} messages.
                 * @param message RuntimeVersion message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.RuntimeVersion.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a RuntimeVersion message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.RuntimeVersion & containerd.shim.v1.RuntimeVersion.$Shape} RuntimeVersion
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.RuntimeVersion & containerd.shim.v1.RuntimeVersion.$Shape;

                /**
                 * Gets the type url for RuntimeVersion
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace RuntimeVersion {

                /** Properties of a RuntimeVersion. */
                interface $Properties {

                    /** RuntimeVersion version */
                    version?: (string|null);

                    /** RuntimeVersion revision */
                    revision?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a RuntimeVersion. */
                type $Shape = containerd.shim.v1.RuntimeVersion.$Properties;
            }

            /**
             * Properties of a ForwardRequest.
             * @deprecated Use containerd.shim.v1.ForwardRequest.$Properties instead.
             */
            interface IForwardRequest extends containerd.shim.v1.ForwardRequest.$Properties {
            }

            /** Represents a ForwardRequest. */
            class ForwardRequest {

                /**
                 * Constructs a new ForwardRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.ForwardRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ForwardRequest envelope. */
                envelope?: (containerd.shim.v1.Envelope.$Properties|null);

                /**
                 * Creates a new ForwardRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ForwardRequest instance
                 */
                static create(properties: containerd.shim.v1.ForwardRequest.$Shape): containerd.shim.v1.ForwardRequest & containerd.shim.v1.ForwardRequest.$Shape;
                static create(properties?: containerd.shim.v1.ForwardRequest.$Properties): containerd.shim.v1.ForwardRequest;

                /**
                 * Encodes the specified ForwardRequest message. Does not implicitly {@link containerd.shim.v1.ForwardRequest.verify|verify} messages.
                 * @param message ForwardRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.ForwardRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ForwardRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.ForwardRequest & containerd.shim.v1.ForwardRequest.$Shape} ForwardRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.ForwardRequest & containerd.shim.v1.ForwardRequest.$Shape;

                /**
                 * Gets the type url for ForwardRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ForwardRequest {

                /** Properties of a ForwardRequest. */
                interface $Properties {

                    /** ForwardRequest envelope */
                    envelope?: (containerd.shim.v1.Envelope.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ForwardRequest. */
                type $Shape = containerd.shim.v1.ForwardRequest.$Properties;
            }

            /**
             * Properties of an Envelope.
             * @deprecated Use containerd.shim.v1.Envelope.$Properties instead.
             */
            interface IEnvelope extends containerd.shim.v1.Envelope.$Properties {
            }

            /** Represents an Envelope. */
            class Envelope {

                /**
                 * Constructs a new Envelope.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.shim.v1.Envelope.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Envelope timestamp. */
                timestamp?: (containerd.shim.v1.Timestamp.$Properties|null);

                /** Envelope namespace. */
                namespace: string;

                /** Envelope topic. */
                topic: string;

                /** Envelope event. */
                event?: (containerd.shim.v1.Any.$Properties|null);

                /**
                 * Creates a new Envelope instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Envelope instance
                 */
                static create(properties: containerd.shim.v1.Envelope.$Shape): containerd.shim.v1.Envelope & containerd.shim.v1.Envelope.$Shape;
                static create(properties?: containerd.shim.v1.Envelope.$Properties): containerd.shim.v1.Envelope;

                /**
                 * Encodes the specified Envelope message. Does not implicitly {@link containerd.shim.v1.Envelope.verify|verify} messages.
                 * @param message Envelope message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.shim.v1.Envelope.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Envelope message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.shim.v1.Envelope & containerd.shim.v1.Envelope.$Shape} Envelope
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.shim.v1.Envelope & containerd.shim.v1.Envelope.$Shape;

                /**
                 * Gets the type url for Envelope
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Envelope {

                /** Properties of an Envelope. */
                interface $Properties {

                    /** Envelope timestamp */
                    timestamp?: (containerd.shim.v1.Timestamp.$Properties|null);

                    /** Envelope namespace */
                    namespace?: (string|null);

                    /** Envelope topic */
                    topic?: (string|null);

                    /** Envelope event */
                    event?: (containerd.shim.v1.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Envelope. */
                type $Shape = containerd.shim.v1.Envelope.$Properties;
            }
        }
    }
}
