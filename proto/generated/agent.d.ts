import * as $protobuf from "protobufjs";

/** Namespace lcow. */
export namespace lcow {

    /** Namespace agent. */
    namespace agent {

        /** Namespace v1. */
        namespace v1 {

            /**
             * Properties of a HelloRequest.
             * @deprecated Use lcow.agent.v1.HelloRequest.$Properties instead.
             */
            interface IHelloRequest extends lcow.agent.v1.HelloRequest.$Properties {
            }

            /** Represents a HelloRequest. */
            class HelloRequest {

                /**
                 * Constructs a new HelloRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.HelloRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HelloRequest secret. */
                secret: Uint8Array;

                /** HelloRequest entropy. */
                entropy: Uint8Array;

                /** HelloRequest wallClockNs. */
                wallClockNs: number;

                /** HelloRequest hostname. */
                hostname: string;

                /** HelloRequest template. */
                template: boolean;

                /**
                 * Creates a new HelloRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns HelloRequest instance
                 */
                static create(properties: lcow.agent.v1.HelloRequest.$Shape): lcow.agent.v1.HelloRequest & lcow.agent.v1.HelloRequest.$Shape;
                static create(properties?: lcow.agent.v1.HelloRequest.$Properties): lcow.agent.v1.HelloRequest;

                /**
                 * Encodes the specified HelloRequest message. Does not implicitly {@link lcow.agent.v1.HelloRequest.verify|verify} messages.
                 * @param message HelloRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.HelloRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HelloRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.HelloRequest & lcow.agent.v1.HelloRequest.$Shape} HelloRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.HelloRequest & lcow.agent.v1.HelloRequest.$Shape;

                /**
                 * Gets the type url for HelloRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace HelloRequest {

                /** Properties of a HelloRequest. */
                interface $Properties {

                    /** HelloRequest secret */
                    secret?: (Uint8Array|null);

                    /** HelloRequest entropy */
                    entropy?: (Uint8Array|null);

                    /** HelloRequest wallClockNs */
                    wallClockNs?: (number|null);

                    /** HelloRequest hostname */
                    hostname?: (string|null);

                    /** HelloRequest template */
                    template?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HelloRequest. */
                type $Shape = lcow.agent.v1.HelloRequest.$Properties;
            }

            /**
             * Properties of a HelloResponse.
             * @deprecated Use lcow.agent.v1.HelloResponse.$Properties instead.
             */
            interface IHelloResponse extends lcow.agent.v1.HelloResponse.$Properties {
            }

            /** Represents a HelloResponse. */
            class HelloResponse {

                /**
                 * Constructs a new HelloResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.HelloResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HelloResponse agentVersion. */
                agentVersion: string;

                /** HelloResponse kernelRelease. */
                kernelRelease: string;

                /** HelloResponse platform. */
                platform: string;

                /** HelloResponse runtime. */
                runtime: string;

                /** HelloResponse nowNs. */
                nowNs: number;

                /** HelloResponse timeline. */
                timeline: lcow.agent.v1.TimelineMark.$Properties[];

                /** HelloResponse features. */
                features: string[];

                /** HelloResponse cpus. */
                cpus: number;

                /** HelloResponse memoryBytes. */
                memoryBytes: number;

                /** HelloResponse bootId. */
                bootId: string;

                /** HelloResponse missing. */
                missing: string[];

                /**
                 * Creates a new HelloResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns HelloResponse instance
                 */
                static create(properties: lcow.agent.v1.HelloResponse.$Shape): lcow.agent.v1.HelloResponse & lcow.agent.v1.HelloResponse.$Shape;
                static create(properties?: lcow.agent.v1.HelloResponse.$Properties): lcow.agent.v1.HelloResponse;

                /**
                 * Encodes the specified HelloResponse message. Does not implicitly {@link lcow.agent.v1.HelloResponse.verify|verify} messages.
                 * @param message HelloResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.HelloResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HelloResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.HelloResponse & lcow.agent.v1.HelloResponse.$Shape} HelloResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.HelloResponse & lcow.agent.v1.HelloResponse.$Shape;

                /**
                 * Gets the type url for HelloResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace HelloResponse {

                /** Properties of a HelloResponse. */
                interface $Properties {

                    /** HelloResponse agentVersion */
                    agentVersion?: (string|null);

                    /** HelloResponse kernelRelease */
                    kernelRelease?: (string|null);

                    /** HelloResponse platform */
                    platform?: (string|null);

                    /** HelloResponse runtime */
                    runtime?: (string|null);

                    /** HelloResponse nowNs */
                    nowNs?: (number|null);

                    /** HelloResponse timeline */
                    timeline?: (lcow.agent.v1.TimelineMark.$Properties[]|null);

                    /** HelloResponse features */
                    features?: (string[]|null);

                    /** HelloResponse cpus */
                    cpus?: (number|null);

                    /** HelloResponse memoryBytes */
                    memoryBytes?: (number|null);

                    /** HelloResponse bootId */
                    bootId?: (string|null);

                    /** HelloResponse missing */
                    missing?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HelloResponse. */
                type $Shape = lcow.agent.v1.HelloResponse.$Properties;
            }

            /**
             * Properties of a TimelineMark.
             * @deprecated Use lcow.agent.v1.TimelineMark.$Properties instead.
             */
            interface ITimelineMark extends lcow.agent.v1.TimelineMark.$Properties {
            }

            /** Represents a TimelineMark. */
            class TimelineMark {

                /**
                 * Constructs a new TimelineMark.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.TimelineMark.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TimelineMark name. */
                name: string;

                /** TimelineMark atNs. */
                atNs: number;

                /**
                 * Creates a new TimelineMark instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TimelineMark instance
                 */
                static create(properties: lcow.agent.v1.TimelineMark.$Shape): lcow.agent.v1.TimelineMark & lcow.agent.v1.TimelineMark.$Shape;
                static create(properties?: lcow.agent.v1.TimelineMark.$Properties): lcow.agent.v1.TimelineMark;

                /**
                 * Encodes the specified TimelineMark message. Does not implicitly {@link lcow.agent.v1.TimelineMark.verify|verify} messages.
                 * @param message TimelineMark message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.TimelineMark.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TimelineMark message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.TimelineMark & lcow.agent.v1.TimelineMark.$Shape} TimelineMark
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.TimelineMark & lcow.agent.v1.TimelineMark.$Shape;

                /**
                 * Gets the type url for TimelineMark
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TimelineMark {

                /** Properties of a TimelineMark. */
                interface $Properties {

                    /** TimelineMark name */
                    name?: (string|null);

                    /** TimelineMark atNs */
                    atNs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TimelineMark. */
                type $Shape = lcow.agent.v1.TimelineMark.$Properties;
            }

            /**
             * Properties of a PingRequest.
             * @deprecated Use lcow.agent.v1.PingRequest.$Properties instead.
             */
            interface IPingRequest extends lcow.agent.v1.PingRequest.$Properties {
            }

            /** Represents a PingRequest. */
            class PingRequest {

                /**
                 * Constructs a new PingRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PingRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new PingRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PingRequest instance
                 */
                static create(properties: lcow.agent.v1.PingRequest.$Shape): lcow.agent.v1.PingRequest & lcow.agent.v1.PingRequest.$Shape;
                static create(properties?: lcow.agent.v1.PingRequest.$Properties): lcow.agent.v1.PingRequest;

                /**
                 * Encodes the specified PingRequest message. Does not implicitly {@link lcow.agent.v1.PingRequest.verify|verify} messages.
                 * @param message PingRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PingRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PingRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PingRequest & lcow.agent.v1.PingRequest.$Shape} PingRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PingRequest & lcow.agent.v1.PingRequest.$Shape;

                /**
                 * Gets the type url for PingRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PingRequest {

                /** Properties of a PingRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PingRequest. */
                type $Shape = lcow.agent.v1.PingRequest.$Properties;
            }

            /**
             * Properties of a PingResponse.
             * @deprecated Use lcow.agent.v1.PingResponse.$Properties instead.
             */
            interface IPingResponse extends lcow.agent.v1.PingResponse.$Properties {
            }

            /** Represents a PingResponse. */
            class PingResponse {

                /**
                 * Constructs a new PingResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PingResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PingResponse nowNs. */
                nowNs: number;

                /**
                 * Creates a new PingResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PingResponse instance
                 */
                static create(properties: lcow.agent.v1.PingResponse.$Shape): lcow.agent.v1.PingResponse & lcow.agent.v1.PingResponse.$Shape;
                static create(properties?: lcow.agent.v1.PingResponse.$Properties): lcow.agent.v1.PingResponse;

                /**
                 * Encodes the specified PingResponse message. Does not implicitly {@link lcow.agent.v1.PingResponse.verify|verify} messages.
                 * @param message PingResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PingResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PingResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PingResponse & lcow.agent.v1.PingResponse.$Shape} PingResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PingResponse & lcow.agent.v1.PingResponse.$Shape;

                /**
                 * Gets the type url for PingResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PingResponse {

                /** Properties of a PingResponse. */
                interface $Properties {

                    /** PingResponse nowNs */
                    nowNs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PingResponse. */
                type $Shape = lcow.agent.v1.PingResponse.$Properties;
            }

            /**
             * Properties of a SetTimeRequest.
             * @deprecated Use lcow.agent.v1.SetTimeRequest.$Properties instead.
             */
            interface ISetTimeRequest extends lcow.agent.v1.SetTimeRequest.$Properties {
            }

            /** Represents a SetTimeRequest. */
            class SetTimeRequest {

                /**
                 * Constructs a new SetTimeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.SetTimeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** SetTimeRequest wallClockNs. */
                wallClockNs: number;

                /**
                 * Creates a new SetTimeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns SetTimeRequest instance
                 */
                static create(properties: lcow.agent.v1.SetTimeRequest.$Shape): lcow.agent.v1.SetTimeRequest & lcow.agent.v1.SetTimeRequest.$Shape;
                static create(properties?: lcow.agent.v1.SetTimeRequest.$Properties): lcow.agent.v1.SetTimeRequest;

                /**
                 * Encodes the specified SetTimeRequest message. Does not implicitly {@link lcow.agent.v1.SetTimeRequest.verify|verify} messages.
                 * @param message SetTimeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.SetTimeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a SetTimeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.SetTimeRequest & lcow.agent.v1.SetTimeRequest.$Shape} SetTimeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.SetTimeRequest & lcow.agent.v1.SetTimeRequest.$Shape;

                /**
                 * Gets the type url for SetTimeRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace SetTimeRequest {

                /** Properties of a SetTimeRequest. */
                interface $Properties {

                    /** SetTimeRequest wallClockNs */
                    wallClockNs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a SetTimeRequest. */
                type $Shape = lcow.agent.v1.SetTimeRequest.$Properties;
            }

            /**
             * Properties of a SetTimeResponse.
             * @deprecated Use lcow.agent.v1.SetTimeResponse.$Properties instead.
             */
            interface ISetTimeResponse extends lcow.agent.v1.SetTimeResponse.$Properties {
            }

            /** Represents a SetTimeResponse. */
            class SetTimeResponse {

                /**
                 * Constructs a new SetTimeResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.SetTimeResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new SetTimeResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns SetTimeResponse instance
                 */
                static create(properties: lcow.agent.v1.SetTimeResponse.$Shape): lcow.agent.v1.SetTimeResponse & lcow.agent.v1.SetTimeResponse.$Shape;
                static create(properties?: lcow.agent.v1.SetTimeResponse.$Properties): lcow.agent.v1.SetTimeResponse;

                /**
                 * Encodes the specified SetTimeResponse message. Does not implicitly {@link lcow.agent.v1.SetTimeResponse.verify|verify} messages.
                 * @param message SetTimeResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.SetTimeResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a SetTimeResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.SetTimeResponse & lcow.agent.v1.SetTimeResponse.$Shape} SetTimeResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.SetTimeResponse & lcow.agent.v1.SetTimeResponse.$Shape;

                /**
                 * Gets the type url for SetTimeResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace SetTimeResponse {

                /** Properties of a SetTimeResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a SetTimeResponse. */
                type $Shape = lcow.agent.v1.SetTimeResponse.$Properties;
            }

            /**
             * Properties of an AddEntropyRequest.
             * @deprecated Use lcow.agent.v1.AddEntropyRequest.$Properties instead.
             */
            interface IAddEntropyRequest extends lcow.agent.v1.AddEntropyRequest.$Properties {
            }

            /** Represents an AddEntropyRequest. */
            class AddEntropyRequest {

                /**
                 * Constructs a new AddEntropyRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.AddEntropyRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AddEntropyRequest entropy. */
                entropy: Uint8Array;

                /**
                 * Creates a new AddEntropyRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AddEntropyRequest instance
                 */
                static create(properties: lcow.agent.v1.AddEntropyRequest.$Shape): lcow.agent.v1.AddEntropyRequest & lcow.agent.v1.AddEntropyRequest.$Shape;
                static create(properties?: lcow.agent.v1.AddEntropyRequest.$Properties): lcow.agent.v1.AddEntropyRequest;

                /**
                 * Encodes the specified AddEntropyRequest message. Does not implicitly {@link lcow.agent.v1.AddEntropyRequest.verify|verify} messages.
                 * @param message AddEntropyRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.AddEntropyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AddEntropyRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.AddEntropyRequest & lcow.agent.v1.AddEntropyRequest.$Shape} AddEntropyRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.AddEntropyRequest & lcow.agent.v1.AddEntropyRequest.$Shape;

                /**
                 * Gets the type url for AddEntropyRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace AddEntropyRequest {

                /** Properties of an AddEntropyRequest. */
                interface $Properties {

                    /** AddEntropyRequest entropy */
                    entropy?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AddEntropyRequest. */
                type $Shape = lcow.agent.v1.AddEntropyRequest.$Properties;
            }

            /**
             * Properties of an AddEntropyResponse.
             * @deprecated Use lcow.agent.v1.AddEntropyResponse.$Properties instead.
             */
            interface IAddEntropyResponse extends lcow.agent.v1.AddEntropyResponse.$Properties {
            }

            /** Represents an AddEntropyResponse. */
            class AddEntropyResponse {

                /**
                 * Constructs a new AddEntropyResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.AddEntropyResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new AddEntropyResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AddEntropyResponse instance
                 */
                static create(properties: lcow.agent.v1.AddEntropyResponse.$Shape): lcow.agent.v1.AddEntropyResponse & lcow.agent.v1.AddEntropyResponse.$Shape;
                static create(properties?: lcow.agent.v1.AddEntropyResponse.$Properties): lcow.agent.v1.AddEntropyResponse;

                /**
                 * Encodes the specified AddEntropyResponse message. Does not implicitly {@link lcow.agent.v1.AddEntropyResponse.verify|verify} messages.
                 * @param message AddEntropyResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.AddEntropyResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AddEntropyResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.AddEntropyResponse & lcow.agent.v1.AddEntropyResponse.$Shape} AddEntropyResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.AddEntropyResponse & lcow.agent.v1.AddEntropyResponse.$Shape;

                /**
                 * Gets the type url for AddEntropyResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace AddEntropyResponse {

                /** Properties of an AddEntropyResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AddEntropyResponse. */
                type $Shape = lcow.agent.v1.AddEntropyResponse.$Properties;
            }

            /**
             * Properties of a ResumeRequest.
             * @deprecated Use lcow.agent.v1.ResumeRequest.$Properties instead.
             */
            interface IResumeRequest extends lcow.agent.v1.ResumeRequest.$Properties {
            }

            /** Represents a ResumeRequest. */
            class ResumeRequest {

                /**
                 * Constructs a new ResumeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResumeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResumeRequest secret. */
                secret: Uint8Array;

                /** ResumeRequest entropy. */
                entropy: Uint8Array;

                /** ResumeRequest wallClockNs. */
                wallClockNs: number;

                /** ResumeRequest hostname. */
                hostname: string;

                /** ResumeRequest machineId. */
                machineId: string;

                /**
                 * Creates a new ResumeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResumeRequest instance
                 */
                static create(properties: lcow.agent.v1.ResumeRequest.$Shape): lcow.agent.v1.ResumeRequest & lcow.agent.v1.ResumeRequest.$Shape;
                static create(properties?: lcow.agent.v1.ResumeRequest.$Properties): lcow.agent.v1.ResumeRequest;

                /**
                 * Encodes the specified ResumeRequest message. Does not implicitly {@link lcow.agent.v1.ResumeRequest.verify|verify} messages.
                 * @param message ResumeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResumeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResumeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResumeRequest & lcow.agent.v1.ResumeRequest.$Shape} ResumeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResumeRequest & lcow.agent.v1.ResumeRequest.$Shape;

                /**
                 * Gets the type url for ResumeRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResumeRequest {

                /** Properties of a ResumeRequest. */
                interface $Properties {

                    /** ResumeRequest secret */
                    secret?: (Uint8Array|null);

                    /** ResumeRequest entropy */
                    entropy?: (Uint8Array|null);

                    /** ResumeRequest wallClockNs */
                    wallClockNs?: (number|null);

                    /** ResumeRequest hostname */
                    hostname?: (string|null);

                    /** ResumeRequest machineId */
                    machineId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResumeRequest. */
                type $Shape = lcow.agent.v1.ResumeRequest.$Properties;
            }

            /**
             * Properties of a ResumeResponse.
             * @deprecated Use lcow.agent.v1.ResumeResponse.$Properties instead.
             */
            interface IResumeResponse extends lcow.agent.v1.ResumeResponse.$Properties {
            }

            /** Represents a ResumeResponse. */
            class ResumeResponse {

                /**
                 * Constructs a new ResumeResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResumeResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResumeResponse nowNs. */
                nowNs: number;

                /** ResumeResponse bootId. */
                bootId: string;

                /**
                 * Creates a new ResumeResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResumeResponse instance
                 */
                static create(properties: lcow.agent.v1.ResumeResponse.$Shape): lcow.agent.v1.ResumeResponse & lcow.agent.v1.ResumeResponse.$Shape;
                static create(properties?: lcow.agent.v1.ResumeResponse.$Properties): lcow.agent.v1.ResumeResponse;

                /**
                 * Encodes the specified ResumeResponse message. Does not implicitly {@link lcow.agent.v1.ResumeResponse.verify|verify} messages.
                 * @param message ResumeResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResumeResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResumeResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResumeResponse & lcow.agent.v1.ResumeResponse.$Shape} ResumeResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResumeResponse & lcow.agent.v1.ResumeResponse.$Shape;

                /**
                 * Gets the type url for ResumeResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResumeResponse {

                /** Properties of a ResumeResponse. */
                interface $Properties {

                    /** ResumeResponse nowNs */
                    nowNs?: (number|null);

                    /** ResumeResponse bootId */
                    bootId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResumeResponse. */
                type $Shape = lcow.agent.v1.ResumeResponse.$Properties;
            }

            /**
             * Properties of a GetTimelineRequest.
             * @deprecated Use lcow.agent.v1.GetTimelineRequest.$Properties instead.
             */
            interface IGetTimelineRequest extends lcow.agent.v1.GetTimelineRequest.$Properties {
            }

            /** Represents a GetTimelineRequest. */
            class GetTimelineRequest {

                /**
                 * Constructs a new GetTimelineRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.GetTimelineRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new GetTimelineRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetTimelineRequest instance
                 */
                static create(properties: lcow.agent.v1.GetTimelineRequest.$Shape): lcow.agent.v1.GetTimelineRequest & lcow.agent.v1.GetTimelineRequest.$Shape;
                static create(properties?: lcow.agent.v1.GetTimelineRequest.$Properties): lcow.agent.v1.GetTimelineRequest;

                /**
                 * Encodes the specified GetTimelineRequest message. Does not implicitly {@link lcow.agent.v1.GetTimelineRequest.verify|verify} messages.
                 * @param message GetTimelineRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.GetTimelineRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetTimelineRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.GetTimelineRequest & lcow.agent.v1.GetTimelineRequest.$Shape} GetTimelineRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.GetTimelineRequest & lcow.agent.v1.GetTimelineRequest.$Shape;

                /**
                 * Gets the type url for GetTimelineRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace GetTimelineRequest {

                /** Properties of a GetTimelineRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetTimelineRequest. */
                type $Shape = lcow.agent.v1.GetTimelineRequest.$Properties;
            }

            /**
             * Properties of a GetTimelineResponse.
             * @deprecated Use lcow.agent.v1.GetTimelineResponse.$Properties instead.
             */
            interface IGetTimelineResponse extends lcow.agent.v1.GetTimelineResponse.$Properties {
            }

            /** Represents a GetTimelineResponse. */
            class GetTimelineResponse {

                /**
                 * Constructs a new GetTimelineResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.GetTimelineResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** GetTimelineResponse nowNs. */
                nowNs: number;

                /** GetTimelineResponse marks. */
                marks: lcow.agent.v1.TimelineMark.$Properties[];

                /**
                 * Creates a new GetTimelineResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetTimelineResponse instance
                 */
                static create(properties: lcow.agent.v1.GetTimelineResponse.$Shape): lcow.agent.v1.GetTimelineResponse & lcow.agent.v1.GetTimelineResponse.$Shape;
                static create(properties?: lcow.agent.v1.GetTimelineResponse.$Properties): lcow.agent.v1.GetTimelineResponse;

                /**
                 * Encodes the specified GetTimelineResponse message. Does not implicitly {@link lcow.agent.v1.GetTimelineResponse.verify|verify} messages.
                 * @param message GetTimelineResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.GetTimelineResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetTimelineResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.GetTimelineResponse & lcow.agent.v1.GetTimelineResponse.$Shape} GetTimelineResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.GetTimelineResponse & lcow.agent.v1.GetTimelineResponse.$Shape;

                /**
                 * Gets the type url for GetTimelineResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace GetTimelineResponse {

                /** Properties of a GetTimelineResponse. */
                interface $Properties {

                    /** GetTimelineResponse nowNs */
                    nowNs?: (number|null);

                    /** GetTimelineResponse marks */
                    marks?: (lcow.agent.v1.TimelineMark.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetTimelineResponse. */
                type $Shape = lcow.agent.v1.GetTimelineResponse.$Properties;
            }

            /**
             * Properties of a GetMemoryRequest.
             * @deprecated Use lcow.agent.v1.GetMemoryRequest.$Properties instead.
             */
            interface IGetMemoryRequest extends lcow.agent.v1.GetMemoryRequest.$Properties {
            }

            /** Represents a GetMemoryRequest. */
            class GetMemoryRequest {

                /**
                 * Constructs a new GetMemoryRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.GetMemoryRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new GetMemoryRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetMemoryRequest instance
                 */
                static create(properties: lcow.agent.v1.GetMemoryRequest.$Shape): lcow.agent.v1.GetMemoryRequest & lcow.agent.v1.GetMemoryRequest.$Shape;
                static create(properties?: lcow.agent.v1.GetMemoryRequest.$Properties): lcow.agent.v1.GetMemoryRequest;

                /**
                 * Encodes the specified GetMemoryRequest message. Does not implicitly {@link lcow.agent.v1.GetMemoryRequest.verify|verify} messages.
                 * @param message GetMemoryRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.GetMemoryRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetMemoryRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.GetMemoryRequest & lcow.agent.v1.GetMemoryRequest.$Shape} GetMemoryRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.GetMemoryRequest & lcow.agent.v1.GetMemoryRequest.$Shape;

                /**
                 * Gets the type url for GetMemoryRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace GetMemoryRequest {

                /** Properties of a GetMemoryRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetMemoryRequest. */
                type $Shape = lcow.agent.v1.GetMemoryRequest.$Properties;
            }

            /**
             * Properties of a GetMemoryResponse.
             * @deprecated Use lcow.agent.v1.GetMemoryResponse.$Properties instead.
             */
            interface IGetMemoryResponse extends lcow.agent.v1.GetMemoryResponse.$Properties {
            }

            /** Represents a GetMemoryResponse. */
            class GetMemoryResponse {

                /**
                 * Constructs a new GetMemoryResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.GetMemoryResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** GetMemoryResponse totalBytes. */
                totalBytes: number;

                /** GetMemoryResponse availableBytes. */
                availableBytes: number;

                /** GetMemoryResponse someAvg10. */
                someAvg10: number;

                /** GetMemoryResponse fullAvg10. */
                fullAvg10: number;

                /**
                 * Creates a new GetMemoryResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GetMemoryResponse instance
                 */
                static create(properties: lcow.agent.v1.GetMemoryResponse.$Shape): lcow.agent.v1.GetMemoryResponse & lcow.agent.v1.GetMemoryResponse.$Shape;
                static create(properties?: lcow.agent.v1.GetMemoryResponse.$Properties): lcow.agent.v1.GetMemoryResponse;

                /**
                 * Encodes the specified GetMemoryResponse message. Does not implicitly {@link lcow.agent.v1.GetMemoryResponse.verify|verify} messages.
                 * @param message GetMemoryResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.GetMemoryResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GetMemoryResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.GetMemoryResponse & lcow.agent.v1.GetMemoryResponse.$Shape} GetMemoryResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.GetMemoryResponse & lcow.agent.v1.GetMemoryResponse.$Shape;

                /**
                 * Gets the type url for GetMemoryResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace GetMemoryResponse {

                /** Properties of a GetMemoryResponse. */
                interface $Properties {

                    /** GetMemoryResponse totalBytes */
                    totalBytes?: (number|null);

                    /** GetMemoryResponse availableBytes */
                    availableBytes?: (number|null);

                    /** GetMemoryResponse someAvg10 */
                    someAvg10?: (number|null);

                    /** GetMemoryResponse fullAvg10 */
                    fullAvg10?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a GetMemoryResponse. */
                type $Shape = lcow.agent.v1.GetMemoryResponse.$Properties;
            }

            /**
             * Properties of a ShutdownRequest.
             * @deprecated Use lcow.agent.v1.ShutdownRequest.$Properties instead.
             */
            interface IShutdownRequest extends lcow.agent.v1.ShutdownRequest.$Properties {
            }

            /** Represents a ShutdownRequest. */
            class ShutdownRequest {

                /**
                 * Constructs a new ShutdownRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ShutdownRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ShutdownRequest graceMs. */
                graceMs: number;

                /**
                 * Creates a new ShutdownRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ShutdownRequest instance
                 */
                static create(properties: lcow.agent.v1.ShutdownRequest.$Shape): lcow.agent.v1.ShutdownRequest & lcow.agent.v1.ShutdownRequest.$Shape;
                static create(properties?: lcow.agent.v1.ShutdownRequest.$Properties): lcow.agent.v1.ShutdownRequest;

                /**
                 * Encodes the specified ShutdownRequest message. Does not implicitly {@link lcow.agent.v1.ShutdownRequest.verify|verify} messages.
                 * @param message ShutdownRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ShutdownRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ShutdownRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ShutdownRequest & lcow.agent.v1.ShutdownRequest.$Shape} ShutdownRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ShutdownRequest & lcow.agent.v1.ShutdownRequest.$Shape;

                /**
                 * Gets the type url for ShutdownRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ShutdownRequest {

                /** Properties of a ShutdownRequest. */
                interface $Properties {

                    /** ShutdownRequest graceMs */
                    graceMs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ShutdownRequest. */
                type $Shape = lcow.agent.v1.ShutdownRequest.$Properties;
            }

            /**
             * Properties of a ShutdownResponse.
             * @deprecated Use lcow.agent.v1.ShutdownResponse.$Properties instead.
             */
            interface IShutdownResponse extends lcow.agent.v1.ShutdownResponse.$Properties {
            }

            /** Represents a ShutdownResponse. */
            class ShutdownResponse {

                /**
                 * Constructs a new ShutdownResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ShutdownResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new ShutdownResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ShutdownResponse instance
                 */
                static create(properties: lcow.agent.v1.ShutdownResponse.$Shape): lcow.agent.v1.ShutdownResponse & lcow.agent.v1.ShutdownResponse.$Shape;
                static create(properties?: lcow.agent.v1.ShutdownResponse.$Properties): lcow.agent.v1.ShutdownResponse;

                /**
                 * Encodes the specified ShutdownResponse message. Does not implicitly {@link lcow.agent.v1.ShutdownResponse.verify|verify} messages.
                 * @param message ShutdownResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ShutdownResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ShutdownResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ShutdownResponse & lcow.agent.v1.ShutdownResponse.$Shape} ShutdownResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ShutdownResponse & lcow.agent.v1.ShutdownResponse.$Shape;

                /**
                 * Gets the type url for ShutdownResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ShutdownResponse {

                /** Properties of a ShutdownResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ShutdownResponse. */
                type $Shape = lcow.agent.v1.ShutdownResponse.$Properties;
            }

            /**
             * Properties of a ScsiDisk.
             * @deprecated Use lcow.agent.v1.ScsiDisk.$Properties instead.
             */
            interface IScsiDisk extends lcow.agent.v1.ScsiDisk.$Properties {
            }

            /** Represents a ScsiDisk. */
            class ScsiDisk {

                /**
                 * Constructs a new ScsiDisk.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ScsiDisk.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ScsiDisk controller. */
                controller: number;

                /** ScsiDisk lun. */
                lun: number;

                /**
                 * Creates a new ScsiDisk instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ScsiDisk instance
                 */
                static create(properties: lcow.agent.v1.ScsiDisk.$Shape): lcow.agent.v1.ScsiDisk & lcow.agent.v1.ScsiDisk.$Shape;
                static create(properties?: lcow.agent.v1.ScsiDisk.$Properties): lcow.agent.v1.ScsiDisk;

                /**
                 * Encodes the specified ScsiDisk message. Does not implicitly {@link lcow.agent.v1.ScsiDisk.verify|verify} messages.
                 * @param message ScsiDisk message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ScsiDisk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ScsiDisk message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ScsiDisk & lcow.agent.v1.ScsiDisk.$Shape} ScsiDisk
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ScsiDisk & lcow.agent.v1.ScsiDisk.$Shape;

                /**
                 * Gets the type url for ScsiDisk
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ScsiDisk {

                /** Properties of a ScsiDisk. */
                interface $Properties {

                    /** ScsiDisk controller */
                    controller?: (number|null);

                    /** ScsiDisk lun */
                    lun?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ScsiDisk. */
                type $Shape = lcow.agent.v1.ScsiDisk.$Properties;
            }

            /**
             * Properties of a PmemDisk.
             * @deprecated Use lcow.agent.v1.PmemDisk.$Properties instead.
             */
            interface IPmemDisk extends lcow.agent.v1.PmemDisk.$Properties {
            }

            /** Represents a PmemDisk. */
            class PmemDisk {

                /**
                 * Constructs a new PmemDisk.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PmemDisk.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PmemDisk device. */
                device: number;

                /**
                 * Creates a new PmemDisk instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PmemDisk instance
                 */
                static create(properties: lcow.agent.v1.PmemDisk.$Shape): lcow.agent.v1.PmemDisk & lcow.agent.v1.PmemDisk.$Shape;
                static create(properties?: lcow.agent.v1.PmemDisk.$Properties): lcow.agent.v1.PmemDisk;

                /**
                 * Encodes the specified PmemDisk message. Does not implicitly {@link lcow.agent.v1.PmemDisk.verify|verify} messages.
                 * @param message PmemDisk message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PmemDisk.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PmemDisk message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PmemDisk & lcow.agent.v1.PmemDisk.$Shape} PmemDisk
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PmemDisk & lcow.agent.v1.PmemDisk.$Shape;

                /**
                 * Gets the type url for PmemDisk
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PmemDisk {

                /** Properties of a PmemDisk. */
                interface $Properties {

                    /** PmemDisk device */
                    device?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PmemDisk. */
                type $Shape = lcow.agent.v1.PmemDisk.$Properties;
            }

            /**
             * Properties of a Plan9Share.
             * @deprecated Use lcow.agent.v1.Plan9Share.$Properties instead.
             */
            interface IPlan9Share extends lcow.agent.v1.Plan9Share.$Properties {
            }

            /** Represents a Plan9Share. */
            class Plan9Share {

                /**
                 * Constructs a new Plan9Share.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Plan9Share.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Plan9Share name. */
                name: string;

                /** Plan9Share port. */
                port: number;

                /**
                 * Creates a new Plan9Share instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Plan9Share instance
                 */
                static create(properties: lcow.agent.v1.Plan9Share.$Shape): lcow.agent.v1.Plan9Share & lcow.agent.v1.Plan9Share.$Shape;
                static create(properties?: lcow.agent.v1.Plan9Share.$Properties): lcow.agent.v1.Plan9Share;

                /**
                 * Encodes the specified Plan9Share message. Does not implicitly {@link lcow.agent.v1.Plan9Share.verify|verify} messages.
                 * @param message Plan9Share message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Plan9Share.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Plan9Share message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Plan9Share & lcow.agent.v1.Plan9Share.$Shape} Plan9Share
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Plan9Share & lcow.agent.v1.Plan9Share.$Shape;

                /**
                 * Gets the type url for Plan9Share
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Plan9Share {

                /** Properties of a Plan9Share. */
                interface $Properties {

                    /** Plan9Share name */
                    name?: (string|null);

                    /** Plan9Share port */
                    port?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Plan9Share. */
                type $Shape = lcow.agent.v1.Plan9Share.$Properties;
            }

            /**
             * Properties of a DiskSource.
             * @deprecated Use lcow.agent.v1.DiskSource.$Properties instead.
             */
            interface IDiskSource extends lcow.agent.v1.DiskSource.$Properties {
            }

            /** Represents a DiskSource. */
            class DiskSource {

                /**
                 * Constructs a new DiskSource.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.DiskSource.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DiskSource scsi. */
                scsi?: (lcow.agent.v1.ScsiDisk.$Properties|null);

                /** DiskSource pmem. */
                pmem?: (lcow.agent.v1.PmemDisk.$Properties|null);

                /** DiskSource source. */
                source?: ("scsi"|"pmem");

                /**
                 * Creates a new DiskSource instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DiskSource instance
                 */
                static create(properties: lcow.agent.v1.DiskSource.$Shape): lcow.agent.v1.DiskSource & lcow.agent.v1.DiskSource.$Shape;
                static create(properties?: lcow.agent.v1.DiskSource.$Properties): lcow.agent.v1.DiskSource;

                /**
                 * Encodes the specified DiskSource message. Does not implicitly {@link lcow.agent.v1.DiskSource.verify|verify} messages.
                 * @param message DiskSource message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.DiskSource.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DiskSource message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.DiskSource & lcow.agent.v1.DiskSource.$Shape} DiskSource
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.DiskSource & lcow.agent.v1.DiskSource.$Shape;

                /**
                 * Gets the type url for DiskSource
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DiskSource {

                /** Properties of a DiskSource. */
                interface $Properties {

                    /** DiskSource scsi */
                    scsi?: (lcow.agent.v1.ScsiDisk.$Properties|null);

                    /** DiskSource pmem */
                    pmem?: (lcow.agent.v1.PmemDisk.$Properties|null);

                    /** DiskSource source */
                    source?: ("scsi"|"pmem");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a DiskSource. */
                type $Shape = {
                  scsi?: lcow.agent.v1.ScsiDisk.$Shape|null;
                  pmem?: lcow.agent.v1.PmemDisk.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ source?: undefined; scsi?: null; pmem?: null }|{ source?: "scsi"; scsi: lcow.agent.v1.ScsiDisk.$Shape; pmem?: null }|{ source?: "pmem"; scsi?: null; pmem: lcow.agent.v1.PmemDisk.$Shape })
                );
            }

            /**
             * Properties of an AttachRequest.
             * @deprecated Use lcow.agent.v1.AttachRequest.$Properties instead.
             */
            interface IAttachRequest extends lcow.agent.v1.AttachRequest.$Properties {
            }

            /** Represents an AttachRequest. */
            class AttachRequest {

                /**
                 * Constructs a new AttachRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.AttachRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AttachRequest disk. */
                disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                /**
                 * Creates a new AttachRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AttachRequest instance
                 */
                static create(properties: lcow.agent.v1.AttachRequest.$Shape): lcow.agent.v1.AttachRequest & lcow.agent.v1.AttachRequest.$Shape;
                static create(properties?: lcow.agent.v1.AttachRequest.$Properties): lcow.agent.v1.AttachRequest;

                /**
                 * Encodes the specified AttachRequest message. Does not implicitly {@link lcow.agent.v1.AttachRequest.verify|verify} messages.
                 * @param message AttachRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.AttachRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AttachRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.AttachRequest & lcow.agent.v1.AttachRequest.$Shape} AttachRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.AttachRequest & lcow.agent.v1.AttachRequest.$Shape;

                /**
                 * Gets the type url for AttachRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace AttachRequest {

                /** Properties of an AttachRequest. */
                interface $Properties {

                    /** AttachRequest disk */
                    disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AttachRequest. */
                type $Shape = {
                  disk?: lcow.agent.v1.DiskSource.$Shape|null;
                  $unknowns?: Uint8Array[];
                };
            }

            /**
             * Properties of an AttachResponse.
             * @deprecated Use lcow.agent.v1.AttachResponse.$Properties instead.
             */
            interface IAttachResponse extends lcow.agent.v1.AttachResponse.$Properties {
            }

            /** Represents an AttachResponse. */
            class AttachResponse {

                /**
                 * Constructs a new AttachResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.AttachResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AttachResponse device. */
                device: string;

                /** AttachResponse sizeBytes. */
                sizeBytes: number;

                /**
                 * Creates a new AttachResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AttachResponse instance
                 */
                static create(properties: lcow.agent.v1.AttachResponse.$Shape): lcow.agent.v1.AttachResponse & lcow.agent.v1.AttachResponse.$Shape;
                static create(properties?: lcow.agent.v1.AttachResponse.$Properties): lcow.agent.v1.AttachResponse;

                /**
                 * Encodes the specified AttachResponse message. Does not implicitly {@link lcow.agent.v1.AttachResponse.verify|verify} messages.
                 * @param message AttachResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.AttachResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AttachResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.AttachResponse & lcow.agent.v1.AttachResponse.$Shape} AttachResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.AttachResponse & lcow.agent.v1.AttachResponse.$Shape;

                /**
                 * Gets the type url for AttachResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace AttachResponse {

                /** Properties of an AttachResponse. */
                interface $Properties {

                    /** AttachResponse device */
                    device?: (string|null);

                    /** AttachResponse sizeBytes */
                    sizeBytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AttachResponse. */
                type $Shape = lcow.agent.v1.AttachResponse.$Properties;
            }

            /**
             * Properties of a DetachRequest.
             * @deprecated Use lcow.agent.v1.DetachRequest.$Properties instead.
             */
            interface IDetachRequest extends lcow.agent.v1.DetachRequest.$Properties {
            }

            /** Represents a DetachRequest. */
            class DetachRequest {

                /**
                 * Constructs a new DetachRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.DetachRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DetachRequest disk. */
                disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                /** DetachRequest keep. */
                keep: boolean;

                /**
                 * Creates a new DetachRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DetachRequest instance
                 */
                static create(properties: lcow.agent.v1.DetachRequest.$Shape): lcow.agent.v1.DetachRequest & lcow.agent.v1.DetachRequest.$Shape;
                static create(properties?: lcow.agent.v1.DetachRequest.$Properties): lcow.agent.v1.DetachRequest;

                /**
                 * Encodes the specified DetachRequest message. Does not implicitly {@link lcow.agent.v1.DetachRequest.verify|verify} messages.
                 * @param message DetachRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.DetachRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DetachRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.DetachRequest & lcow.agent.v1.DetachRequest.$Shape} DetachRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.DetachRequest & lcow.agent.v1.DetachRequest.$Shape;

                /**
                 * Gets the type url for DetachRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DetachRequest {

                /** Properties of a DetachRequest. */
                interface $Properties {

                    /** DetachRequest disk */
                    disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                    /** DetachRequest keep */
                    keep?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DetachRequest. */
                type $Shape = {
                  disk?: lcow.agent.v1.DiskSource.$Shape|null;
                  keep?: boolean|null;
                  $unknowns?: Uint8Array[];
                };
            }

            /**
             * Properties of a DetachResponse.
             * @deprecated Use lcow.agent.v1.DetachResponse.$Properties instead.
             */
            interface IDetachResponse extends lcow.agent.v1.DetachResponse.$Properties {
            }

            /** Represents a DetachResponse. */
            class DetachResponse {

                /**
                 * Constructs a new DetachResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.DetachResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new DetachResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DetachResponse instance
                 */
                static create(properties: lcow.agent.v1.DetachResponse.$Shape): lcow.agent.v1.DetachResponse & lcow.agent.v1.DetachResponse.$Shape;
                static create(properties?: lcow.agent.v1.DetachResponse.$Properties): lcow.agent.v1.DetachResponse;

                /**
                 * Encodes the specified DetachResponse message. Does not implicitly {@link lcow.agent.v1.DetachResponse.verify|verify} messages.
                 * @param message DetachResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.DetachResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DetachResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.DetachResponse & lcow.agent.v1.DetachResponse.$Shape} DetachResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.DetachResponse & lcow.agent.v1.DetachResponse.$Shape;

                /**
                 * Gets the type url for DetachResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DetachResponse {

                /** Properties of a DetachResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DetachResponse. */
                type $Shape = lcow.agent.v1.DetachResponse.$Properties;
            }

            /**
             * Properties of a MountRequest.
             * @deprecated Use lcow.agent.v1.MountRequest.$Properties instead.
             */
            interface IMountRequest extends lcow.agent.v1.MountRequest.$Properties {
            }

            /** Represents a MountRequest. */
            class MountRequest {

                /**
                 * Constructs a new MountRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.MountRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MountRequest disk. */
                disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                /** MountRequest plan9. */
                plan9?: (lcow.agent.v1.Plan9Share.$Properties|null);

                /** MountRequest bind. */
                bind?: (string|null);

                /** MountRequest tmpfs. */
                tmpfs?: (lcow.agent.v1.TmpfsSource.$Properties|null);

                /** MountRequest target. */
                target: string;

                /** MountRequest filesystem. */
                filesystem: string;

                /** MountRequest readOnly. */
                readOnly: boolean;

                /** MountRequest options. */
                options: string[];

                /** MountRequest frozen. */
                frozen: boolean;

                /** MountRequest source. */
                source?: ("disk"|"plan9"|"bind"|"tmpfs");

                /**
                 * Creates a new MountRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MountRequest instance
                 */
                static create(properties: lcow.agent.v1.MountRequest.$Shape): lcow.agent.v1.MountRequest & lcow.agent.v1.MountRequest.$Shape;
                static create(properties?: lcow.agent.v1.MountRequest.$Properties): lcow.agent.v1.MountRequest;

                /**
                 * Encodes the specified MountRequest message. Does not implicitly {@link lcow.agent.v1.MountRequest.verify|verify} messages.
                 * @param message MountRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.MountRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MountRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.MountRequest & lcow.agent.v1.MountRequest.$Shape} MountRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.MountRequest & lcow.agent.v1.MountRequest.$Shape;

                /**
                 * Gets the type url for MountRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MountRequest {

                /** Properties of a MountRequest. */
                interface $Properties {

                    /** MountRequest disk */
                    disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                    /** MountRequest plan9 */
                    plan9?: (lcow.agent.v1.Plan9Share.$Properties|null);

                    /** MountRequest bind */
                    bind?: (string|null);

                    /** MountRequest tmpfs */
                    tmpfs?: (lcow.agent.v1.TmpfsSource.$Properties|null);

                    /** MountRequest target */
                    target?: (string|null);

                    /** MountRequest filesystem */
                    filesystem?: (string|null);

                    /** MountRequest readOnly */
                    readOnly?: (boolean|null);

                    /** MountRequest options */
                    options?: (string[]|null);

                    /** MountRequest frozen */
                    frozen?: (boolean|null);

                    /** MountRequest source */
                    source?: ("disk"|"plan9"|"bind"|"tmpfs");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a MountRequest. */
                type $Shape = {
                  disk?: lcow.agent.v1.DiskSource.$Shape|null;
                  plan9?: lcow.agent.v1.Plan9Share.$Shape|null;
                  bind?: string|null;
                  tmpfs?: lcow.agent.v1.TmpfsSource.$Shape|null;
                  target?: string|null;
                  filesystem?: string|null;
                  readOnly?: boolean|null;
                  options?: string[]|null;
                  frozen?: boolean|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ source?: undefined; disk?: null; plan9?: null; bind?: null; tmpfs?: null }|{ source?: "disk"; disk: lcow.agent.v1.DiskSource.$Shape; plan9?: null; bind?: null; tmpfs?: null }|{ source?: "plan9"; disk?: null; plan9: lcow.agent.v1.Plan9Share.$Shape; bind?: null; tmpfs?: null }|{ source?: "bind"; disk?: null; plan9?: null; bind: string; tmpfs?: null }|{ source?: "tmpfs"; disk?: null; plan9?: null; bind?: null; tmpfs: lcow.agent.v1.TmpfsSource.$Shape })
                );
            }

            /**
             * Properties of a TmpfsSource.
             * @deprecated Use lcow.agent.v1.TmpfsSource.$Properties instead.
             */
            interface ITmpfsSource extends lcow.agent.v1.TmpfsSource.$Properties {
            }

            /** Represents a TmpfsSource. */
            class TmpfsSource {

                /**
                 * Constructs a new TmpfsSource.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.TmpfsSource.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TmpfsSource sizeBytes. */
                sizeBytes: number;

                /**
                 * Creates a new TmpfsSource instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TmpfsSource instance
                 */
                static create(properties: lcow.agent.v1.TmpfsSource.$Shape): lcow.agent.v1.TmpfsSource & lcow.agent.v1.TmpfsSource.$Shape;
                static create(properties?: lcow.agent.v1.TmpfsSource.$Properties): lcow.agent.v1.TmpfsSource;

                /**
                 * Encodes the specified TmpfsSource message. Does not implicitly {@link lcow.agent.v1.TmpfsSource.verify|verify} messages.
                 * @param message TmpfsSource message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.TmpfsSource.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TmpfsSource message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.TmpfsSource & lcow.agent.v1.TmpfsSource.$Shape} TmpfsSource
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.TmpfsSource & lcow.agent.v1.TmpfsSource.$Shape;

                /**
                 * Gets the type url for TmpfsSource
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TmpfsSource {

                /** Properties of a TmpfsSource. */
                interface $Properties {

                    /** TmpfsSource sizeBytes */
                    sizeBytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TmpfsSource. */
                type $Shape = lcow.agent.v1.TmpfsSource.$Properties;
            }

            /**
             * Properties of a MountResponse.
             * @deprecated Use lcow.agent.v1.MountResponse.$Properties instead.
             */
            interface IMountResponse extends lcow.agent.v1.MountResponse.$Properties {
            }

            /** Represents a MountResponse. */
            class MountResponse {

                /**
                 * Constructs a new MountResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.MountResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new MountResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MountResponse instance
                 */
                static create(properties: lcow.agent.v1.MountResponse.$Shape): lcow.agent.v1.MountResponse & lcow.agent.v1.MountResponse.$Shape;
                static create(properties?: lcow.agent.v1.MountResponse.$Properties): lcow.agent.v1.MountResponse;

                /**
                 * Encodes the specified MountResponse message. Does not implicitly {@link lcow.agent.v1.MountResponse.verify|verify} messages.
                 * @param message MountResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.MountResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MountResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.MountResponse & lcow.agent.v1.MountResponse.$Shape} MountResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.MountResponse & lcow.agent.v1.MountResponse.$Shape;

                /**
                 * Gets the type url for MountResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MountResponse {

                /** Properties of a MountResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a MountResponse. */
                type $Shape = lcow.agent.v1.MountResponse.$Properties;
            }

            /**
             * Properties of an UnmountRequest.
             * @deprecated Use lcow.agent.v1.UnmountRequest.$Properties instead.
             */
            interface IUnmountRequest extends lcow.agent.v1.UnmountRequest.$Properties {
            }

            /** Represents an UnmountRequest. */
            class UnmountRequest {

                /**
                 * Constructs a new UnmountRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.UnmountRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** UnmountRequest target. */
                target: string;

                /**
                 * Creates a new UnmountRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns UnmountRequest instance
                 */
                static create(properties: lcow.agent.v1.UnmountRequest.$Shape): lcow.agent.v1.UnmountRequest & lcow.agent.v1.UnmountRequest.$Shape;
                static create(properties?: lcow.agent.v1.UnmountRequest.$Properties): lcow.agent.v1.UnmountRequest;

                /**
                 * Encodes the specified UnmountRequest message. Does not implicitly {@link lcow.agent.v1.UnmountRequest.verify|verify} messages.
                 * @param message UnmountRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.UnmountRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UnmountRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.UnmountRequest & lcow.agent.v1.UnmountRequest.$Shape} UnmountRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.UnmountRequest & lcow.agent.v1.UnmountRequest.$Shape;

                /**
                 * Gets the type url for UnmountRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace UnmountRequest {

                /** Properties of an UnmountRequest. */
                interface $Properties {

                    /** UnmountRequest target */
                    target?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UnmountRequest. */
                type $Shape = lcow.agent.v1.UnmountRequest.$Properties;
            }

            /**
             * Properties of an UnmountResponse.
             * @deprecated Use lcow.agent.v1.UnmountResponse.$Properties instead.
             */
            interface IUnmountResponse extends lcow.agent.v1.UnmountResponse.$Properties {
            }

            /** Represents an UnmountResponse. */
            class UnmountResponse {

                /**
                 * Constructs a new UnmountResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.UnmountResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new UnmountResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns UnmountResponse instance
                 */
                static create(properties: lcow.agent.v1.UnmountResponse.$Shape): lcow.agent.v1.UnmountResponse & lcow.agent.v1.UnmountResponse.$Shape;
                static create(properties?: lcow.agent.v1.UnmountResponse.$Properties): lcow.agent.v1.UnmountResponse;

                /**
                 * Encodes the specified UnmountResponse message. Does not implicitly {@link lcow.agent.v1.UnmountResponse.verify|verify} messages.
                 * @param message UnmountResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.UnmountResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UnmountResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.UnmountResponse & lcow.agent.v1.UnmountResponse.$Shape} UnmountResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.UnmountResponse & lcow.agent.v1.UnmountResponse.$Shape;

                /**
                 * Gets the type url for UnmountResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace UnmountResponse {

                /** Properties of an UnmountResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UnmountResponse. */
                type $Shape = lcow.agent.v1.UnmountResponse.$Properties;
            }

            /**
             * Properties of a LayerSource.
             * @deprecated Use lcow.agent.v1.LayerSource.$Properties instead.
             */
            interface ILayerSource extends lcow.agent.v1.LayerSource.$Properties {
            }

            /** Represents a LayerSource. */
            class LayerSource {

                /**
                 * Constructs a new LayerSource.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.LayerSource.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** LayerSource disk. */
                disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                /** LayerSource path. */
                path?: (string|null);

                /** LayerSource filesystem. */
                filesystem: string;

                /** LayerSource source. */
                source?: ("disk"|"path");

                /**
                 * Creates a new LayerSource instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns LayerSource instance
                 */
                static create(properties: lcow.agent.v1.LayerSource.$Shape): lcow.agent.v1.LayerSource & lcow.agent.v1.LayerSource.$Shape;
                static create(properties?: lcow.agent.v1.LayerSource.$Properties): lcow.agent.v1.LayerSource;

                /**
                 * Encodes the specified LayerSource message. Does not implicitly {@link lcow.agent.v1.LayerSource.verify|verify} messages.
                 * @param message LayerSource message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.LayerSource.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LayerSource message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.LayerSource & lcow.agent.v1.LayerSource.$Shape} LayerSource
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.LayerSource & lcow.agent.v1.LayerSource.$Shape;

                /**
                 * Gets the type url for LayerSource
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace LayerSource {

                /** Properties of a LayerSource. */
                interface $Properties {

                    /** LayerSource disk */
                    disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                    /** LayerSource path */
                    path?: (string|null);

                    /** LayerSource filesystem */
                    filesystem?: (string|null);

                    /** LayerSource source */
                    source?: ("disk"|"path");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a LayerSource. */
                type $Shape = {
                  disk?: lcow.agent.v1.DiskSource.$Shape|null;
                  path?: string|null;
                  filesystem?: string|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ source?: undefined; disk?: null; path?: null }|{ source?: "disk"; disk: lcow.agent.v1.DiskSource.$Shape; path?: null }|{ source?: "path"; disk?: null; path: string })
                );
            }

            /**
             * Properties of a MountOverlayRequest.
             * @deprecated Use lcow.agent.v1.MountOverlayRequest.$Properties instead.
             */
            interface IMountOverlayRequest extends lcow.agent.v1.MountOverlayRequest.$Properties {
            }

            /** Represents a MountOverlayRequest. */
            class MountOverlayRequest {

                /**
                 * Constructs a new MountOverlayRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.MountOverlayRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MountOverlayRequest target. */
                target: string;

                /** MountOverlayRequest layers. */
                layers: lcow.agent.v1.LayerSource.$Properties[];

                /** MountOverlayRequest scratch. */
                scratch?: (lcow.agent.v1.DiskSource.$Properties|null);

                /** MountOverlayRequest readOnly. */
                readOnly: boolean;

                /** MountOverlayRequest tmpfsSizeBytes. */
                tmpfsSizeBytes: number;

                /** MountOverlayRequest frozen. */
                frozen: boolean;

                /**
                 * Creates a new MountOverlayRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MountOverlayRequest instance
                 */
                static create(properties: lcow.agent.v1.MountOverlayRequest.$Shape): lcow.agent.v1.MountOverlayRequest & lcow.agent.v1.MountOverlayRequest.$Shape;
                static create(properties?: lcow.agent.v1.MountOverlayRequest.$Properties): lcow.agent.v1.MountOverlayRequest;

                /**
                 * Encodes the specified MountOverlayRequest message. Does not implicitly {@link lcow.agent.v1.MountOverlayRequest.verify|verify} messages.
                 * @param message MountOverlayRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.MountOverlayRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MountOverlayRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.MountOverlayRequest & lcow.agent.v1.MountOverlayRequest.$Shape} MountOverlayRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.MountOverlayRequest & lcow.agent.v1.MountOverlayRequest.$Shape;

                /**
                 * Gets the type url for MountOverlayRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MountOverlayRequest {

                /** Properties of a MountOverlayRequest. */
                interface $Properties {

                    /** MountOverlayRequest target */
                    target?: (string|null);

                    /** MountOverlayRequest layers */
                    layers?: (lcow.agent.v1.LayerSource.$Properties[]|null);

                    /** MountOverlayRequest scratch */
                    scratch?: (lcow.agent.v1.DiskSource.$Properties|null);

                    /** MountOverlayRequest readOnly */
                    readOnly?: (boolean|null);

                    /** MountOverlayRequest tmpfsSizeBytes */
                    tmpfsSizeBytes?: (number|null);

                    /** MountOverlayRequest frozen */
                    frozen?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a MountOverlayRequest. */
                type $Shape = {
                  target?: string|null;
                  layers?: lcow.agent.v1.LayerSource.$Shape[]|null;
                  scratch?: lcow.agent.v1.DiskSource.$Shape|null;
                  readOnly?: boolean|null;
                  tmpfsSizeBytes?: number|null;
                  frozen?: boolean|null;
                  $unknowns?: Uint8Array[];
                };
            }

            /**
             * Properties of a MountOverlayResponse.
             * @deprecated Use lcow.agent.v1.MountOverlayResponse.$Properties instead.
             */
            interface IMountOverlayResponse extends lcow.agent.v1.MountOverlayResponse.$Properties {
            }

            /** Represents a MountOverlayResponse. */
            class MountOverlayResponse {

                /**
                 * Constructs a new MountOverlayResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.MountOverlayResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MountOverlayResponse frozen. */
                frozen: boolean;

                /**
                 * Creates a new MountOverlayResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MountOverlayResponse instance
                 */
                static create(properties: lcow.agent.v1.MountOverlayResponse.$Shape): lcow.agent.v1.MountOverlayResponse & lcow.agent.v1.MountOverlayResponse.$Shape;
                static create(properties?: lcow.agent.v1.MountOverlayResponse.$Properties): lcow.agent.v1.MountOverlayResponse;

                /**
                 * Encodes the specified MountOverlayResponse message. Does not implicitly {@link lcow.agent.v1.MountOverlayResponse.verify|verify} messages.
                 * @param message MountOverlayResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.MountOverlayResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MountOverlayResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.MountOverlayResponse & lcow.agent.v1.MountOverlayResponse.$Shape} MountOverlayResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.MountOverlayResponse & lcow.agent.v1.MountOverlayResponse.$Shape;

                /**
                 * Gets the type url for MountOverlayResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MountOverlayResponse {

                /** Properties of a MountOverlayResponse. */
                interface $Properties {

                    /** MountOverlayResponse frozen */
                    frozen?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a MountOverlayResponse. */
                type $Shape = lcow.agent.v1.MountOverlayResponse.$Properties;
            }

            /**
             * Properties of a TrimRequest.
             * @deprecated Use lcow.agent.v1.TrimRequest.$Properties instead.
             */
            interface ITrimRequest extends lcow.agent.v1.TrimRequest.$Properties {
            }

            /** Represents a TrimRequest. */
            class TrimRequest {

                /**
                 * Constructs a new TrimRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.TrimRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TrimRequest target. */
                target: string;

                /**
                 * Creates a new TrimRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TrimRequest instance
                 */
                static create(properties: lcow.agent.v1.TrimRequest.$Shape): lcow.agent.v1.TrimRequest & lcow.agent.v1.TrimRequest.$Shape;
                static create(properties?: lcow.agent.v1.TrimRequest.$Properties): lcow.agent.v1.TrimRequest;

                /**
                 * Encodes the specified TrimRequest message. Does not implicitly {@link lcow.agent.v1.TrimRequest.verify|verify} messages.
                 * @param message TrimRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.TrimRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TrimRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.TrimRequest & lcow.agent.v1.TrimRequest.$Shape} TrimRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.TrimRequest & lcow.agent.v1.TrimRequest.$Shape;

                /**
                 * Gets the type url for TrimRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TrimRequest {

                /** Properties of a TrimRequest. */
                interface $Properties {

                    /** TrimRequest target */
                    target?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TrimRequest. */
                type $Shape = lcow.agent.v1.TrimRequest.$Properties;
            }

            /**
             * Properties of a TrimResponse.
             * @deprecated Use lcow.agent.v1.TrimResponse.$Properties instead.
             */
            interface ITrimResponse extends lcow.agent.v1.TrimResponse.$Properties {
            }

            /** Represents a TrimResponse. */
            class TrimResponse {

                /**
                 * Constructs a new TrimResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.TrimResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TrimResponse trimmedBytes. */
                trimmedBytes: number;

                /**
                 * Creates a new TrimResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TrimResponse instance
                 */
                static create(properties: lcow.agent.v1.TrimResponse.$Shape): lcow.agent.v1.TrimResponse & lcow.agent.v1.TrimResponse.$Shape;
                static create(properties?: lcow.agent.v1.TrimResponse.$Properties): lcow.agent.v1.TrimResponse;

                /**
                 * Encodes the specified TrimResponse message. Does not implicitly {@link lcow.agent.v1.TrimResponse.verify|verify} messages.
                 * @param message TrimResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.TrimResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TrimResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.TrimResponse & lcow.agent.v1.TrimResponse.$Shape} TrimResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.TrimResponse & lcow.agent.v1.TrimResponse.$Shape;

                /**
                 * Gets the type url for TrimResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TrimResponse {

                /** Properties of a TrimResponse. */
                interface $Properties {

                    /** TrimResponse trimmedBytes */
                    trimmedBytes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TrimResponse. */
                type $Shape = lcow.agent.v1.TrimResponse.$Properties;
            }

            /**
             * Properties of a ListLinksRequest.
             * @deprecated Use lcow.agent.v1.ListLinksRequest.$Properties instead.
             */
            interface IListLinksRequest extends lcow.agent.v1.ListLinksRequest.$Properties {
            }

            /** Represents a ListLinksRequest. */
            class ListLinksRequest {

                /**
                 * Constructs a new ListLinksRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ListLinksRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ListLinksRequest containerId. */
                containerId: string;

                /**
                 * Creates a new ListLinksRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ListLinksRequest instance
                 */
                static create(properties: lcow.agent.v1.ListLinksRequest.$Shape): lcow.agent.v1.ListLinksRequest & lcow.agent.v1.ListLinksRequest.$Shape;
                static create(properties?: lcow.agent.v1.ListLinksRequest.$Properties): lcow.agent.v1.ListLinksRequest;

                /**
                 * Encodes the specified ListLinksRequest message. Does not implicitly {@link lcow.agent.v1.ListLinksRequest.verify|verify} messages.
                 * @param message ListLinksRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ListLinksRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ListLinksRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ListLinksRequest & lcow.agent.v1.ListLinksRequest.$Shape} ListLinksRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ListLinksRequest & lcow.agent.v1.ListLinksRequest.$Shape;

                /**
                 * Gets the type url for ListLinksRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ListLinksRequest {

                /** Properties of a ListLinksRequest. */
                interface $Properties {

                    /** ListLinksRequest containerId */
                    containerId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ListLinksRequest. */
                type $Shape = lcow.agent.v1.ListLinksRequest.$Properties;
            }

            /**
             * Properties of a Link.
             * @deprecated Use lcow.agent.v1.Link.$Properties instead.
             */
            interface ILink extends lcow.agent.v1.Link.$Properties {
            }

            /** Represents a Link. */
            class Link {

                /**
                 * Constructs a new Link.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Link.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Link name. */
                name: string;

                /** Link macAddress. */
                macAddress: string;

                /** Link mtu. */
                mtu: number;

                /** Link up. */
                up: boolean;

                /** Link addresses. */
                addresses: string[];

                /**
                 * Creates a new Link instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Link instance
                 */
                static create(properties: lcow.agent.v1.Link.$Shape): lcow.agent.v1.Link & lcow.agent.v1.Link.$Shape;
                static create(properties?: lcow.agent.v1.Link.$Properties): lcow.agent.v1.Link;

                /**
                 * Encodes the specified Link message. Does not implicitly {@link lcow.agent.v1.Link.verify|verify} messages.
                 * @param message Link message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Link.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Link message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Link & lcow.agent.v1.Link.$Shape} Link
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Link & lcow.agent.v1.Link.$Shape;

                /**
                 * Gets the type url for Link
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Link {

                /** Properties of a Link. */
                interface $Properties {

                    /** Link name */
                    name?: (string|null);

                    /** Link macAddress */
                    macAddress?: (string|null);

                    /** Link mtu */
                    mtu?: (number|null);

                    /** Link up */
                    up?: (boolean|null);

                    /** Link addresses */
                    addresses?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Link. */
                type $Shape = lcow.agent.v1.Link.$Properties;
            }

            /**
             * Properties of a ListLinksResponse.
             * @deprecated Use lcow.agent.v1.ListLinksResponse.$Properties instead.
             */
            interface IListLinksResponse extends lcow.agent.v1.ListLinksResponse.$Properties {
            }

            /** Represents a ListLinksResponse. */
            class ListLinksResponse {

                /**
                 * Constructs a new ListLinksResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ListLinksResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ListLinksResponse links. */
                links: lcow.agent.v1.Link.$Properties[];

                /**
                 * Creates a new ListLinksResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ListLinksResponse instance
                 */
                static create(properties: lcow.agent.v1.ListLinksResponse.$Shape): lcow.agent.v1.ListLinksResponse & lcow.agent.v1.ListLinksResponse.$Shape;
                static create(properties?: lcow.agent.v1.ListLinksResponse.$Properties): lcow.agent.v1.ListLinksResponse;

                /**
                 * Encodes the specified ListLinksResponse message. Does not implicitly {@link lcow.agent.v1.ListLinksResponse.verify|verify} messages.
                 * @param message ListLinksResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ListLinksResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ListLinksResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ListLinksResponse & lcow.agent.v1.ListLinksResponse.$Shape} ListLinksResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ListLinksResponse & lcow.agent.v1.ListLinksResponse.$Shape;

                /**
                 * Gets the type url for ListLinksResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ListLinksResponse {

                /** Properties of a ListLinksResponse. */
                interface $Properties {

                    /** ListLinksResponse links */
                    links?: (lcow.agent.v1.Link.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ListLinksResponse. */
                type $Shape = lcow.agent.v1.ListLinksResponse.$Properties;
            }

            /**
             * Properties of a Route.
             * @deprecated Use lcow.agent.v1.Route.$Properties instead.
             */
            interface IRoute extends lcow.agent.v1.Route.$Properties {
            }

            /** Represents a Route. */
            class Route {

                /**
                 * Constructs a new Route.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Route.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Route destination. */
                destination: string;

                /** Route gateway. */
                gateway: string;

                /** Route metric. */
                metric: number;

                /**
                 * Creates a new Route instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Route instance
                 */
                static create(properties: lcow.agent.v1.Route.$Shape): lcow.agent.v1.Route & lcow.agent.v1.Route.$Shape;
                static create(properties?: lcow.agent.v1.Route.$Properties): lcow.agent.v1.Route;

                /**
                 * Encodes the specified Route message. Does not implicitly {@link lcow.agent.v1.Route.verify|verify} messages.
                 * @param message Route message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Route.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Route message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Route & lcow.agent.v1.Route.$Shape} Route
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Route & lcow.agent.v1.Route.$Shape;

                /**
                 * Gets the type url for Route
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Route {

                /** Properties of a Route. */
                interface $Properties {

                    /** Route destination */
                    destination?: (string|null);

                    /** Route gateway */
                    gateway?: (string|null);

                    /** Route metric */
                    metric?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Route. */
                type $Shape = lcow.agent.v1.Route.$Properties;
            }

            /**
             * Properties of a ConfigureLinkRequest.
             * @deprecated Use lcow.agent.v1.ConfigureLinkRequest.$Properties instead.
             */
            interface IConfigureLinkRequest extends lcow.agent.v1.ConfigureLinkRequest.$Properties {
            }

            /** Represents a ConfigureLinkRequest. */
            class ConfigureLinkRequest {

                /**
                 * Constructs a new ConfigureLinkRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ConfigureLinkRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ConfigureLinkRequest macAddress. */
                macAddress: string;

                /** ConfigureLinkRequest name. */
                name: string;

                /** ConfigureLinkRequest containerId. */
                containerId: string;

                /** ConfigureLinkRequest mtu. */
                mtu: number;

                /** ConfigureLinkRequest addresses. */
                addresses: string[];

                /** ConfigureLinkRequest routes. */
                routes: lcow.agent.v1.Route.$Properties[];

                /**
                 * Creates a new ConfigureLinkRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ConfigureLinkRequest instance
                 */
                static create(properties: lcow.agent.v1.ConfigureLinkRequest.$Shape): lcow.agent.v1.ConfigureLinkRequest & lcow.agent.v1.ConfigureLinkRequest.$Shape;
                static create(properties?: lcow.agent.v1.ConfigureLinkRequest.$Properties): lcow.agent.v1.ConfigureLinkRequest;

                /**
                 * Encodes the specified ConfigureLinkRequest message. Does not implicitly {@link lcow.agent.v1.ConfigureLinkRequest.verify|verify} messages.
                 * @param message ConfigureLinkRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ConfigureLinkRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ConfigureLinkRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ConfigureLinkRequest & lcow.agent.v1.ConfigureLinkRequest.$Shape} ConfigureLinkRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ConfigureLinkRequest & lcow.agent.v1.ConfigureLinkRequest.$Shape;

                /**
                 * Gets the type url for ConfigureLinkRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ConfigureLinkRequest {

                /** Properties of a ConfigureLinkRequest. */
                interface $Properties {

                    /** ConfigureLinkRequest macAddress */
                    macAddress?: (string|null);

                    /** ConfigureLinkRequest name */
                    name?: (string|null);

                    /** ConfigureLinkRequest containerId */
                    containerId?: (string|null);

                    /** ConfigureLinkRequest mtu */
                    mtu?: (number|null);

                    /** ConfigureLinkRequest addresses */
                    addresses?: (string[]|null);

                    /** ConfigureLinkRequest routes */
                    routes?: (lcow.agent.v1.Route.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ConfigureLinkRequest. */
                type $Shape = lcow.agent.v1.ConfigureLinkRequest.$Properties;
            }

            /**
             * Properties of a ConfigureLinkResponse.
             * @deprecated Use lcow.agent.v1.ConfigureLinkResponse.$Properties instead.
             */
            interface IConfigureLinkResponse extends lcow.agent.v1.ConfigureLinkResponse.$Properties {
            }

            /** Represents a ConfigureLinkResponse. */
            class ConfigureLinkResponse {

                /**
                 * Constructs a new ConfigureLinkResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ConfigureLinkResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new ConfigureLinkResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ConfigureLinkResponse instance
                 */
                static create(properties: lcow.agent.v1.ConfigureLinkResponse.$Shape): lcow.agent.v1.ConfigureLinkResponse & lcow.agent.v1.ConfigureLinkResponse.$Shape;
                static create(properties?: lcow.agent.v1.ConfigureLinkResponse.$Properties): lcow.agent.v1.ConfigureLinkResponse;

                /**
                 * Encodes the specified ConfigureLinkResponse message. Does not implicitly {@link lcow.agent.v1.ConfigureLinkResponse.verify|verify} messages.
                 * @param message ConfigureLinkResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ConfigureLinkResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ConfigureLinkResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ConfigureLinkResponse & lcow.agent.v1.ConfigureLinkResponse.$Shape} ConfigureLinkResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ConfigureLinkResponse & lcow.agent.v1.ConfigureLinkResponse.$Shape;

                /**
                 * Gets the type url for ConfigureLinkResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ConfigureLinkResponse {

                /** Properties of a ConfigureLinkResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ConfigureLinkResponse. */
                type $Shape = lcow.agent.v1.ConfigureLinkResponse.$Properties;
            }

            /**
             * Properties of a HostEntry.
             * @deprecated Use lcow.agent.v1.HostEntry.$Properties instead.
             */
            interface IHostEntry extends lcow.agent.v1.HostEntry.$Properties {
            }

            /** Represents a HostEntry. */
            class HostEntry {

                /**
                 * Constructs a new HostEntry.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.HostEntry.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HostEntry address. */
                address: string;

                /** HostEntry names. */
                names: string[];

                /**
                 * Creates a new HostEntry instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns HostEntry instance
                 */
                static create(properties: lcow.agent.v1.HostEntry.$Shape): lcow.agent.v1.HostEntry & lcow.agent.v1.HostEntry.$Shape;
                static create(properties?: lcow.agent.v1.HostEntry.$Properties): lcow.agent.v1.HostEntry;

                /**
                 * Encodes the specified HostEntry message. Does not implicitly {@link lcow.agent.v1.HostEntry.verify|verify} messages.
                 * @param message HostEntry message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.HostEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HostEntry message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.HostEntry & lcow.agent.v1.HostEntry.$Shape} HostEntry
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.HostEntry & lcow.agent.v1.HostEntry.$Shape;

                /**
                 * Gets the type url for HostEntry
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace HostEntry {

                /** Properties of a HostEntry. */
                interface $Properties {

                    /** HostEntry address */
                    address?: (string|null);

                    /** HostEntry names */
                    names?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a HostEntry. */
                type $Shape = lcow.agent.v1.HostEntry.$Properties;
            }

            /**
             * Properties of a ConfigureNamesRequest.
             * @deprecated Use lcow.agent.v1.ConfigureNamesRequest.$Properties instead.
             */
            interface IConfigureNamesRequest extends lcow.agent.v1.ConfigureNamesRequest.$Properties {
            }

            /** Represents a ConfigureNamesRequest. */
            class ConfigureNamesRequest {

                /**
                 * Constructs a new ConfigureNamesRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ConfigureNamesRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ConfigureNamesRequest containerId. */
                containerId: string;

                /** ConfigureNamesRequest nameservers. */
                nameservers: string[];

                /** ConfigureNamesRequest searches. */
                searches: string[];

                /** ConfigureNamesRequest options. */
                options: string[];

                /** ConfigureNamesRequest hosts. */
                hosts: lcow.agent.v1.HostEntry.$Properties[];

                /** ConfigureNamesRequest hostname. */
                hostname: string;

                /**
                 * Creates a new ConfigureNamesRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ConfigureNamesRequest instance
                 */
                static create(properties: lcow.agent.v1.ConfigureNamesRequest.$Shape): lcow.agent.v1.ConfigureNamesRequest & lcow.agent.v1.ConfigureNamesRequest.$Shape;
                static create(properties?: lcow.agent.v1.ConfigureNamesRequest.$Properties): lcow.agent.v1.ConfigureNamesRequest;

                /**
                 * Encodes the specified ConfigureNamesRequest message. Does not implicitly {@link lcow.agent.v1.ConfigureNamesRequest.verify|verify} messages.
                 * @param message ConfigureNamesRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ConfigureNamesRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ConfigureNamesRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ConfigureNamesRequest & lcow.agent.v1.ConfigureNamesRequest.$Shape} ConfigureNamesRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ConfigureNamesRequest & lcow.agent.v1.ConfigureNamesRequest.$Shape;

                /**
                 * Gets the type url for ConfigureNamesRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ConfigureNamesRequest {

                /** Properties of a ConfigureNamesRequest. */
                interface $Properties {

                    /** ConfigureNamesRequest containerId */
                    containerId?: (string|null);

                    /** ConfigureNamesRequest nameservers */
                    nameservers?: (string[]|null);

                    /** ConfigureNamesRequest searches */
                    searches?: (string[]|null);

                    /** ConfigureNamesRequest options */
                    options?: (string[]|null);

                    /** ConfigureNamesRequest hosts */
                    hosts?: (lcow.agent.v1.HostEntry.$Properties[]|null);

                    /** ConfigureNamesRequest hostname */
                    hostname?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ConfigureNamesRequest. */
                type $Shape = lcow.agent.v1.ConfigureNamesRequest.$Properties;
            }

            /**
             * Properties of a ConfigureNamesResponse.
             * @deprecated Use lcow.agent.v1.ConfigureNamesResponse.$Properties instead.
             */
            interface IConfigureNamesResponse extends lcow.agent.v1.ConfigureNamesResponse.$Properties {
            }

            /** Represents a ConfigureNamesResponse. */
            class ConfigureNamesResponse {

                /**
                 * Constructs a new ConfigureNamesResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ConfigureNamesResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new ConfigureNamesResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ConfigureNamesResponse instance
                 */
                static create(properties: lcow.agent.v1.ConfigureNamesResponse.$Shape): lcow.agent.v1.ConfigureNamesResponse & lcow.agent.v1.ConfigureNamesResponse.$Shape;
                static create(properties?: lcow.agent.v1.ConfigureNamesResponse.$Properties): lcow.agent.v1.ConfigureNamesResponse;

                /**
                 * Encodes the specified ConfigureNamesResponse message. Does not implicitly {@link lcow.agent.v1.ConfigureNamesResponse.verify|verify} messages.
                 * @param message ConfigureNamesResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ConfigureNamesResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ConfigureNamesResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ConfigureNamesResponse & lcow.agent.v1.ConfigureNamesResponse.$Shape} ConfigureNamesResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ConfigureNamesResponse & lcow.agent.v1.ConfigureNamesResponse.$Shape;

                /**
                 * Gets the type url for ConfigureNamesResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ConfigureNamesResponse {

                /** Properties of a ConfigureNamesResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ConfigureNamesResponse. */
                type $Shape = lcow.agent.v1.ConfigureNamesResponse.$Properties;
            }

            /**
             * Properties of a ProcessRef.
             * @deprecated Use lcow.agent.v1.ProcessRef.$Properties instead.
             */
            interface IProcessRef extends lcow.agent.v1.ProcessRef.$Properties {
            }

            /** Represents a ProcessRef. */
            class ProcessRef {

                /**
                 * Constructs a new ProcessRef.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ProcessRef.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ProcessRef containerId. */
                containerId: string;

                /** ProcessRef execId. */
                execId: string;

                /**
                 * Creates a new ProcessRef instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ProcessRef instance
                 */
                static create(properties: lcow.agent.v1.ProcessRef.$Shape): lcow.agent.v1.ProcessRef & lcow.agent.v1.ProcessRef.$Shape;
                static create(properties?: lcow.agent.v1.ProcessRef.$Properties): lcow.agent.v1.ProcessRef;

                /**
                 * Encodes the specified ProcessRef message. Does not implicitly {@link lcow.agent.v1.ProcessRef.verify|verify} messages.
                 * @param message ProcessRef message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ProcessRef.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ProcessRef message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ProcessRef & lcow.agent.v1.ProcessRef.$Shape} ProcessRef
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ProcessRef & lcow.agent.v1.ProcessRef.$Shape;

                /**
                 * Gets the type url for ProcessRef
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ProcessRef {

                /** Properties of a ProcessRef. */
                interface $Properties {

                    /** ProcessRef containerId */
                    containerId?: (string|null);

                    /** ProcessRef execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ProcessRef. */
                type $Shape = lcow.agent.v1.ProcessRef.$Properties;
            }

            /**
             * Properties of a Stdio.
             * @deprecated Use lcow.agent.v1.Stdio.$Properties instead.
             */
            interface IStdio extends lcow.agent.v1.Stdio.$Properties {
            }

            /** Represents a Stdio. */
            class Stdio {

                /**
                 * Constructs a new Stdio.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Stdio.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Stdio terminal. */
                terminal: boolean;

                /** Stdio stdin. */
                stdin: boolean;

                /** Stdio stdout. */
                stdout: boolean;

                /** Stdio stderr. */
                stderr: boolean;

                /** Stdio width. */
                width: number;

                /** Stdio height. */
                height: number;

                /**
                 * Creates a new Stdio instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Stdio instance
                 */
                static create(properties: lcow.agent.v1.Stdio.$Shape): lcow.agent.v1.Stdio & lcow.agent.v1.Stdio.$Shape;
                static create(properties?: lcow.agent.v1.Stdio.$Properties): lcow.agent.v1.Stdio;

                /**
                 * Encodes the specified Stdio message. Does not implicitly {@link lcow.agent.v1.Stdio.verify|verify} messages.
                 * @param message Stdio message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Stdio.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Stdio message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Stdio & lcow.agent.v1.Stdio.$Shape} Stdio
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Stdio & lcow.agent.v1.Stdio.$Shape;

                /**
                 * Gets the type url for Stdio
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Stdio {

                /** Properties of a Stdio. */
                interface $Properties {

                    /** Stdio terminal */
                    terminal?: (boolean|null);

                    /** Stdio stdin */
                    stdin?: (boolean|null);

                    /** Stdio stdout */
                    stdout?: (boolean|null);

                    /** Stdio stderr */
                    stderr?: (boolean|null);

                    /** Stdio width */
                    width?: (number|null);

                    /** Stdio height */
                    height?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Stdio. */
                type $Shape = lcow.agent.v1.Stdio.$Properties;
            }

            /**
             * Properties of a PrepareRequest.
             * @deprecated Use lcow.agent.v1.PrepareRequest.$Properties instead.
             */
            interface IPrepareRequest extends lcow.agent.v1.PrepareRequest.$Properties {
            }

            /** Represents a PrepareRequest. */
            class PrepareRequest {

                /**
                 * Constructs a new PrepareRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PrepareRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PrepareRequest spec. */
                spec: Uint8Array;

                /**
                 * Creates a new PrepareRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PrepareRequest instance
                 */
                static create(properties: lcow.agent.v1.PrepareRequest.$Shape): lcow.agent.v1.PrepareRequest & lcow.agent.v1.PrepareRequest.$Shape;
                static create(properties?: lcow.agent.v1.PrepareRequest.$Properties): lcow.agent.v1.PrepareRequest;

                /**
                 * Encodes the specified PrepareRequest message. Does not implicitly {@link lcow.agent.v1.PrepareRequest.verify|verify} messages.
                 * @param message PrepareRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PrepareRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PrepareRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PrepareRequest & lcow.agent.v1.PrepareRequest.$Shape} PrepareRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PrepareRequest & lcow.agent.v1.PrepareRequest.$Shape;

                /**
                 * Gets the type url for PrepareRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PrepareRequest {

                /** Properties of a PrepareRequest. */
                interface $Properties {

                    /** PrepareRequest spec */
                    spec?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PrepareRequest. */
                type $Shape = lcow.agent.v1.PrepareRequest.$Properties;
            }

            /**
             * Properties of a PrepareResponse.
             * @deprecated Use lcow.agent.v1.PrepareResponse.$Properties instead.
             */
            interface IPrepareResponse extends lcow.agent.v1.PrepareResponse.$Properties {
            }

            /** Represents a PrepareResponse. */
            class PrepareResponse {

                /**
                 * Constructs a new PrepareResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PrepareResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new PrepareResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PrepareResponse instance
                 */
                static create(properties: lcow.agent.v1.PrepareResponse.$Shape): lcow.agent.v1.PrepareResponse & lcow.agent.v1.PrepareResponse.$Shape;
                static create(properties?: lcow.agent.v1.PrepareResponse.$Properties): lcow.agent.v1.PrepareResponse;

                /**
                 * Encodes the specified PrepareResponse message. Does not implicitly {@link lcow.agent.v1.PrepareResponse.verify|verify} messages.
                 * @param message PrepareResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PrepareResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PrepareResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PrepareResponse & lcow.agent.v1.PrepareResponse.$Shape} PrepareResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PrepareResponse & lcow.agent.v1.PrepareResponse.$Shape;

                /**
                 * Gets the type url for PrepareResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PrepareResponse {

                /** Properties of a PrepareResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PrepareResponse. */
                type $Shape = lcow.agent.v1.PrepareResponse.$Properties;
            }

            /**
             * Properties of a CreateContainerRequest.
             * @deprecated Use lcow.agent.v1.CreateContainerRequest.$Properties instead.
             */
            interface ICreateContainerRequest extends lcow.agent.v1.CreateContainerRequest.$Properties {
            }

            /** Represents a CreateContainerRequest. */
            class CreateContainerRequest {

                /**
                 * Constructs a new CreateContainerRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CreateContainerRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CreateContainerRequest id. */
                id: string;

                /** CreateContainerRequest spec. */
                spec: Uint8Array;

                /** CreateContainerRequest rootfs. */
                rootfs: string;

                /** CreateContainerRequest stdio. */
                stdio?: (lcow.agent.v1.Stdio.$Properties|null);

                /** CreateContainerRequest mounts. */
                mounts: lcow.agent.v1.ContainerMount.$Properties[];

                /**
                 * Creates a new CreateContainerRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CreateContainerRequest instance
                 */
                static create(properties: lcow.agent.v1.CreateContainerRequest.$Shape): lcow.agent.v1.CreateContainerRequest & lcow.agent.v1.CreateContainerRequest.$Shape;
                static create(properties?: lcow.agent.v1.CreateContainerRequest.$Properties): lcow.agent.v1.CreateContainerRequest;

                /**
                 * Encodes the specified CreateContainerRequest message. Does not implicitly {@link lcow.agent.v1.CreateContainerRequest.verify|verify} messages.
                 * @param message CreateContainerRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CreateContainerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CreateContainerRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CreateContainerRequest & lcow.agent.v1.CreateContainerRequest.$Shape} CreateContainerRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CreateContainerRequest & lcow.agent.v1.CreateContainerRequest.$Shape;

                /**
                 * Gets the type url for CreateContainerRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CreateContainerRequest {

                /** Properties of a CreateContainerRequest. */
                interface $Properties {

                    /** CreateContainerRequest id */
                    id?: (string|null);

                    /** CreateContainerRequest spec */
                    spec?: (Uint8Array|null);

                    /** CreateContainerRequest rootfs */
                    rootfs?: (string|null);

                    /** CreateContainerRequest stdio */
                    stdio?: (lcow.agent.v1.Stdio.$Properties|null);

                    /** CreateContainerRequest mounts */
                    mounts?: (lcow.agent.v1.ContainerMount.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CreateContainerRequest. */
                type $Shape = {
                  id?: string|null;
                  spec?: Uint8Array|null;
                  rootfs?: string|null;
                  stdio?: lcow.agent.v1.Stdio.$Shape|null;
                  mounts?: lcow.agent.v1.ContainerMount.$Shape[]|null;
                  $unknowns?: Uint8Array[];
                };
            }

            /**
             * Properties of a ContainerMount.
             * @deprecated Use lcow.agent.v1.ContainerMount.$Properties instead.
             */
            interface IContainerMount extends lcow.agent.v1.ContainerMount.$Properties {
            }

            /** Represents a ContainerMount. */
            class ContainerMount {

                /**
                 * Constructs a new ContainerMount.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ContainerMount.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ContainerMount plan9. */
                plan9?: (lcow.agent.v1.Plan9Share.$Properties|null);

                /** ContainerMount disk. */
                disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                /** ContainerMount destination. */
                destination: string;

                /** ContainerMount readOnly. */
                readOnly: boolean;

                /** ContainerMount file. */
                file: string;

                /** ContainerMount filesystem. */
                filesystem: string;

                /** ContainerMount source. */
                source?: ("plan9"|"disk");

                /**
                 * Creates a new ContainerMount instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ContainerMount instance
                 */
                static create(properties: lcow.agent.v1.ContainerMount.$Shape): lcow.agent.v1.ContainerMount & lcow.agent.v1.ContainerMount.$Shape;
                static create(properties?: lcow.agent.v1.ContainerMount.$Properties): lcow.agent.v1.ContainerMount;

                /**
                 * Encodes the specified ContainerMount message. Does not implicitly {@link lcow.agent.v1.ContainerMount.verify|verify} messages.
                 * @param message ContainerMount message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ContainerMount.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ContainerMount message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ContainerMount & lcow.agent.v1.ContainerMount.$Shape} ContainerMount
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ContainerMount & lcow.agent.v1.ContainerMount.$Shape;

                /**
                 * Gets the type url for ContainerMount
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ContainerMount {

                /** Properties of a ContainerMount. */
                interface $Properties {

                    /** ContainerMount plan9 */
                    plan9?: (lcow.agent.v1.Plan9Share.$Properties|null);

                    /** ContainerMount disk */
                    disk?: (lcow.agent.v1.DiskSource.$Properties|null);

                    /** ContainerMount destination */
                    destination?: (string|null);

                    /** ContainerMount readOnly */
                    readOnly?: (boolean|null);

                    /** ContainerMount file */
                    file?: (string|null);

                    /** ContainerMount filesystem */
                    filesystem?: (string|null);

                    /** ContainerMount source */
                    source?: ("plan9"|"disk");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a ContainerMount. */
                type $Shape = {
                  plan9?: lcow.agent.v1.Plan9Share.$Shape|null;
                  disk?: lcow.agent.v1.DiskSource.$Shape|null;
                  destination?: string|null;
                  readOnly?: boolean|null;
                  file?: string|null;
                  filesystem?: string|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ source?: undefined; plan9?: null; disk?: null }|{ source?: "plan9"; plan9: lcow.agent.v1.Plan9Share.$Shape; disk?: null }|{ source?: "disk"; plan9?: null; disk: lcow.agent.v1.DiskSource.$Shape })
                );
            }

            /**
             * Properties of a CreateContainerResponse.
             * @deprecated Use lcow.agent.v1.CreateContainerResponse.$Properties instead.
             */
            interface ICreateContainerResponse extends lcow.agent.v1.CreateContainerResponse.$Properties {
            }

            /** Represents a CreateContainerResponse. */
            class CreateContainerResponse {

                /**
                 * Constructs a new CreateContainerResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CreateContainerResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CreateContainerResponse pid. */
                pid: number;

                /**
                 * Creates a new CreateContainerResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CreateContainerResponse instance
                 */
                static create(properties: lcow.agent.v1.CreateContainerResponse.$Shape): lcow.agent.v1.CreateContainerResponse & lcow.agent.v1.CreateContainerResponse.$Shape;
                static create(properties?: lcow.agent.v1.CreateContainerResponse.$Properties): lcow.agent.v1.CreateContainerResponse;

                /**
                 * Encodes the specified CreateContainerResponse message. Does not implicitly {@link lcow.agent.v1.CreateContainerResponse.verify|verify} messages.
                 * @param message CreateContainerResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CreateContainerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CreateContainerResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CreateContainerResponse & lcow.agent.v1.CreateContainerResponse.$Shape} CreateContainerResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CreateContainerResponse & lcow.agent.v1.CreateContainerResponse.$Shape;

                /**
                 * Gets the type url for CreateContainerResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CreateContainerResponse {

                /** Properties of a CreateContainerResponse. */
                interface $Properties {

                    /** CreateContainerResponse pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CreateContainerResponse. */
                type $Shape = lcow.agent.v1.CreateContainerResponse.$Properties;
            }

            /**
             * Properties of a StartContainerRequest.
             * @deprecated Use lcow.agent.v1.StartContainerRequest.$Properties instead.
             */
            interface IStartContainerRequest extends lcow.agent.v1.StartContainerRequest.$Properties {
            }

            /** Represents a StartContainerRequest. */
            class StartContainerRequest {

                /**
                 * Constructs a new StartContainerRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StartContainerRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StartContainerRequest id. */
                id: string;

                /**
                 * Creates a new StartContainerRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StartContainerRequest instance
                 */
                static create(properties: lcow.agent.v1.StartContainerRequest.$Shape): lcow.agent.v1.StartContainerRequest & lcow.agent.v1.StartContainerRequest.$Shape;
                static create(properties?: lcow.agent.v1.StartContainerRequest.$Properties): lcow.agent.v1.StartContainerRequest;

                /**
                 * Encodes the specified StartContainerRequest message. Does not implicitly {@link lcow.agent.v1.StartContainerRequest.verify|verify} messages.
                 * @param message StartContainerRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StartContainerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StartContainerRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StartContainerRequest & lcow.agent.v1.StartContainerRequest.$Shape} StartContainerRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StartContainerRequest & lcow.agent.v1.StartContainerRequest.$Shape;

                /**
                 * Gets the type url for StartContainerRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StartContainerRequest {

                /** Properties of a StartContainerRequest. */
                interface $Properties {

                    /** StartContainerRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StartContainerRequest. */
                type $Shape = lcow.agent.v1.StartContainerRequest.$Properties;
            }

            /**
             * Properties of a StartContainerResponse.
             * @deprecated Use lcow.agent.v1.StartContainerResponse.$Properties instead.
             */
            interface IStartContainerResponse extends lcow.agent.v1.StartContainerResponse.$Properties {
            }

            /** Represents a StartContainerResponse. */
            class StartContainerResponse {

                /**
                 * Constructs a new StartContainerResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StartContainerResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new StartContainerResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StartContainerResponse instance
                 */
                static create(properties: lcow.agent.v1.StartContainerResponse.$Shape): lcow.agent.v1.StartContainerResponse & lcow.agent.v1.StartContainerResponse.$Shape;
                static create(properties?: lcow.agent.v1.StartContainerResponse.$Properties): lcow.agent.v1.StartContainerResponse;

                /**
                 * Encodes the specified StartContainerResponse message. Does not implicitly {@link lcow.agent.v1.StartContainerResponse.verify|verify} messages.
                 * @param message StartContainerResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StartContainerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StartContainerResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StartContainerResponse & lcow.agent.v1.StartContainerResponse.$Shape} StartContainerResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StartContainerResponse & lcow.agent.v1.StartContainerResponse.$Shape;

                /**
                 * Gets the type url for StartContainerResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StartContainerResponse {

                /** Properties of a StartContainerResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StartContainerResponse. */
                type $Shape = lcow.agent.v1.StartContainerResponse.$Properties;
            }

            /**
             * Properties of an ExecRequest.
             * @deprecated Use lcow.agent.v1.ExecRequest.$Properties instead.
             */
            interface IExecRequest extends lcow.agent.v1.ExecRequest.$Properties {
            }

            /** Represents an ExecRequest. */
            class ExecRequest {

                /**
                 * Constructs a new ExecRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecRequest containerId. */
                containerId: string;

                /** ExecRequest execId. */
                execId: string;

                /** ExecRequest process. */
                process: Uint8Array;

                /** ExecRequest stdio. */
                stdio?: (lcow.agent.v1.Stdio.$Properties|null);

                /**
                 * Creates a new ExecRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecRequest instance
                 */
                static create(properties: lcow.agent.v1.ExecRequest.$Shape): lcow.agent.v1.ExecRequest & lcow.agent.v1.ExecRequest.$Shape;
                static create(properties?: lcow.agent.v1.ExecRequest.$Properties): lcow.agent.v1.ExecRequest;

                /**
                 * Encodes the specified ExecRequest message. Does not implicitly {@link lcow.agent.v1.ExecRequest.verify|verify} messages.
                 * @param message ExecRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecRequest & lcow.agent.v1.ExecRequest.$Shape} ExecRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecRequest & lcow.agent.v1.ExecRequest.$Shape;

                /**
                 * Gets the type url for ExecRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecRequest {

                /** Properties of an ExecRequest. */
                interface $Properties {

                    /** ExecRequest containerId */
                    containerId?: (string|null);

                    /** ExecRequest execId */
                    execId?: (string|null);

                    /** ExecRequest process */
                    process?: (Uint8Array|null);

                    /** ExecRequest stdio */
                    stdio?: (lcow.agent.v1.Stdio.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecRequest. */
                type $Shape = lcow.agent.v1.ExecRequest.$Properties;
            }

            /**
             * Properties of an ExecResponse.
             * @deprecated Use lcow.agent.v1.ExecResponse.$Properties instead.
             */
            interface IExecResponse extends lcow.agent.v1.ExecResponse.$Properties {
            }

            /** Represents an ExecResponse. */
            class ExecResponse {

                /**
                 * Constructs a new ExecResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecResponse pid. */
                pid: number;

                /**
                 * Creates a new ExecResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecResponse instance
                 */
                static create(properties: lcow.agent.v1.ExecResponse.$Shape): lcow.agent.v1.ExecResponse & lcow.agent.v1.ExecResponse.$Shape;
                static create(properties?: lcow.agent.v1.ExecResponse.$Properties): lcow.agent.v1.ExecResponse;

                /**
                 * Encodes the specified ExecResponse message. Does not implicitly {@link lcow.agent.v1.ExecResponse.verify|verify} messages.
                 * @param message ExecResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecResponse & lcow.agent.v1.ExecResponse.$Shape} ExecResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecResponse & lcow.agent.v1.ExecResponse.$Shape;

                /**
                 * Gets the type url for ExecResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecResponse {

                /** Properties of an ExecResponse. */
                interface $Properties {

                    /** ExecResponse pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecResponse. */
                type $Shape = lcow.agent.v1.ExecResponse.$Properties;
            }

            /**
             * Properties of a SignalRequest.
             * @deprecated Use lcow.agent.v1.SignalRequest.$Properties instead.
             */
            interface ISignalRequest extends lcow.agent.v1.SignalRequest.$Properties {
            }

            /** Represents a SignalRequest. */
            class SignalRequest {

                /**
                 * Constructs a new SignalRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.SignalRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** SignalRequest process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /** SignalRequest signal. */
                signal: number;

                /** SignalRequest all. */
                all: boolean;

                /**
                 * Creates a new SignalRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns SignalRequest instance
                 */
                static create(properties: lcow.agent.v1.SignalRequest.$Shape): lcow.agent.v1.SignalRequest & lcow.agent.v1.SignalRequest.$Shape;
                static create(properties?: lcow.agent.v1.SignalRequest.$Properties): lcow.agent.v1.SignalRequest;

                /**
                 * Encodes the specified SignalRequest message. Does not implicitly {@link lcow.agent.v1.SignalRequest.verify|verify} messages.
                 * @param message SignalRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.SignalRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a SignalRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.SignalRequest & lcow.agent.v1.SignalRequest.$Shape} SignalRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.SignalRequest & lcow.agent.v1.SignalRequest.$Shape;

                /**
                 * Gets the type url for SignalRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace SignalRequest {

                /** Properties of a SignalRequest. */
                interface $Properties {

                    /** SignalRequest process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** SignalRequest signal */
                    signal?: (number|null);

                    /** SignalRequest all */
                    all?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a SignalRequest. */
                type $Shape = lcow.agent.v1.SignalRequest.$Properties;
            }

            /**
             * Properties of a SignalResponse.
             * @deprecated Use lcow.agent.v1.SignalResponse.$Properties instead.
             */
            interface ISignalResponse extends lcow.agent.v1.SignalResponse.$Properties {
            }

            /** Represents a SignalResponse. */
            class SignalResponse {

                /**
                 * Constructs a new SignalResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.SignalResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new SignalResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns SignalResponse instance
                 */
                static create(properties: lcow.agent.v1.SignalResponse.$Shape): lcow.agent.v1.SignalResponse & lcow.agent.v1.SignalResponse.$Shape;
                static create(properties?: lcow.agent.v1.SignalResponse.$Properties): lcow.agent.v1.SignalResponse;

                /**
                 * Encodes the specified SignalResponse message. Does not implicitly {@link lcow.agent.v1.SignalResponse.verify|verify} messages.
                 * @param message SignalResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.SignalResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a SignalResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.SignalResponse & lcow.agent.v1.SignalResponse.$Shape} SignalResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.SignalResponse & lcow.agent.v1.SignalResponse.$Shape;

                /**
                 * Gets the type url for SignalResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace SignalResponse {

                /** Properties of a SignalResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a SignalResponse. */
                type $Shape = lcow.agent.v1.SignalResponse.$Properties;
            }

            /**
             * Properties of a WaitRequest.
             * @deprecated Use lcow.agent.v1.WaitRequest.$Properties instead.
             */
            interface IWaitRequest extends lcow.agent.v1.WaitRequest.$Properties {
            }

            /** Represents a WaitRequest. */
            class WaitRequest {

                /**
                 * Constructs a new WaitRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.WaitRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** WaitRequest process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /**
                 * Creates a new WaitRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns WaitRequest instance
                 */
                static create(properties: lcow.agent.v1.WaitRequest.$Shape): lcow.agent.v1.WaitRequest & lcow.agent.v1.WaitRequest.$Shape;
                static create(properties?: lcow.agent.v1.WaitRequest.$Properties): lcow.agent.v1.WaitRequest;

                /**
                 * Encodes the specified WaitRequest message. Does not implicitly {@link lcow.agent.v1.WaitRequest.verify|verify} messages.
                 * @param message WaitRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.WaitRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a WaitRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.WaitRequest & lcow.agent.v1.WaitRequest.$Shape} WaitRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.WaitRequest & lcow.agent.v1.WaitRequest.$Shape;

                /**
                 * Gets the type url for WaitRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace WaitRequest {

                /** Properties of a WaitRequest. */
                interface $Properties {

                    /** WaitRequest process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a WaitRequest. */
                type $Shape = lcow.agent.v1.WaitRequest.$Properties;
            }

            /**
             * Properties of an ExitStatus.
             * @deprecated Use lcow.agent.v1.ExitStatus.$Properties instead.
             */
            interface IExitStatus extends lcow.agent.v1.ExitStatus.$Properties {
            }

            /** Represents an ExitStatus. */
            class ExitStatus {

                /**
                 * Constructs a new ExitStatus.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExitStatus.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExitStatus code. */
                code: number;

                /** ExitStatus exitedAtNs. */
                exitedAtNs: number;

                /** ExitStatus oomKilled. */
                oomKilled: boolean;

                /** ExitStatus exitedAtWallNs. */
                exitedAtWallNs: number;

                /**
                 * Creates a new ExitStatus instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExitStatus instance
                 */
                static create(properties: lcow.agent.v1.ExitStatus.$Shape): lcow.agent.v1.ExitStatus & lcow.agent.v1.ExitStatus.$Shape;
                static create(properties?: lcow.agent.v1.ExitStatus.$Properties): lcow.agent.v1.ExitStatus;

                /**
                 * Encodes the specified ExitStatus message. Does not implicitly {@link lcow.agent.v1.ExitStatus.verify|verify} messages.
                 * @param message ExitStatus message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExitStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExitStatus message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExitStatus & lcow.agent.v1.ExitStatus.$Shape} ExitStatus
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExitStatus & lcow.agent.v1.ExitStatus.$Shape;

                /**
                 * Gets the type url for ExitStatus
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExitStatus {

                /** Properties of an ExitStatus. */
                interface $Properties {

                    /** ExitStatus code */
                    code?: (number|null);

                    /** ExitStatus exitedAtNs */
                    exitedAtNs?: (number|null);

                    /** ExitStatus oomKilled */
                    oomKilled?: (boolean|null);

                    /** ExitStatus exitedAtWallNs */
                    exitedAtWallNs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExitStatus. */
                type $Shape = lcow.agent.v1.ExitStatus.$Properties;
            }

            /**
             * Properties of a ResizeRequest.
             * @deprecated Use lcow.agent.v1.ResizeRequest.$Properties instead.
             */
            interface IResizeRequest extends lcow.agent.v1.ResizeRequest.$Properties {
            }

            /** Represents a ResizeRequest. */
            class ResizeRequest {

                /**
                 * Constructs a new ResizeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResizeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResizeRequest process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /** ResizeRequest width. */
                width: number;

                /** ResizeRequest height. */
                height: number;

                /**
                 * Creates a new ResizeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResizeRequest instance
                 */
                static create(properties: lcow.agent.v1.ResizeRequest.$Shape): lcow.agent.v1.ResizeRequest & lcow.agent.v1.ResizeRequest.$Shape;
                static create(properties?: lcow.agent.v1.ResizeRequest.$Properties): lcow.agent.v1.ResizeRequest;

                /**
                 * Encodes the specified ResizeRequest message. Does not implicitly {@link lcow.agent.v1.ResizeRequest.verify|verify} messages.
                 * @param message ResizeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResizeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResizeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResizeRequest & lcow.agent.v1.ResizeRequest.$Shape} ResizeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResizeRequest & lcow.agent.v1.ResizeRequest.$Shape;

                /**
                 * Gets the type url for ResizeRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResizeRequest {

                /** Properties of a ResizeRequest. */
                interface $Properties {

                    /** ResizeRequest process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** ResizeRequest width */
                    width?: (number|null);

                    /** ResizeRequest height */
                    height?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResizeRequest. */
                type $Shape = lcow.agent.v1.ResizeRequest.$Properties;
            }

            /**
             * Properties of a ResizeResponse.
             * @deprecated Use lcow.agent.v1.ResizeResponse.$Properties instead.
             */
            interface IResizeResponse extends lcow.agent.v1.ResizeResponse.$Properties {
            }

            /** Represents a ResizeResponse. */
            class ResizeResponse {

                /**
                 * Constructs a new ResizeResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResizeResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new ResizeResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResizeResponse instance
                 */
                static create(properties: lcow.agent.v1.ResizeResponse.$Shape): lcow.agent.v1.ResizeResponse & lcow.agent.v1.ResizeResponse.$Shape;
                static create(properties?: lcow.agent.v1.ResizeResponse.$Properties): lcow.agent.v1.ResizeResponse;

                /**
                 * Encodes the specified ResizeResponse message. Does not implicitly {@link lcow.agent.v1.ResizeResponse.verify|verify} messages.
                 * @param message ResizeResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResizeResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResizeResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResizeResponse & lcow.agent.v1.ResizeResponse.$Shape} ResizeResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResizeResponse & lcow.agent.v1.ResizeResponse.$Shape;

                /**
                 * Gets the type url for ResizeResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResizeResponse {

                /** Properties of a ResizeResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResizeResponse. */
                type $Shape = lcow.agent.v1.ResizeResponse.$Properties;
            }

            /**
             * Properties of a CloseStdinRequest.
             * @deprecated Use lcow.agent.v1.CloseStdinRequest.$Properties instead.
             */
            interface ICloseStdinRequest extends lcow.agent.v1.CloseStdinRequest.$Properties {
            }

            /** Represents a CloseStdinRequest. */
            class CloseStdinRequest {

                /**
                 * Constructs a new CloseStdinRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CloseStdinRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CloseStdinRequest process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /**
                 * Creates a new CloseStdinRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CloseStdinRequest instance
                 */
                static create(properties: lcow.agent.v1.CloseStdinRequest.$Shape): lcow.agent.v1.CloseStdinRequest & lcow.agent.v1.CloseStdinRequest.$Shape;
                static create(properties?: lcow.agent.v1.CloseStdinRequest.$Properties): lcow.agent.v1.CloseStdinRequest;

                /**
                 * Encodes the specified CloseStdinRequest message. Does not implicitly {@link lcow.agent.v1.CloseStdinRequest.verify|verify} messages.
                 * @param message CloseStdinRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CloseStdinRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CloseStdinRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CloseStdinRequest & lcow.agent.v1.CloseStdinRequest.$Shape} CloseStdinRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CloseStdinRequest & lcow.agent.v1.CloseStdinRequest.$Shape;

                /**
                 * Gets the type url for CloseStdinRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CloseStdinRequest {

                /** Properties of a CloseStdinRequest. */
                interface $Properties {

                    /** CloseStdinRequest process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CloseStdinRequest. */
                type $Shape = lcow.agent.v1.CloseStdinRequest.$Properties;
            }

            /**
             * Properties of a CloseStdinResponse.
             * @deprecated Use lcow.agent.v1.CloseStdinResponse.$Properties instead.
             */
            interface ICloseStdinResponse extends lcow.agent.v1.CloseStdinResponse.$Properties {
            }

            /** Represents a CloseStdinResponse. */
            class CloseStdinResponse {

                /**
                 * Constructs a new CloseStdinResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CloseStdinResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new CloseStdinResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CloseStdinResponse instance
                 */
                static create(properties: lcow.agent.v1.CloseStdinResponse.$Shape): lcow.agent.v1.CloseStdinResponse & lcow.agent.v1.CloseStdinResponse.$Shape;
                static create(properties?: lcow.agent.v1.CloseStdinResponse.$Properties): lcow.agent.v1.CloseStdinResponse;

                /**
                 * Encodes the specified CloseStdinResponse message. Does not implicitly {@link lcow.agent.v1.CloseStdinResponse.verify|verify} messages.
                 * @param message CloseStdinResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CloseStdinResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CloseStdinResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CloseStdinResponse & lcow.agent.v1.CloseStdinResponse.$Shape} CloseStdinResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CloseStdinResponse & lcow.agent.v1.CloseStdinResponse.$Shape;

                /**
                 * Gets the type url for CloseStdinResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CloseStdinResponse {

                /** Properties of a CloseStdinResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CloseStdinResponse. */
                type $Shape = lcow.agent.v1.CloseStdinResponse.$Properties;
            }

            /**
             * Properties of a PauseRequest.
             * @deprecated Use lcow.agent.v1.PauseRequest.$Properties instead.
             */
            interface IPauseRequest extends lcow.agent.v1.PauseRequest.$Properties {
            }

            /** Represents a PauseRequest. */
            class PauseRequest {

                /**
                 * Constructs a new PauseRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PauseRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PauseRequest id. */
                id: string;

                /**
                 * Creates a new PauseRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PauseRequest instance
                 */
                static create(properties: lcow.agent.v1.PauseRequest.$Shape): lcow.agent.v1.PauseRequest & lcow.agent.v1.PauseRequest.$Shape;
                static create(properties?: lcow.agent.v1.PauseRequest.$Properties): lcow.agent.v1.PauseRequest;

                /**
                 * Encodes the specified PauseRequest message. Does not implicitly {@link lcow.agent.v1.PauseRequest.verify|verify} messages.
                 * @param message PauseRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PauseRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PauseRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PauseRequest & lcow.agent.v1.PauseRequest.$Shape} PauseRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PauseRequest & lcow.agent.v1.PauseRequest.$Shape;

                /**
                 * Gets the type url for PauseRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PauseRequest {

                /** Properties of a PauseRequest. */
                interface $Properties {

                    /** PauseRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PauseRequest. */
                type $Shape = lcow.agent.v1.PauseRequest.$Properties;
            }

            /**
             * Properties of a PauseResponse.
             * @deprecated Use lcow.agent.v1.PauseResponse.$Properties instead.
             */
            interface IPauseResponse extends lcow.agent.v1.PauseResponse.$Properties {
            }

            /** Represents a PauseResponse. */
            class PauseResponse {

                /**
                 * Constructs a new PauseResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PauseResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new PauseResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PauseResponse instance
                 */
                static create(properties: lcow.agent.v1.PauseResponse.$Shape): lcow.agent.v1.PauseResponse & lcow.agent.v1.PauseResponse.$Shape;
                static create(properties?: lcow.agent.v1.PauseResponse.$Properties): lcow.agent.v1.PauseResponse;

                /**
                 * Encodes the specified PauseResponse message. Does not implicitly {@link lcow.agent.v1.PauseResponse.verify|verify} messages.
                 * @param message PauseResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PauseResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PauseResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PauseResponse & lcow.agent.v1.PauseResponse.$Shape} PauseResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PauseResponse & lcow.agent.v1.PauseResponse.$Shape;

                /**
                 * Gets the type url for PauseResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PauseResponse {

                /** Properties of a PauseResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PauseResponse. */
                type $Shape = lcow.agent.v1.PauseResponse.$Properties;
            }

            /**
             * Properties of a ResumeContainerRequest.
             * @deprecated Use lcow.agent.v1.ResumeContainerRequest.$Properties instead.
             */
            interface IResumeContainerRequest extends lcow.agent.v1.ResumeContainerRequest.$Properties {
            }

            /** Represents a ResumeContainerRequest. */
            class ResumeContainerRequest {

                /**
                 * Constructs a new ResumeContainerRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResumeContainerRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResumeContainerRequest id. */
                id: string;

                /**
                 * Creates a new ResumeContainerRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResumeContainerRequest instance
                 */
                static create(properties: lcow.agent.v1.ResumeContainerRequest.$Shape): lcow.agent.v1.ResumeContainerRequest & lcow.agent.v1.ResumeContainerRequest.$Shape;
                static create(properties?: lcow.agent.v1.ResumeContainerRequest.$Properties): lcow.agent.v1.ResumeContainerRequest;

                /**
                 * Encodes the specified ResumeContainerRequest message. Does not implicitly {@link lcow.agent.v1.ResumeContainerRequest.verify|verify} messages.
                 * @param message ResumeContainerRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResumeContainerRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResumeContainerRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResumeContainerRequest & lcow.agent.v1.ResumeContainerRequest.$Shape} ResumeContainerRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResumeContainerRequest & lcow.agent.v1.ResumeContainerRequest.$Shape;

                /**
                 * Gets the type url for ResumeContainerRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResumeContainerRequest {

                /** Properties of a ResumeContainerRequest. */
                interface $Properties {

                    /** ResumeContainerRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResumeContainerRequest. */
                type $Shape = lcow.agent.v1.ResumeContainerRequest.$Properties;
            }

            /**
             * Properties of a ResumeContainerResponse.
             * @deprecated Use lcow.agent.v1.ResumeContainerResponse.$Properties instead.
             */
            interface IResumeContainerResponse extends lcow.agent.v1.ResumeContainerResponse.$Properties {
            }

            /** Represents a ResumeContainerResponse. */
            class ResumeContainerResponse {

                /**
                 * Constructs a new ResumeContainerResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResumeContainerResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new ResumeContainerResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResumeContainerResponse instance
                 */
                static create(properties: lcow.agent.v1.ResumeContainerResponse.$Shape): lcow.agent.v1.ResumeContainerResponse & lcow.agent.v1.ResumeContainerResponse.$Shape;
                static create(properties?: lcow.agent.v1.ResumeContainerResponse.$Properties): lcow.agent.v1.ResumeContainerResponse;

                /**
                 * Encodes the specified ResumeContainerResponse message. Does not implicitly {@link lcow.agent.v1.ResumeContainerResponse.verify|verify} messages.
                 * @param message ResumeContainerResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResumeContainerResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResumeContainerResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResumeContainerResponse & lcow.agent.v1.ResumeContainerResponse.$Shape} ResumeContainerResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResumeContainerResponse & lcow.agent.v1.ResumeContainerResponse.$Shape;

                /**
                 * Gets the type url for ResumeContainerResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResumeContainerResponse {

                /** Properties of a ResumeContainerResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResumeContainerResponse. */
                type $Shape = lcow.agent.v1.ResumeContainerResponse.$Properties;
            }

            /**
             * Properties of an UpdateRequest.
             * @deprecated Use lcow.agent.v1.UpdateRequest.$Properties instead.
             */
            interface IUpdateRequest extends lcow.agent.v1.UpdateRequest.$Properties {
            }

            /** Represents an UpdateRequest. */
            class UpdateRequest {

                /**
                 * Constructs a new UpdateRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.UpdateRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** UpdateRequest id. */
                id: string;

                /** UpdateRequest resources. */
                resources: Uint8Array;

                /**
                 * Creates a new UpdateRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns UpdateRequest instance
                 */
                static create(properties: lcow.agent.v1.UpdateRequest.$Shape): lcow.agent.v1.UpdateRequest & lcow.agent.v1.UpdateRequest.$Shape;
                static create(properties?: lcow.agent.v1.UpdateRequest.$Properties): lcow.agent.v1.UpdateRequest;

                /**
                 * Encodes the specified UpdateRequest message. Does not implicitly {@link lcow.agent.v1.UpdateRequest.verify|verify} messages.
                 * @param message UpdateRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.UpdateRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UpdateRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.UpdateRequest & lcow.agent.v1.UpdateRequest.$Shape} UpdateRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.UpdateRequest & lcow.agent.v1.UpdateRequest.$Shape;

                /**
                 * Gets the type url for UpdateRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace UpdateRequest {

                /** Properties of an UpdateRequest. */
                interface $Properties {

                    /** UpdateRequest id */
                    id?: (string|null);

                    /** UpdateRequest resources */
                    resources?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UpdateRequest. */
                type $Shape = lcow.agent.v1.UpdateRequest.$Properties;
            }

            /**
             * Properties of an UpdateResponse.
             * @deprecated Use lcow.agent.v1.UpdateResponse.$Properties instead.
             */
            interface IUpdateResponse extends lcow.agent.v1.UpdateResponse.$Properties {
            }

            /** Represents an UpdateResponse. */
            class UpdateResponse {

                /**
                 * Constructs a new UpdateResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.UpdateResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new UpdateResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns UpdateResponse instance
                 */
                static create(properties: lcow.agent.v1.UpdateResponse.$Shape): lcow.agent.v1.UpdateResponse & lcow.agent.v1.UpdateResponse.$Shape;
                static create(properties?: lcow.agent.v1.UpdateResponse.$Properties): lcow.agent.v1.UpdateResponse;

                /**
                 * Encodes the specified UpdateResponse message. Does not implicitly {@link lcow.agent.v1.UpdateResponse.verify|verify} messages.
                 * @param message UpdateResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.UpdateResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UpdateResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.UpdateResponse & lcow.agent.v1.UpdateResponse.$Shape} UpdateResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.UpdateResponse & lcow.agent.v1.UpdateResponse.$Shape;

                /**
                 * Gets the type url for UpdateResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace UpdateResponse {

                /** Properties of an UpdateResponse. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UpdateResponse. */
                type $Shape = lcow.agent.v1.UpdateResponse.$Properties;
            }

            /**
             * Properties of a StatsRequest.
             * @deprecated Use lcow.agent.v1.StatsRequest.$Properties instead.
             */
            interface IStatsRequest extends lcow.agent.v1.StatsRequest.$Properties {
            }

            /** Represents a StatsRequest. */
            class StatsRequest {

                /**
                 * Constructs a new StatsRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StatsRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatsRequest id. */
                id: string;

                /**
                 * Creates a new StatsRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StatsRequest instance
                 */
                static create(properties: lcow.agent.v1.StatsRequest.$Shape): lcow.agent.v1.StatsRequest & lcow.agent.v1.StatsRequest.$Shape;
                static create(properties?: lcow.agent.v1.StatsRequest.$Properties): lcow.agent.v1.StatsRequest;

                /**
                 * Encodes the specified StatsRequest message. Does not implicitly {@link lcow.agent.v1.StatsRequest.verify|verify} messages.
                 * @param message StatsRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StatsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatsRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StatsRequest & lcow.agent.v1.StatsRequest.$Shape} StatsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StatsRequest & lcow.agent.v1.StatsRequest.$Shape;

                /**
                 * Gets the type url for StatsRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StatsRequest {

                /** Properties of a StatsRequest. */
                interface $Properties {

                    /** StatsRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatsRequest. */
                type $Shape = lcow.agent.v1.StatsRequest.$Properties;
            }

            /**
             * Properties of a StatsResponse.
             * @deprecated Use lcow.agent.v1.StatsResponse.$Properties instead.
             */
            interface IStatsResponse extends lcow.agent.v1.StatsResponse.$Properties {
            }

            /** Represents a StatsResponse. */
            class StatsResponse {

                /**
                 * Constructs a new StatsResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StatsResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatsResponse cpuUsageUs. */
                cpuUsageUs: number;

                /** StatsResponse cpuUserUs. */
                cpuUserUs: number;

                /** StatsResponse cpuSystemUs. */
                cpuSystemUs: number;

                /** StatsResponse cpuPeriods. */
                cpuPeriods: number;

                /** StatsResponse cpuThrottledPeriods. */
                cpuThrottledPeriods: number;

                /** StatsResponse cpuThrottledUs. */
                cpuThrottledUs: number;

                /** StatsResponse memoryBytes. */
                memoryBytes: number;

                /** StatsResponse memoryLimitBytes. */
                memoryLimitBytes: number;

                /** StatsResponse memoryPeakBytes. */
                memoryPeakBytes: number;

                /** StatsResponse swapBytes. */
                swapBytes: number;

                /** StatsResponse memoryStat. */
                memoryStat: { [k: string]: number };

                /** StatsResponse memoryEvents. */
                memoryEvents: { [k: string]: number };

                /** StatsResponse pids. */
                pids: number;

                /** StatsResponse pidsLimit. */
                pidsLimit: number;

                /** StatsResponse io. */
                io: lcow.agent.v1.IoStat.$Properties[];

                /** StatsResponse links. */
                links: lcow.agent.v1.LinkStat.$Properties[];

                /** StatsResponse cpuSomeAvg10. */
                cpuSomeAvg10: number;

                /** StatsResponse memorySomeAvg10. */
                memorySomeAvg10: number;

                /** StatsResponse ioSomeAvg10. */
                ioSomeAvg10: number;

                /** StatsResponse cpuFullAvg10. */
                cpuFullAvg10: number;

                /** StatsResponse memoryFullAvg10. */
                memoryFullAvg10: number;

                /** StatsResponse ioFullAvg10. */
                ioFullAvg10: number;

                /**
                 * Creates a new StatsResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StatsResponse instance
                 */
                static create(properties: lcow.agent.v1.StatsResponse.$Shape): lcow.agent.v1.StatsResponse & lcow.agent.v1.StatsResponse.$Shape;
                static create(properties?: lcow.agent.v1.StatsResponse.$Properties): lcow.agent.v1.StatsResponse;

                /**
                 * Encodes the specified StatsResponse message. Does not implicitly {@link lcow.agent.v1.StatsResponse.verify|verify} messages.
                 * @param message StatsResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StatsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatsResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StatsResponse & lcow.agent.v1.StatsResponse.$Shape} StatsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StatsResponse & lcow.agent.v1.StatsResponse.$Shape;

                /**
                 * Gets the type url for StatsResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StatsResponse {

                /** Properties of a StatsResponse. */
                interface $Properties {

                    /** StatsResponse cpuUsageUs */
                    cpuUsageUs?: (number|null);

                    /** StatsResponse cpuUserUs */
                    cpuUserUs?: (number|null);

                    /** StatsResponse cpuSystemUs */
                    cpuSystemUs?: (number|null);

                    /** StatsResponse cpuPeriods */
                    cpuPeriods?: (number|null);

                    /** StatsResponse cpuThrottledPeriods */
                    cpuThrottledPeriods?: (number|null);

                    /** StatsResponse cpuThrottledUs */
                    cpuThrottledUs?: (number|null);

                    /** StatsResponse memoryBytes */
                    memoryBytes?: (number|null);

                    /** StatsResponse memoryLimitBytes */
                    memoryLimitBytes?: (number|null);

                    /** StatsResponse memoryPeakBytes */
                    memoryPeakBytes?: (number|null);

                    /** StatsResponse swapBytes */
                    swapBytes?: (number|null);

                    /** StatsResponse memoryStat */
                    memoryStat?: ({ [k: string]: number }|null);

                    /** StatsResponse memoryEvents */
                    memoryEvents?: ({ [k: string]: number }|null);

                    /** StatsResponse pids */
                    pids?: (number|null);

                    /** StatsResponse pidsLimit */
                    pidsLimit?: (number|null);

                    /** StatsResponse io */
                    io?: (lcow.agent.v1.IoStat.$Properties[]|null);

                    /** StatsResponse links */
                    links?: (lcow.agent.v1.LinkStat.$Properties[]|null);

                    /** StatsResponse cpuSomeAvg10 */
                    cpuSomeAvg10?: (number|null);

                    /** StatsResponse memorySomeAvg10 */
                    memorySomeAvg10?: (number|null);

                    /** StatsResponse ioSomeAvg10 */
                    ioSomeAvg10?: (number|null);

                    /** StatsResponse cpuFullAvg10 */
                    cpuFullAvg10?: (number|null);

                    /** StatsResponse memoryFullAvg10 */
                    memoryFullAvg10?: (number|null);

                    /** StatsResponse ioFullAvg10 */
                    ioFullAvg10?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatsResponse. */
                type $Shape = lcow.agent.v1.StatsResponse.$Properties;
            }

            /**
             * Properties of an IoStat.
             * @deprecated Use lcow.agent.v1.IoStat.$Properties instead.
             */
            interface IIoStat extends lcow.agent.v1.IoStat.$Properties {
            }

            /** Represents an IoStat. */
            class IoStat {

                /**
                 * Constructs a new IoStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.IoStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** IoStat major. */
                major: number;

                /** IoStat minor. */
                minor: number;

                /** IoStat readBytes. */
                readBytes: number;

                /** IoStat writeBytes. */
                writeBytes: number;

                /** IoStat reads. */
                reads: number;

                /** IoStat writes. */
                writes: number;

                /**
                 * Creates a new IoStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns IoStat instance
                 */
                static create(properties: lcow.agent.v1.IoStat.$Shape): lcow.agent.v1.IoStat & lcow.agent.v1.IoStat.$Shape;
                static create(properties?: lcow.agent.v1.IoStat.$Properties): lcow.agent.v1.IoStat;

                /**
                 * Encodes the specified IoStat message. Does not implicitly {@link lcow.agent.v1.IoStat.verify|verify} messages.
                 * @param message IoStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.IoStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an IoStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.IoStat & lcow.agent.v1.IoStat.$Shape} IoStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.IoStat & lcow.agent.v1.IoStat.$Shape;

                /**
                 * Gets the type url for IoStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace IoStat {

                /** Properties of an IoStat. */
                interface $Properties {

                    /** IoStat major */
                    major?: (number|null);

                    /** IoStat minor */
                    minor?: (number|null);

                    /** IoStat readBytes */
                    readBytes?: (number|null);

                    /** IoStat writeBytes */
                    writeBytes?: (number|null);

                    /** IoStat reads */
                    reads?: (number|null);

                    /** IoStat writes */
                    writes?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an IoStat. */
                type $Shape = lcow.agent.v1.IoStat.$Properties;
            }

            /**
             * Properties of a LinkStat.
             * @deprecated Use lcow.agent.v1.LinkStat.$Properties instead.
             */
            interface ILinkStat extends lcow.agent.v1.LinkStat.$Properties {
            }

            /** Represents a LinkStat. */
            class LinkStat {

                /**
                 * Constructs a new LinkStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.LinkStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** LinkStat name. */
                name: string;

                /** LinkStat rxBytes. */
                rxBytes: number;

                /** LinkStat rxPackets. */
                rxPackets: number;

                /** LinkStat rxErrors. */
                rxErrors: number;

                /** LinkStat rxDropped. */
                rxDropped: number;

                /** LinkStat txBytes. */
                txBytes: number;

                /** LinkStat txPackets. */
                txPackets: number;

                /** LinkStat txErrors. */
                txErrors: number;

                /** LinkStat txDropped. */
                txDropped: number;

                /**
                 * Creates a new LinkStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns LinkStat instance
                 */
                static create(properties: lcow.agent.v1.LinkStat.$Shape): lcow.agent.v1.LinkStat & lcow.agent.v1.LinkStat.$Shape;
                static create(properties?: lcow.agent.v1.LinkStat.$Properties): lcow.agent.v1.LinkStat;

                /**
                 * Encodes the specified LinkStat message. Does not implicitly {@link lcow.agent.v1.LinkStat.verify|verify} messages.
                 * @param message LinkStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.LinkStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a LinkStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.LinkStat & lcow.agent.v1.LinkStat.$Shape} LinkStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.LinkStat & lcow.agent.v1.LinkStat.$Shape;

                /**
                 * Gets the type url for LinkStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace LinkStat {

                /** Properties of a LinkStat. */
                interface $Properties {

                    /** LinkStat name */
                    name?: (string|null);

                    /** LinkStat rxBytes */
                    rxBytes?: (number|null);

                    /** LinkStat rxPackets */
                    rxPackets?: (number|null);

                    /** LinkStat rxErrors */
                    rxErrors?: (number|null);

                    /** LinkStat rxDropped */
                    rxDropped?: (number|null);

                    /** LinkStat txBytes */
                    txBytes?: (number|null);

                    /** LinkStat txPackets */
                    txPackets?: (number|null);

                    /** LinkStat txErrors */
                    txErrors?: (number|null);

                    /** LinkStat txDropped */
                    txDropped?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a LinkStat. */
                type $Shape = lcow.agent.v1.LinkStat.$Properties;
            }

            /**
             * Properties of a ListContainersRequest.
             * @deprecated Use lcow.agent.v1.ListContainersRequest.$Properties instead.
             */
            interface IListContainersRequest extends lcow.agent.v1.ListContainersRequest.$Properties {
            }

            /** Represents a ListContainersRequest. */
            class ListContainersRequest {

                /**
                 * Constructs a new ListContainersRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ListContainersRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ListContainersRequest image. */
                image: boolean;

                /**
                 * Creates a new ListContainersRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ListContainersRequest instance
                 */
                static create(properties: lcow.agent.v1.ListContainersRequest.$Shape): lcow.agent.v1.ListContainersRequest & lcow.agent.v1.ListContainersRequest.$Shape;
                static create(properties?: lcow.agent.v1.ListContainersRequest.$Properties): lcow.agent.v1.ListContainersRequest;

                /**
                 * Encodes the specified ListContainersRequest message. Does not implicitly {@link lcow.agent.v1.ListContainersRequest.verify|verify} messages.
                 * @param message ListContainersRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ListContainersRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ListContainersRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ListContainersRequest & lcow.agent.v1.ListContainersRequest.$Shape} ListContainersRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ListContainersRequest & lcow.agent.v1.ListContainersRequest.$Shape;

                /**
                 * Gets the type url for ListContainersRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ListContainersRequest {

                /** Properties of a ListContainersRequest. */
                interface $Properties {

                    /** ListContainersRequest image */
                    image?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ListContainersRequest. */
                type $Shape = lcow.agent.v1.ListContainersRequest.$Properties;
            }

            /**
             * Properties of a ContainerState.
             * @deprecated Use lcow.agent.v1.ContainerState.$Properties instead.
             */
            interface IContainerState extends lcow.agent.v1.ContainerState.$Properties {
            }

            /** Represents a ContainerState. */
            class ContainerState {

                /**
                 * Constructs a new ContainerState.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ContainerState.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ContainerState id. */
                id: string;

                /** ContainerState status. */
                status: string;

                /** ContainerState pid. */
                pid: number;

                /** ContainerState exit. */
                exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                /** ContainerState execs. */
                execs: lcow.agent.v1.ExecState.$Properties[];

                /**
                 * Creates a new ContainerState instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ContainerState instance
                 */
                static create(properties: lcow.agent.v1.ContainerState.$Shape): lcow.agent.v1.ContainerState & lcow.agent.v1.ContainerState.$Shape;
                static create(properties?: lcow.agent.v1.ContainerState.$Properties): lcow.agent.v1.ContainerState;

                /**
                 * Encodes the specified ContainerState message. Does not implicitly {@link lcow.agent.v1.ContainerState.verify|verify} messages.
                 * @param message ContainerState message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ContainerState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ContainerState message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ContainerState & lcow.agent.v1.ContainerState.$Shape} ContainerState
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ContainerState & lcow.agent.v1.ContainerState.$Shape;

                /**
                 * Gets the type url for ContainerState
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ContainerState {

                /** Properties of a ContainerState. */
                interface $Properties {

                    /** ContainerState id */
                    id?: (string|null);

                    /** ContainerState status */
                    status?: (string|null);

                    /** ContainerState pid */
                    pid?: (number|null);

                    /** ContainerState exit */
                    exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                    /** ContainerState execs */
                    execs?: (lcow.agent.v1.ExecState.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ContainerState. */
                type $Shape = lcow.agent.v1.ContainerState.$Properties;
            }

            /**
             * Properties of an ExecState.
             * @deprecated Use lcow.agent.v1.ExecState.$Properties instead.
             */
            interface IExecState extends lcow.agent.v1.ExecState.$Properties {
            }

            /** Represents an ExecState. */
            class ExecState {

                /**
                 * Constructs a new ExecState.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecState.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecState execId. */
                execId: string;

                /** ExecState pid. */
                pid: number;

                /** ExecState exit. */
                exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                /**
                 * Creates a new ExecState instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecState instance
                 */
                static create(properties: lcow.agent.v1.ExecState.$Shape): lcow.agent.v1.ExecState & lcow.agent.v1.ExecState.$Shape;
                static create(properties?: lcow.agent.v1.ExecState.$Properties): lcow.agent.v1.ExecState;

                /**
                 * Encodes the specified ExecState message. Does not implicitly {@link lcow.agent.v1.ExecState.verify|verify} messages.
                 * @param message ExecState message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecState.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecState message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecState & lcow.agent.v1.ExecState.$Shape} ExecState
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecState & lcow.agent.v1.ExecState.$Shape;

                /**
                 * Gets the type url for ExecState
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecState {

                /** Properties of an ExecState. */
                interface $Properties {

                    /** ExecState execId */
                    execId?: (string|null);

                    /** ExecState pid */
                    pid?: (number|null);

                    /** ExecState exit */
                    exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecState. */
                type $Shape = lcow.agent.v1.ExecState.$Properties;
            }

            /**
             * Properties of a ListContainersResponse.
             * @deprecated Use lcow.agent.v1.ListContainersResponse.$Properties instead.
             */
            interface IListContainersResponse extends lcow.agent.v1.ListContainersResponse.$Properties {
            }

            /** Represents a ListContainersResponse. */
            class ListContainersResponse {

                /**
                 * Constructs a new ListContainersResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ListContainersResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ListContainersResponse containers. */
                containers: lcow.agent.v1.ContainerState.$Properties[];

                /** ListContainersResponse standbys. */
                standbys: number;

                /**
                 * Creates a new ListContainersResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ListContainersResponse instance
                 */
                static create(properties: lcow.agent.v1.ListContainersResponse.$Shape): lcow.agent.v1.ListContainersResponse & lcow.agent.v1.ListContainersResponse.$Shape;
                static create(properties?: lcow.agent.v1.ListContainersResponse.$Properties): lcow.agent.v1.ListContainersResponse;

                /**
                 * Encodes the specified ListContainersResponse message. Does not implicitly {@link lcow.agent.v1.ListContainersResponse.verify|verify} messages.
                 * @param message ListContainersResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ListContainersResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ListContainersResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ListContainersResponse & lcow.agent.v1.ListContainersResponse.$Shape} ListContainersResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ListContainersResponse & lcow.agent.v1.ListContainersResponse.$Shape;

                /**
                 * Gets the type url for ListContainersResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ListContainersResponse {

                /** Properties of a ListContainersResponse. */
                interface $Properties {

                    /** ListContainersResponse containers */
                    containers?: (lcow.agent.v1.ContainerState.$Properties[]|null);

                    /** ListContainersResponse standbys */
                    standbys?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ListContainersResponse. */
                type $Shape = lcow.agent.v1.ListContainersResponse.$Properties;
            }

            /**
             * Properties of a PidsRequest.
             * @deprecated Use lcow.agent.v1.PidsRequest.$Properties instead.
             */
            interface IPidsRequest extends lcow.agent.v1.PidsRequest.$Properties {
            }

            /** Represents a PidsRequest. */
            class PidsRequest {

                /**
                 * Constructs a new PidsRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PidsRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PidsRequest id. */
                id: string;

                /**
                 * Creates a new PidsRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PidsRequest instance
                 */
                static create(properties: lcow.agent.v1.PidsRequest.$Shape): lcow.agent.v1.PidsRequest & lcow.agent.v1.PidsRequest.$Shape;
                static create(properties?: lcow.agent.v1.PidsRequest.$Properties): lcow.agent.v1.PidsRequest;

                /**
                 * Encodes the specified PidsRequest message. Does not implicitly {@link lcow.agent.v1.PidsRequest.verify|verify} messages.
                 * @param message PidsRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PidsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PidsRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PidsRequest & lcow.agent.v1.PidsRequest.$Shape} PidsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PidsRequest & lcow.agent.v1.PidsRequest.$Shape;

                /**
                 * Gets the type url for PidsRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PidsRequest {

                /** Properties of a PidsRequest. */
                interface $Properties {

                    /** PidsRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PidsRequest. */
                type $Shape = lcow.agent.v1.PidsRequest.$Properties;
            }

            /**
             * Properties of a PidInfo.
             * @deprecated Use lcow.agent.v1.PidInfo.$Properties instead.
             */
            interface IPidInfo extends lcow.agent.v1.PidInfo.$Properties {
            }

            /** Represents a PidInfo. */
            class PidInfo {

                /**
                 * Constructs a new PidInfo.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PidInfo.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PidInfo pid. */
                pid: number;

                /** PidInfo execId. */
                execId: string;

                /** PidInfo ppid. */
                ppid: number;

                /** PidInfo uid. */
                uid: number;

                /** PidInfo state. */
                state: string;

                /** PidInfo startNs. */
                startNs: number;

                /** PidInfo cpuNs. */
                cpuNs: number;

                /** PidInfo rssBytes. */
                rssBytes: number;

                /** PidInfo tty. */
                tty: string;

                /** PidInfo command. */
                command: string;

                /** PidInfo namespacePid. */
                namespacePid: number;

                /** PidInfo namespacePpid. */
                namespacePpid: number;

                /**
                 * Creates a new PidInfo instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PidInfo instance
                 */
                static create(properties: lcow.agent.v1.PidInfo.$Shape): lcow.agent.v1.PidInfo & lcow.agent.v1.PidInfo.$Shape;
                static create(properties?: lcow.agent.v1.PidInfo.$Properties): lcow.agent.v1.PidInfo;

                /**
                 * Encodes the specified PidInfo message. Does not implicitly {@link lcow.agent.v1.PidInfo.verify|verify} messages.
                 * @param message PidInfo message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PidInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PidInfo message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PidInfo & lcow.agent.v1.PidInfo.$Shape} PidInfo
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PidInfo & lcow.agent.v1.PidInfo.$Shape;

                /**
                 * Gets the type url for PidInfo
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PidInfo {

                /** Properties of a PidInfo. */
                interface $Properties {

                    /** PidInfo pid */
                    pid?: (number|null);

                    /** PidInfo execId */
                    execId?: (string|null);

                    /** PidInfo ppid */
                    ppid?: (number|null);

                    /** PidInfo uid */
                    uid?: (number|null);

                    /** PidInfo state */
                    state?: (string|null);

                    /** PidInfo startNs */
                    startNs?: (number|null);

                    /** PidInfo cpuNs */
                    cpuNs?: (number|null);

                    /** PidInfo rssBytes */
                    rssBytes?: (number|null);

                    /** PidInfo tty */
                    tty?: (string|null);

                    /** PidInfo command */
                    command?: (string|null);

                    /** PidInfo namespacePid */
                    namespacePid?: (number|null);

                    /** PidInfo namespacePpid */
                    namespacePpid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PidInfo. */
                type $Shape = lcow.agent.v1.PidInfo.$Properties;
            }

            /**
             * Properties of a PidsResponse.
             * @deprecated Use lcow.agent.v1.PidsResponse.$Properties instead.
             */
            interface IPidsResponse extends lcow.agent.v1.PidsResponse.$Properties {
            }

            /** Represents a PidsResponse. */
            class PidsResponse {

                /**
                 * Constructs a new PidsResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.PidsResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PidsResponse pids. */
                pids: lcow.agent.v1.PidInfo.$Properties[];

                /**
                 * Creates a new PidsResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PidsResponse instance
                 */
                static create(properties: lcow.agent.v1.PidsResponse.$Shape): lcow.agent.v1.PidsResponse & lcow.agent.v1.PidsResponse.$Shape;
                static create(properties?: lcow.agent.v1.PidsResponse.$Properties): lcow.agent.v1.PidsResponse;

                /**
                 * Encodes the specified PidsResponse message. Does not implicitly {@link lcow.agent.v1.PidsResponse.verify|verify} messages.
                 * @param message PidsResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.PidsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PidsResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.PidsResponse & lcow.agent.v1.PidsResponse.$Shape} PidsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.PidsResponse & lcow.agent.v1.PidsResponse.$Shape;

                /**
                 * Gets the type url for PidsResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PidsResponse {

                /** Properties of a PidsResponse. */
                interface $Properties {

                    /** PidsResponse pids */
                    pids?: (lcow.agent.v1.PidInfo.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PidsResponse. */
                type $Shape = lcow.agent.v1.PidsResponse.$Properties;
            }

            /**
             * Properties of a DeleteRequest.
             * @deprecated Use lcow.agent.v1.DeleteRequest.$Properties instead.
             */
            interface IDeleteRequest extends lcow.agent.v1.DeleteRequest.$Properties {
            }

            /** Represents a DeleteRequest. */
            class DeleteRequest {

                /**
                 * Constructs a new DeleteRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.DeleteRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeleteRequest process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /** DeleteRequest force. */
                force: boolean;

                /**
                 * Creates a new DeleteRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DeleteRequest instance
                 */
                static create(properties: lcow.agent.v1.DeleteRequest.$Shape): lcow.agent.v1.DeleteRequest & lcow.agent.v1.DeleteRequest.$Shape;
                static create(properties?: lcow.agent.v1.DeleteRequest.$Properties): lcow.agent.v1.DeleteRequest;

                /**
                 * Encodes the specified DeleteRequest message. Does not implicitly {@link lcow.agent.v1.DeleteRequest.verify|verify} messages.
                 * @param message DeleteRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.DeleteRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeleteRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.DeleteRequest & lcow.agent.v1.DeleteRequest.$Shape} DeleteRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.DeleteRequest & lcow.agent.v1.DeleteRequest.$Shape;

                /**
                 * Gets the type url for DeleteRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace DeleteRequest {

                /** Properties of a DeleteRequest. */
                interface $Properties {

                    /** DeleteRequest process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** DeleteRequest force */
                    force?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeleteRequest. */
                type $Shape = lcow.agent.v1.DeleteRequest.$Properties;
            }

            /**
             * Properties of a DeleteResponse.
             * @deprecated Use lcow.agent.v1.DeleteResponse.$Properties instead.
             */
            interface IDeleteResponse extends lcow.agent.v1.DeleteResponse.$Properties {
            }

            /** Represents a DeleteResponse. */
            class DeleteResponse {

                /**
                 * Constructs a new DeleteResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.DeleteResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeleteResponse exit. */
                exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                /**
                 * Creates a new DeleteResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DeleteResponse instance
                 */
                static create(properties: lcow.agent.v1.DeleteResponse.$Shape): lcow.agent.v1.DeleteResponse & lcow.agent.v1.DeleteResponse.$Shape;
                static create(properties?: lcow.agent.v1.DeleteResponse.$Properties): lcow.agent.v1.DeleteResponse;

                /**
                 * Encodes the specified DeleteResponse message. Does not implicitly {@link lcow.agent.v1.DeleteResponse.verify|verify} messages.
                 * @param message DeleteResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.DeleteResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeleteResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.DeleteResponse & lcow.agent.v1.DeleteResponse.$Shape} DeleteResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.DeleteResponse & lcow.agent.v1.DeleteResponse.$Shape;

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

                    /** DeleteResponse exit */
                    exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeleteResponse. */
                type $Shape = lcow.agent.v1.DeleteResponse.$Properties;
            }

            /**
             * Properties of an ExecsRequest.
             * @deprecated Use lcow.agent.v1.ExecsRequest.$Properties instead.
             */
            interface IExecsRequest extends lcow.agent.v1.ExecsRequest.$Properties {
            }

            /** Represents an ExecsRequest. */
            class ExecsRequest {

                /**
                 * Constructs a new ExecsRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecsRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecsRequest number. */
                number: number;

                /** ExecsRequest process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /** ExecsRequest exec. */
                exec?: (lcow.agent.v1.ExecStart.$Properties|null);

                /** ExecsRequest forget. */
                forget: lcow.agent.v1.ProcessRef.$Properties[];

                /**
                 * Creates a new ExecsRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecsRequest instance
                 */
                static create(properties: lcow.agent.v1.ExecsRequest.$Shape): lcow.agent.v1.ExecsRequest & lcow.agent.v1.ExecsRequest.$Shape;
                static create(properties?: lcow.agent.v1.ExecsRequest.$Properties): lcow.agent.v1.ExecsRequest;

                /**
                 * Encodes the specified ExecsRequest message. Does not implicitly {@link lcow.agent.v1.ExecsRequest.verify|verify} messages.
                 * @param message ExecsRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecsRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecsRequest & lcow.agent.v1.ExecsRequest.$Shape} ExecsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecsRequest & lcow.agent.v1.ExecsRequest.$Shape;

                /**
                 * Gets the type url for ExecsRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecsRequest {

                /** Properties of an ExecsRequest. */
                interface $Properties {

                    /** ExecsRequest number */
                    number?: (number|null);

                    /** ExecsRequest process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** ExecsRequest exec */
                    exec?: (lcow.agent.v1.ExecStart.$Properties|null);

                    /** ExecsRequest forget */
                    forget?: (lcow.agent.v1.ProcessRef.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecsRequest. */
                type $Shape = lcow.agent.v1.ExecsRequest.$Properties;
            }

            /**
             * Properties of an ExecsReply.
             * @deprecated Use lcow.agent.v1.ExecsReply.$Properties instead.
             */
            interface IExecsReply extends lcow.agent.v1.ExecsReply.$Properties {
            }

            /** Represents an ExecsReply. */
            class ExecsReply {

                /**
                 * Constructs a new ExecsReply.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecsReply.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecsReply number. */
                number: number;

                /** ExecsReply refused. */
                refused?: (lcow.agent.v1.ExecRefused.$Properties|null);

                /** ExecsReply runs. */
                runs?: (lcow.agent.v1.ExecRuns.$Properties|null);

                /** ExecsReply ended. */
                ended?: (lcow.agent.v1.ExecEnded.$Properties|null);

                /** ExecsReply outcome. */
                outcome?: ("refused"|"runs"|"ended");

                /**
                 * Creates a new ExecsReply instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecsReply instance
                 */
                static create(properties: lcow.agent.v1.ExecsReply.$Shape): lcow.agent.v1.ExecsReply & lcow.agent.v1.ExecsReply.$Shape;
                static create(properties?: lcow.agent.v1.ExecsReply.$Properties): lcow.agent.v1.ExecsReply;

                /**
                 * Encodes the specified ExecsReply message. Does not implicitly {@link lcow.agent.v1.ExecsReply.verify|verify} messages.
                 * @param message ExecsReply message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecsReply.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecsReply message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecsReply & lcow.agent.v1.ExecsReply.$Shape} ExecsReply
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecsReply & lcow.agent.v1.ExecsReply.$Shape;

                /**
                 * Gets the type url for ExecsReply
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecsReply {

                /** Properties of an ExecsReply. */
                interface $Properties {

                    /** ExecsReply number */
                    number?: (number|null);

                    /** ExecsReply refused */
                    refused?: (lcow.agent.v1.ExecRefused.$Properties|null);

                    /** ExecsReply runs */
                    runs?: (lcow.agent.v1.ExecRuns.$Properties|null);

                    /** ExecsReply ended */
                    ended?: (lcow.agent.v1.ExecEnded.$Properties|null);

                    /** ExecsReply outcome */
                    outcome?: ("refused"|"runs"|"ended");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of an ExecsReply. */
                type $Shape = {
                  number?: number|null;
                  refused?: lcow.agent.v1.ExecRefused.$Shape|null;
                  runs?: lcow.agent.v1.ExecRuns.$Shape|null;
                  ended?: lcow.agent.v1.ExecEnded.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ outcome?: undefined; refused?: null; runs?: null; ended?: null }|{ outcome?: "refused"; refused: lcow.agent.v1.ExecRefused.$Shape; runs?: null; ended?: null }|{ outcome?: "runs"; refused?: null; runs: lcow.agent.v1.ExecRuns.$Shape; ended?: null }|{ outcome?: "ended"; refused?: null; runs?: null; ended: lcow.agent.v1.ExecEnded.$Shape })
                );
            }

            /**
             * Properties of an ExecRefused.
             * @deprecated Use lcow.agent.v1.ExecRefused.$Properties instead.
             */
            interface IExecRefused extends lcow.agent.v1.ExecRefused.$Properties {
            }

            /** Represents an ExecRefused. */
            class ExecRefused {

                /**
                 * Constructs a new ExecRefused.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecRefused.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecRefused code. */
                code: number;

                /** ExecRefused message. */
                message: string;

                /** ExecRefused cause. */
                cause: string;

                /**
                 * Creates a new ExecRefused instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecRefused instance
                 */
                static create(properties: lcow.agent.v1.ExecRefused.$Shape): lcow.agent.v1.ExecRefused & lcow.agent.v1.ExecRefused.$Shape;
                static create(properties?: lcow.agent.v1.ExecRefused.$Properties): lcow.agent.v1.ExecRefused;

                /**
                 * Encodes the specified ExecRefused message. Does not implicitly {@link lcow.agent.v1.ExecRefused.verify|verify} messages.
                 * @param message ExecRefused message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecRefused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecRefused message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecRefused & lcow.agent.v1.ExecRefused.$Shape} ExecRefused
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecRefused & lcow.agent.v1.ExecRefused.$Shape;

                /**
                 * Gets the type url for ExecRefused
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecRefused {

                /** Properties of an ExecRefused. */
                interface $Properties {

                    /** ExecRefused code */
                    code?: (number|null);

                    /** ExecRefused message */
                    message?: (string|null);

                    /** ExecRefused cause */
                    cause?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecRefused. */
                type $Shape = lcow.agent.v1.ExecRefused.$Properties;
            }

            /**
             * Properties of an ExecRuns.
             * @deprecated Use lcow.agent.v1.ExecRuns.$Properties instead.
             */
            interface IExecRuns extends lcow.agent.v1.ExecRuns.$Properties {
            }

            /** Represents an ExecRuns. */
            class ExecRuns {

                /**
                 * Constructs a new ExecRuns.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecRuns.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecRuns pid. */
                pid: number;

                /**
                 * Creates a new ExecRuns instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecRuns instance
                 */
                static create(properties: lcow.agent.v1.ExecRuns.$Shape): lcow.agent.v1.ExecRuns & lcow.agent.v1.ExecRuns.$Shape;
                static create(properties?: lcow.agent.v1.ExecRuns.$Properties): lcow.agent.v1.ExecRuns;

                /**
                 * Encodes the specified ExecRuns message. Does not implicitly {@link lcow.agent.v1.ExecRuns.verify|verify} messages.
                 * @param message ExecRuns message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecRuns.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecRuns message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecRuns & lcow.agent.v1.ExecRuns.$Shape} ExecRuns
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecRuns & lcow.agent.v1.ExecRuns.$Shape;

                /**
                 * Gets the type url for ExecRuns
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecRuns {

                /** Properties of an ExecRuns. */
                interface $Properties {

                    /** ExecRuns pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecRuns. */
                type $Shape = lcow.agent.v1.ExecRuns.$Properties;
            }

            /**
             * Properties of an ExecEnded.
             * @deprecated Use lcow.agent.v1.ExecEnded.$Properties instead.
             */
            interface IExecEnded extends lcow.agent.v1.ExecEnded.$Properties {
            }

            /** Represents an ExecEnded. */
            class ExecEnded {

                /**
                 * Constructs a new ExecEnded.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecEnded.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecEnded pid. */
                pid: number;

                /** ExecEnded exit. */
                exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                /** ExecEnded stdout. */
                stdout: Uint8Array;

                /** ExecEnded stderr. */
                stderr: Uint8Array;

                /**
                 * Creates a new ExecEnded instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecEnded instance
                 */
                static create(properties: lcow.agent.v1.ExecEnded.$Shape): lcow.agent.v1.ExecEnded & lcow.agent.v1.ExecEnded.$Shape;
                static create(properties?: lcow.agent.v1.ExecEnded.$Properties): lcow.agent.v1.ExecEnded;

                /**
                 * Encodes the specified ExecEnded message. Does not implicitly {@link lcow.agent.v1.ExecEnded.verify|verify} messages.
                 * @param message ExecEnded message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecEnded.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecEnded message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecEnded & lcow.agent.v1.ExecEnded.$Shape} ExecEnded
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecEnded & lcow.agent.v1.ExecEnded.$Shape;

                /**
                 * Gets the type url for ExecEnded
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecEnded {

                /** Properties of an ExecEnded. */
                interface $Properties {

                    /** ExecEnded pid */
                    pid?: (number|null);

                    /** ExecEnded exit */
                    exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                    /** ExecEnded stdout */
                    stdout?: (Uint8Array|null);

                    /** ExecEnded stderr */
                    stderr?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecEnded. */
                type $Shape = lcow.agent.v1.ExecEnded.$Properties;
            }

            /**
             * Properties of a HostFrame.
             * @deprecated Use lcow.agent.v1.HostFrame.$Properties instead.
             */
            interface IHostFrame extends lcow.agent.v1.HostFrame.$Properties {
            }

            /** Represents a HostFrame. */
            class HostFrame {

                /**
                 * Constructs a new HostFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.HostFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** HostFrame open. */
                open?: (lcow.agent.v1.AttachOpen.$Properties|null);

                /** HostFrame stdin. */
                stdin?: (lcow.agent.v1.Data.$Properties|null);

                /** HostFrame stdinEof. */
                stdinEof?: (lcow.agent.v1.StdinEof.$Properties|null);

                /** HostFrame ack. */
                ack?: (lcow.agent.v1.Ack.$Properties|null);

                /** HostFrame resize. */
                resize?: (lcow.agent.v1.ResizeFrame.$Properties|null);

                /** HostFrame carry. */
                carry?: (lcow.agent.v1.CarryOpen.$Properties|null);

                /** HostFrame frame. */
                frame?: ("open"|"stdin"|"stdinEof"|"ack"|"resize"|"carry");

                /**
                 * Creates a new HostFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns HostFrame instance
                 */
                static create(properties: lcow.agent.v1.HostFrame.$Shape): lcow.agent.v1.HostFrame & lcow.agent.v1.HostFrame.$Shape;
                static create(properties?: lcow.agent.v1.HostFrame.$Properties): lcow.agent.v1.HostFrame;

                /**
                 * Encodes the specified HostFrame message. Does not implicitly {@link lcow.agent.v1.HostFrame.verify|verify} messages.
                 * @param message HostFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.HostFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a HostFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.HostFrame & lcow.agent.v1.HostFrame.$Shape} HostFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.HostFrame & lcow.agent.v1.HostFrame.$Shape;

                /**
                 * Gets the type url for HostFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace HostFrame {

                /** Properties of a HostFrame. */
                interface $Properties {

                    /** HostFrame open */
                    open?: (lcow.agent.v1.AttachOpen.$Properties|null);

                    /** HostFrame stdin */
                    stdin?: (lcow.agent.v1.Data.$Properties|null);

                    /** HostFrame stdinEof */
                    stdinEof?: (lcow.agent.v1.StdinEof.$Properties|null);

                    /** HostFrame ack */
                    ack?: (lcow.agent.v1.Ack.$Properties|null);

                    /** HostFrame resize */
                    resize?: (lcow.agent.v1.ResizeFrame.$Properties|null);

                    /** HostFrame carry */
                    carry?: (lcow.agent.v1.CarryOpen.$Properties|null);

                    /** HostFrame frame */
                    frame?: ("open"|"stdin"|"stdinEof"|"ack"|"resize"|"carry");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a HostFrame. */
                type $Shape = {
                  open?: lcow.agent.v1.AttachOpen.$Shape|null;
                  stdin?: lcow.agent.v1.Data.$Shape|null;
                  stdinEof?: lcow.agent.v1.StdinEof.$Shape|null;
                  ack?: lcow.agent.v1.Ack.$Shape|null;
                  resize?: lcow.agent.v1.ResizeFrame.$Shape|null;
                  carry?: lcow.agent.v1.CarryOpen.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; open?: null; stdin?: null; stdinEof?: null; ack?: null; resize?: null; carry?: null }|{ frame?: "open"; open: lcow.agent.v1.AttachOpen.$Shape; stdin?: null; stdinEof?: null; ack?: null; resize?: null; carry?: null }|{ frame?: "stdin"; open?: null; stdin: lcow.agent.v1.Data.$Shape; stdinEof?: null; ack?: null; resize?: null; carry?: null }|{ frame?: "stdinEof"; open?: null; stdin?: null; stdinEof: lcow.agent.v1.StdinEof.$Shape; ack?: null; resize?: null; carry?: null }|{ frame?: "ack"; open?: null; stdin?: null; stdinEof?: null; ack: lcow.agent.v1.Ack.$Shape; resize?: null; carry?: null }|{ frame?: "resize"; open?: null; stdin?: null; stdinEof?: null; ack?: null; resize: lcow.agent.v1.ResizeFrame.$Shape; carry?: null }|{ frame?: "carry"; open?: null; stdin?: null; stdinEof?: null; ack?: null; resize?: null; carry: lcow.agent.v1.CarryOpen.$Shape })
                );
            }

            /**
             * Properties of a CarryOpen.
             * @deprecated Use lcow.agent.v1.CarryOpen.$Properties instead.
             */
            interface ICarryOpen extends lcow.agent.v1.CarryOpen.$Properties {
            }

            /** Represents a CarryOpen. */
            class CarryOpen {

                /**
                 * Constructs a new CarryOpen.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CarryOpen.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CarryOpen port. */
                port: number;

                /** CarryOpen nonce. */
                nonce: Uint8Array;

                /**
                 * Creates a new CarryOpen instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CarryOpen instance
                 */
                static create(properties: lcow.agent.v1.CarryOpen.$Shape): lcow.agent.v1.CarryOpen & lcow.agent.v1.CarryOpen.$Shape;
                static create(properties?: lcow.agent.v1.CarryOpen.$Properties): lcow.agent.v1.CarryOpen;

                /**
                 * Encodes the specified CarryOpen message. Does not implicitly {@link lcow.agent.v1.CarryOpen.verify|verify} messages.
                 * @param message CarryOpen message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CarryOpen.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CarryOpen message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CarryOpen & lcow.agent.v1.CarryOpen.$Shape} CarryOpen
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CarryOpen & lcow.agent.v1.CarryOpen.$Shape;

                /**
                 * Gets the type url for CarryOpen
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CarryOpen {

                /** Properties of a CarryOpen. */
                interface $Properties {

                    /** CarryOpen port */
                    port?: (number|null);

                    /** CarryOpen nonce */
                    nonce?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CarryOpen. */
                type $Shape = lcow.agent.v1.CarryOpen.$Properties;
            }

            /**
             * Properties of an AttachOpen.
             * @deprecated Use lcow.agent.v1.AttachOpen.$Properties instead.
             */
            interface IAttachOpen extends lcow.agent.v1.AttachOpen.$Properties {
            }

            /** Represents an AttachOpen. */
            class AttachOpen {

                /**
                 * Constructs a new AttachOpen.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.AttachOpen.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** AttachOpen process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /** AttachOpen stdoutOffset. */
                stdoutOffset: number;

                /** AttachOpen stderrOffset. */
                stderrOffset: number;

                /** AttachOpen resume. */
                resume: boolean;

                /** AttachOpen exec. */
                exec?: (lcow.agent.v1.ExecStart.$Properties|null);

                /** AttachOpen forget. */
                forget: lcow.agent.v1.ProcessRef.$Properties[];

                /**
                 * Creates a new AttachOpen instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns AttachOpen instance
                 */
                static create(properties: lcow.agent.v1.AttachOpen.$Shape): lcow.agent.v1.AttachOpen & lcow.agent.v1.AttachOpen.$Shape;
                static create(properties?: lcow.agent.v1.AttachOpen.$Properties): lcow.agent.v1.AttachOpen;

                /**
                 * Encodes the specified AttachOpen message. Does not implicitly {@link lcow.agent.v1.AttachOpen.verify|verify} messages.
                 * @param message AttachOpen message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.AttachOpen.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an AttachOpen message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.AttachOpen & lcow.agent.v1.AttachOpen.$Shape} AttachOpen
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.AttachOpen & lcow.agent.v1.AttachOpen.$Shape;

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

                    /** AttachOpen process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** AttachOpen stdoutOffset */
                    stdoutOffset?: (number|null);

                    /** AttachOpen stderrOffset */
                    stderrOffset?: (number|null);

                    /** AttachOpen resume */
                    resume?: (boolean|null);

                    /** AttachOpen exec */
                    exec?: (lcow.agent.v1.ExecStart.$Properties|null);

                    /** AttachOpen forget */
                    forget?: (lcow.agent.v1.ProcessRef.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an AttachOpen. */
                type $Shape = lcow.agent.v1.AttachOpen.$Properties;
            }

            /**
             * Properties of an ExecStart.
             * @deprecated Use lcow.agent.v1.ExecStart.$Properties instead.
             */
            interface IExecStart extends lcow.agent.v1.ExecStart.$Properties {
            }

            /** Represents an ExecStart. */
            class ExecStart {

                /**
                 * Constructs a new ExecStart.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ExecStart.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecStart process. */
                process: Uint8Array;

                /** ExecStart stdio. */
                stdio?: (lcow.agent.v1.Stdio.$Properties|null);

                /**
                 * Creates a new ExecStart instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecStart instance
                 */
                static create(properties: lcow.agent.v1.ExecStart.$Shape): lcow.agent.v1.ExecStart & lcow.agent.v1.ExecStart.$Shape;
                static create(properties?: lcow.agent.v1.ExecStart.$Properties): lcow.agent.v1.ExecStart;

                /**
                 * Encodes the specified ExecStart message. Does not implicitly {@link lcow.agent.v1.ExecStart.verify|verify} messages.
                 * @param message ExecStart message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ExecStart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecStart message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ExecStart & lcow.agent.v1.ExecStart.$Shape} ExecStart
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ExecStart & lcow.agent.v1.ExecStart.$Shape;

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

                    /** ExecStart process */
                    process?: (Uint8Array|null);

                    /** ExecStart stdio */
                    stdio?: (lcow.agent.v1.Stdio.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecStart. */
                type $Shape = lcow.agent.v1.ExecStart.$Properties;
            }

            /**
             * Properties of a ResizeFrame.
             * @deprecated Use lcow.agent.v1.ResizeFrame.$Properties instead.
             */
            interface IResizeFrame extends lcow.agent.v1.ResizeFrame.$Properties {
            }

            /** Represents a ResizeFrame. */
            class ResizeFrame {

                /**
                 * Constructs a new ResizeFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ResizeFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResizeFrame width. */
                width: number;

                /** ResizeFrame height. */
                height: number;

                /**
                 * Creates a new ResizeFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResizeFrame instance
                 */
                static create(properties: lcow.agent.v1.ResizeFrame.$Shape): lcow.agent.v1.ResizeFrame & lcow.agent.v1.ResizeFrame.$Shape;
                static create(properties?: lcow.agent.v1.ResizeFrame.$Properties): lcow.agent.v1.ResizeFrame;

                /**
                 * Encodes the specified ResizeFrame message. Does not implicitly {@link lcow.agent.v1.ResizeFrame.verify|verify} messages.
                 * @param message ResizeFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ResizeFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResizeFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ResizeFrame & lcow.agent.v1.ResizeFrame.$Shape} ResizeFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ResizeFrame & lcow.agent.v1.ResizeFrame.$Shape;

                /**
                 * Gets the type url for ResizeFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResizeFrame {

                /** Properties of a ResizeFrame. */
                interface $Properties {

                    /** ResizeFrame width */
                    width?: (number|null);

                    /** ResizeFrame height */
                    height?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResizeFrame. */
                type $Shape = lcow.agent.v1.ResizeFrame.$Properties;
            }

            /**
             * Properties of a Data.
             * @deprecated Use lcow.agent.v1.Data.$Properties instead.
             */
            interface IData extends lcow.agent.v1.Data.$Properties {
            }

            /** Represents a Data. */
            class Data {

                /**
                 * Constructs a new Data.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Data.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Data offset. */
                offset: number;

                /** Data bytes. */
                bytes: Uint8Array;

                /**
                 * Creates a new Data instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Data instance
                 */
                static create(properties: lcow.agent.v1.Data.$Shape): lcow.agent.v1.Data & lcow.agent.v1.Data.$Shape;
                static create(properties?: lcow.agent.v1.Data.$Properties): lcow.agent.v1.Data;

                /**
                 * Encodes the specified Data message. Does not implicitly {@link lcow.agent.v1.Data.verify|verify} messages.
                 * @param message Data message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Data.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Data message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Data & lcow.agent.v1.Data.$Shape} Data
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Data & lcow.agent.v1.Data.$Shape;

                /**
                 * Gets the type url for Data
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Data {

                /** Properties of a Data. */
                interface $Properties {

                    /** Data offset */
                    offset?: (number|null);

                    /** Data bytes */
                    bytes?: (Uint8Array|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Data. */
                type $Shape = lcow.agent.v1.Data.$Properties;
            }

            /**
             * Properties of a StdinEof.
             * @deprecated Use lcow.agent.v1.StdinEof.$Properties instead.
             */
            interface IStdinEof extends lcow.agent.v1.StdinEof.$Properties {
            }

            /** Represents a StdinEof. */
            class StdinEof {

                /**
                 * Constructs a new StdinEof.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StdinEof.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new StdinEof instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StdinEof instance
                 */
                static create(properties: lcow.agent.v1.StdinEof.$Shape): lcow.agent.v1.StdinEof & lcow.agent.v1.StdinEof.$Shape;
                static create(properties?: lcow.agent.v1.StdinEof.$Properties): lcow.agent.v1.StdinEof;

                /**
                 * Encodes the specified StdinEof message. Does not implicitly {@link lcow.agent.v1.StdinEof.verify|verify} messages.
                 * @param message StdinEof message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StdinEof.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StdinEof message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StdinEof & lcow.agent.v1.StdinEof.$Shape} StdinEof
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StdinEof & lcow.agent.v1.StdinEof.$Shape;

                /**
                 * Gets the type url for StdinEof
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StdinEof {

                /** Properties of a StdinEof. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StdinEof. */
                type $Shape = lcow.agent.v1.StdinEof.$Properties;
            }

            /**
             * Properties of an Ack.
             * @deprecated Use lcow.agent.v1.Ack.$Properties instead.
             */
            interface IAck extends lcow.agent.v1.Ack.$Properties {
            }

            /** Represents an Ack. */
            class Ack {

                /**
                 * Constructs a new Ack.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Ack.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Ack stdoutOffset. */
                stdoutOffset: number;

                /** Ack stderrOffset. */
                stderrOffset: number;

                /**
                 * Creates a new Ack instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Ack instance
                 */
                static create(properties: lcow.agent.v1.Ack.$Shape): lcow.agent.v1.Ack & lcow.agent.v1.Ack.$Shape;
                static create(properties?: lcow.agent.v1.Ack.$Properties): lcow.agent.v1.Ack;

                /**
                 * Encodes the specified Ack message. Does not implicitly {@link lcow.agent.v1.Ack.verify|verify} messages.
                 * @param message Ack message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Ack.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Ack message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Ack & lcow.agent.v1.Ack.$Shape} Ack
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Ack & lcow.agent.v1.Ack.$Shape;

                /**
                 * Gets the type url for Ack
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Ack {

                /** Properties of an Ack. */
                interface $Properties {

                    /** Ack stdoutOffset */
                    stdoutOffset?: (number|null);

                    /** Ack stderrOffset */
                    stderrOffset?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Ack. */
                type $Shape = lcow.agent.v1.Ack.$Properties;
            }

            /**
             * Properties of a GuestFrame.
             * @deprecated Use lcow.agent.v1.GuestFrame.$Properties instead.
             */
            interface IGuestFrame extends lcow.agent.v1.GuestFrame.$Properties {
            }

            /** Represents a GuestFrame. */
            class GuestFrame {

                /**
                 * Constructs a new GuestFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.GuestFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** GuestFrame attached. */
                attached?: (lcow.agent.v1.Attached.$Properties|null);

                /** GuestFrame stdout. */
                stdout?: (lcow.agent.v1.Data.$Properties|null);

                /** GuestFrame stderr. */
                stderr?: (lcow.agent.v1.Data.$Properties|null);

                /** GuestFrame stdinAck. */
                stdinAck?: (lcow.agent.v1.StdinAck.$Properties|null);

                /** GuestFrame exit. */
                exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                /** GuestFrame carried. */
                carried?: (lcow.agent.v1.Carried.$Properties|null);

                /** GuestFrame carriedTo. */
                carriedTo: number;

                /** GuestFrame frame. */
                frame?: ("attached"|"stdout"|"stderr"|"stdinAck"|"exit"|"carried");

                /**
                 * Creates a new GuestFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns GuestFrame instance
                 */
                static create(properties: lcow.agent.v1.GuestFrame.$Shape): lcow.agent.v1.GuestFrame & lcow.agent.v1.GuestFrame.$Shape;
                static create(properties?: lcow.agent.v1.GuestFrame.$Properties): lcow.agent.v1.GuestFrame;

                /**
                 * Encodes the specified GuestFrame message. Does not implicitly {@link lcow.agent.v1.GuestFrame.verify|verify} messages.
                 * @param message GuestFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.GuestFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a GuestFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.GuestFrame & lcow.agent.v1.GuestFrame.$Shape} GuestFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.GuestFrame & lcow.agent.v1.GuestFrame.$Shape;

                /**
                 * Gets the type url for GuestFrame
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace GuestFrame {

                /** Properties of a GuestFrame. */
                interface $Properties {

                    /** GuestFrame attached */
                    attached?: (lcow.agent.v1.Attached.$Properties|null);

                    /** GuestFrame stdout */
                    stdout?: (lcow.agent.v1.Data.$Properties|null);

                    /** GuestFrame stderr */
                    stderr?: (lcow.agent.v1.Data.$Properties|null);

                    /** GuestFrame stdinAck */
                    stdinAck?: (lcow.agent.v1.StdinAck.$Properties|null);

                    /** GuestFrame exit */
                    exit?: (lcow.agent.v1.ExitStatus.$Properties|null);

                    /** GuestFrame carried */
                    carried?: (lcow.agent.v1.Carried.$Properties|null);

                    /** GuestFrame carriedTo */
                    carriedTo?: (number|null);

                    /** GuestFrame frame */
                    frame?: ("attached"|"stdout"|"stderr"|"stdinAck"|"exit"|"carried");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a GuestFrame. */
                type $Shape = {
                  attached?: lcow.agent.v1.Attached.$Shape|null;
                  stdout?: lcow.agent.v1.Data.$Shape|null;
                  stderr?: lcow.agent.v1.Data.$Shape|null;
                  stdinAck?: lcow.agent.v1.StdinAck.$Shape|null;
                  exit?: lcow.agent.v1.ExitStatus.$Shape|null;
                  carried?: lcow.agent.v1.Carried.$Shape|null;
                  carriedTo?: number|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; attached?: null; stdout?: null; stderr?: null; stdinAck?: null; exit?: null; carried?: null }|{ frame?: "attached"; attached: lcow.agent.v1.Attached.$Shape; stdout?: null; stderr?: null; stdinAck?: null; exit?: null; carried?: null }|{ frame?: "stdout"; attached?: null; stdout: lcow.agent.v1.Data.$Shape; stderr?: null; stdinAck?: null; exit?: null; carried?: null }|{ frame?: "stderr"; attached?: null; stdout?: null; stderr: lcow.agent.v1.Data.$Shape; stdinAck?: null; exit?: null; carried?: null }|{ frame?: "stdinAck"; attached?: null; stdout?: null; stderr?: null; stdinAck: lcow.agent.v1.StdinAck.$Shape; exit?: null; carried?: null }|{ frame?: "exit"; attached?: null; stdout?: null; stderr?: null; stdinAck?: null; exit: lcow.agent.v1.ExitStatus.$Shape; carried?: null }|{ frame?: "carried"; attached?: null; stdout?: null; stderr?: null; stdinAck?: null; exit?: null; carried: lcow.agent.v1.Carried.$Shape })
                );
            }

            /**
             * Properties of a Carried.
             * @deprecated Use lcow.agent.v1.Carried.$Properties instead.
             */
            interface ICarried extends lcow.agent.v1.Carried.$Properties {
            }

            /** Represents a Carried. */
            class Carried {

                /**
                 * Constructs a new Carried.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Carried.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Carried offset. */
                offset: number;

                /** Carried refused. */
                refused: string;

                /**
                 * Creates a new Carried instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Carried instance
                 */
                static create(properties: lcow.agent.v1.Carried.$Shape): lcow.agent.v1.Carried & lcow.agent.v1.Carried.$Shape;
                static create(properties?: lcow.agent.v1.Carried.$Properties): lcow.agent.v1.Carried;

                /**
                 * Encodes the specified Carried message. Does not implicitly {@link lcow.agent.v1.Carried.verify|verify} messages.
                 * @param message Carried message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Carried.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Carried message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Carried & lcow.agent.v1.Carried.$Shape} Carried
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Carried & lcow.agent.v1.Carried.$Shape;

                /**
                 * Gets the type url for Carried
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Carried {

                /** Properties of a Carried. */
                interface $Properties {

                    /** Carried offset */
                    offset?: (number|null);

                    /** Carried refused */
                    refused?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Carried. */
                type $Shape = lcow.agent.v1.Carried.$Properties;
            }

            /**
             * Properties of an Attached.
             * @deprecated Use lcow.agent.v1.Attached.$Properties instead.
             */
            interface IAttached extends lcow.agent.v1.Attached.$Properties {
            }

            /** Represents an Attached. */
            class Attached {

                /**
                 * Constructs a new Attached.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Attached.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Attached stdinOffset. */
                stdinOffset: number;

                /** Attached pid. */
                pid: number;

                /** Attached stdoutOffset. */
                stdoutOffset: number;

                /** Attached stderrOffset. */
                stderrOffset: number;

                /** Attached carries. */
                carries: boolean;

                /**
                 * Creates a new Attached instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Attached instance
                 */
                static create(properties: lcow.agent.v1.Attached.$Shape): lcow.agent.v1.Attached & lcow.agent.v1.Attached.$Shape;
                static create(properties?: lcow.agent.v1.Attached.$Properties): lcow.agent.v1.Attached;

                /**
                 * Encodes the specified Attached message. Does not implicitly {@link lcow.agent.v1.Attached.verify|verify} messages.
                 * @param message Attached message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Attached.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Attached message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Attached & lcow.agent.v1.Attached.$Shape} Attached
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Attached & lcow.agent.v1.Attached.$Shape;

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

                    /** Attached pid */
                    pid?: (number|null);

                    /** Attached stdoutOffset */
                    stdoutOffset?: (number|null);

                    /** Attached stderrOffset */
                    stderrOffset?: (number|null);

                    /** Attached carries */
                    carries?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an Attached. */
                type $Shape = lcow.agent.v1.Attached.$Properties;
            }

            /**
             * Properties of a StdinAck.
             * @deprecated Use lcow.agent.v1.StdinAck.$Properties instead.
             */
            interface IStdinAck extends lcow.agent.v1.StdinAck.$Properties {
            }

            /** Represents a StdinAck. */
            class StdinAck {

                /**
                 * Constructs a new StdinAck.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StdinAck.$Properties);

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
                static create(properties: lcow.agent.v1.StdinAck.$Shape): lcow.agent.v1.StdinAck & lcow.agent.v1.StdinAck.$Shape;
                static create(properties?: lcow.agent.v1.StdinAck.$Properties): lcow.agent.v1.StdinAck;

                /**
                 * Encodes the specified StdinAck message. Does not implicitly {@link lcow.agent.v1.StdinAck.verify|verify} messages.
                 * @param message StdinAck message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StdinAck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StdinAck message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StdinAck & lcow.agent.v1.StdinAck.$Shape} StdinAck
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StdinAck & lcow.agent.v1.StdinAck.$Shape;

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
                type $Shape = lcow.agent.v1.StdinAck.$Properties;
            }

            /**
             * Properties of a SubscribeRequest.
             * @deprecated Use lcow.agent.v1.SubscribeRequest.$Properties instead.
             */
            interface ISubscribeRequest extends lcow.agent.v1.SubscribeRequest.$Properties {
            }

            /** Represents a SubscribeRequest. */
            class SubscribeRequest {

                /**
                 * Constructs a new SubscribeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.SubscribeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** SubscribeRequest after. */
                after: number;

                /** SubscribeRequest kernelLog. */
                kernelLog: boolean;

                /** SubscribeRequest noExits. */
                noExits: boolean;

                /**
                 * Creates a new SubscribeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns SubscribeRequest instance
                 */
                static create(properties: lcow.agent.v1.SubscribeRequest.$Shape): lcow.agent.v1.SubscribeRequest & lcow.agent.v1.SubscribeRequest.$Shape;
                static create(properties?: lcow.agent.v1.SubscribeRequest.$Properties): lcow.agent.v1.SubscribeRequest;

                /**
                 * Encodes the specified SubscribeRequest message. Does not implicitly {@link lcow.agent.v1.SubscribeRequest.verify|verify} messages.
                 * @param message SubscribeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.SubscribeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a SubscribeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.SubscribeRequest & lcow.agent.v1.SubscribeRequest.$Shape} SubscribeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.SubscribeRequest & lcow.agent.v1.SubscribeRequest.$Shape;

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

                    /** SubscribeRequest kernelLog */
                    kernelLog?: (boolean|null);

                    /** SubscribeRequest noExits */
                    noExits?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a SubscribeRequest. */
                type $Shape = lcow.agent.v1.SubscribeRequest.$Properties;
            }

            /**
             * Properties of an Event.
             * @deprecated Use lcow.agent.v1.Event.$Properties instead.
             */
            interface IEvent extends lcow.agent.v1.Event.$Properties {
            }

            /** Represents an Event. */
            class Event {

                /**
                 * Constructs a new Event.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.Event.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Event sequence. */
                sequence: number;

                /** Event atNs. */
                atNs: number;

                /** Event exited. */
                exited?: (lcow.agent.v1.ProcessExited.$Properties|null);

                /** Event oom. */
                oom?: (lcow.agent.v1.OutOfMemory.$Properties|null);

                /** Event kernelLog. */
                kernelLog?: (lcow.agent.v1.KernelLog.$Properties|null);

                /** Event lost. */
                lost?: (lcow.agent.v1.EventsLost.$Properties|null);

                /** Event event. */
                event?: ("exited"|"oom"|"kernelLog"|"lost");

                /**
                 * Creates a new Event instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Event instance
                 */
                static create(properties: lcow.agent.v1.Event.$Shape): lcow.agent.v1.Event & lcow.agent.v1.Event.$Shape;
                static create(properties?: lcow.agent.v1.Event.$Properties): lcow.agent.v1.Event;

                /**
                 * Encodes the specified Event message. Does not implicitly {@link lcow.agent.v1.Event.verify|verify} messages.
                 * @param message Event message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.Event.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Event message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.Event & lcow.agent.v1.Event.$Shape} Event
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.Event & lcow.agent.v1.Event.$Shape;

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

                    /** Event exited */
                    exited?: (lcow.agent.v1.ProcessExited.$Properties|null);

                    /** Event oom */
                    oom?: (lcow.agent.v1.OutOfMemory.$Properties|null);

                    /** Event kernelLog */
                    kernelLog?: (lcow.agent.v1.KernelLog.$Properties|null);

                    /** Event lost */
                    lost?: (lcow.agent.v1.EventsLost.$Properties|null);

                    /** Event event */
                    event?: ("exited"|"oom"|"kernelLog"|"lost");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of an Event. */
                type $Shape = {
                  sequence?: number|null;
                  atNs?: number|null;
                  exited?: lcow.agent.v1.ProcessExited.$Shape|null;
                  oom?: lcow.agent.v1.OutOfMemory.$Shape|null;
                  kernelLog?: lcow.agent.v1.KernelLog.$Shape|null;
                  lost?: lcow.agent.v1.EventsLost.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ event?: undefined; exited?: null; oom?: null; kernelLog?: null; lost?: null }|{ event?: "exited"; exited: lcow.agent.v1.ProcessExited.$Shape; oom?: null; kernelLog?: null; lost?: null }|{ event?: "oom"; exited?: null; oom: lcow.agent.v1.OutOfMemory.$Shape; kernelLog?: null; lost?: null }|{ event?: "kernelLog"; exited?: null; oom?: null; kernelLog: lcow.agent.v1.KernelLog.$Shape; lost?: null }|{ event?: "lost"; exited?: null; oom?: null; kernelLog?: null; lost: lcow.agent.v1.EventsLost.$Shape })
                );
            }

            /**
             * Properties of a ProcessExited.
             * @deprecated Use lcow.agent.v1.ProcessExited.$Properties instead.
             */
            interface IProcessExited extends lcow.agent.v1.ProcessExited.$Properties {
            }

            /** Represents a ProcessExited. */
            class ProcessExited {

                /**
                 * Constructs a new ProcessExited.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.ProcessExited.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ProcessExited process. */
                process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                /** ProcessExited status. */
                status?: (lcow.agent.v1.ExitStatus.$Properties|null);

                /**
                 * Creates a new ProcessExited instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ProcessExited instance
                 */
                static create(properties: lcow.agent.v1.ProcessExited.$Shape): lcow.agent.v1.ProcessExited & lcow.agent.v1.ProcessExited.$Shape;
                static create(properties?: lcow.agent.v1.ProcessExited.$Properties): lcow.agent.v1.ProcessExited;

                /**
                 * Encodes the specified ProcessExited message. Does not implicitly {@link lcow.agent.v1.ProcessExited.verify|verify} messages.
                 * @param message ProcessExited message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.ProcessExited.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ProcessExited message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.ProcessExited & lcow.agent.v1.ProcessExited.$Shape} ProcessExited
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.ProcessExited & lcow.agent.v1.ProcessExited.$Shape;

                /**
                 * Gets the type url for ProcessExited
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ProcessExited {

                /** Properties of a ProcessExited. */
                interface $Properties {

                    /** ProcessExited process */
                    process?: (lcow.agent.v1.ProcessRef.$Properties|null);

                    /** ProcessExited status */
                    status?: (lcow.agent.v1.ExitStatus.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ProcessExited. */
                type $Shape = lcow.agent.v1.ProcessExited.$Properties;
            }

            /**
             * Properties of an OutOfMemory.
             * @deprecated Use lcow.agent.v1.OutOfMemory.$Properties instead.
             */
            interface IOutOfMemory extends lcow.agent.v1.OutOfMemory.$Properties {
            }

            /** Represents an OutOfMemory. */
            class OutOfMemory {

                /**
                 * Constructs a new OutOfMemory.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.OutOfMemory.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** OutOfMemory containerId. */
                containerId: string;

                /** OutOfMemory oomKills. */
                oomKills: number;

                /**
                 * Creates a new OutOfMemory instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns OutOfMemory instance
                 */
                static create(properties: lcow.agent.v1.OutOfMemory.$Shape): lcow.agent.v1.OutOfMemory & lcow.agent.v1.OutOfMemory.$Shape;
                static create(properties?: lcow.agent.v1.OutOfMemory.$Properties): lcow.agent.v1.OutOfMemory;

                /**
                 * Encodes the specified OutOfMemory message. Does not implicitly {@link lcow.agent.v1.OutOfMemory.verify|verify} messages.
                 * @param message OutOfMemory message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.OutOfMemory.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an OutOfMemory message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.OutOfMemory & lcow.agent.v1.OutOfMemory.$Shape} OutOfMemory
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.OutOfMemory & lcow.agent.v1.OutOfMemory.$Shape;

                /**
                 * Gets the type url for OutOfMemory
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace OutOfMemory {

                /** Properties of an OutOfMemory. */
                interface $Properties {

                    /** OutOfMemory containerId */
                    containerId?: (string|null);

                    /** OutOfMemory oomKills */
                    oomKills?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an OutOfMemory. */
                type $Shape = lcow.agent.v1.OutOfMemory.$Properties;
            }

            /**
             * Properties of a KernelLog.
             * @deprecated Use lcow.agent.v1.KernelLog.$Properties instead.
             */
            interface IKernelLog extends lcow.agent.v1.KernelLog.$Properties {
            }

            /** Represents a KernelLog. */
            class KernelLog {

                /**
                 * Constructs a new KernelLog.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.KernelLog.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KernelLog level. */
                level: number;

                /** KernelLog text. */
                text: string;

                /**
                 * Creates a new KernelLog instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KernelLog instance
                 */
                static create(properties: lcow.agent.v1.KernelLog.$Shape): lcow.agent.v1.KernelLog & lcow.agent.v1.KernelLog.$Shape;
                static create(properties?: lcow.agent.v1.KernelLog.$Properties): lcow.agent.v1.KernelLog;

                /**
                 * Encodes the specified KernelLog message. Does not implicitly {@link lcow.agent.v1.KernelLog.verify|verify} messages.
                 * @param message KernelLog message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.KernelLog.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KernelLog message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.KernelLog & lcow.agent.v1.KernelLog.$Shape} KernelLog
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.KernelLog & lcow.agent.v1.KernelLog.$Shape;

                /**
                 * Gets the type url for KernelLog
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace KernelLog {

                /** Properties of a KernelLog. */
                interface $Properties {

                    /** KernelLog level */
                    level?: (number|null);

                    /** KernelLog text */
                    text?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KernelLog. */
                type $Shape = lcow.agent.v1.KernelLog.$Properties;
            }

            /**
             * Properties of an EventsLost.
             * @deprecated Use lcow.agent.v1.EventsLost.$Properties instead.
             */
            interface IEventsLost extends lcow.agent.v1.EventsLost.$Properties {
            }

            /** Represents an EventsLost. */
            class EventsLost {

                /**
                 * Constructs a new EventsLost.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.EventsLost.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** EventsLost firstKept. */
                firstKept: number;

                /**
                 * Creates a new EventsLost instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns EventsLost instance
                 */
                static create(properties: lcow.agent.v1.EventsLost.$Shape): lcow.agent.v1.EventsLost & lcow.agent.v1.EventsLost.$Shape;
                static create(properties?: lcow.agent.v1.EventsLost.$Properties): lcow.agent.v1.EventsLost;

                /**
                 * Encodes the specified EventsLost message. Does not implicitly {@link lcow.agent.v1.EventsLost.verify|verify} messages.
                 * @param message EventsLost message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.EventsLost.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an EventsLost message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.EventsLost & lcow.agent.v1.EventsLost.$Shape} EventsLost
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.EventsLost & lcow.agent.v1.EventsLost.$Shape;

                /**
                 * Gets the type url for EventsLost
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace EventsLost {

                /** Properties of an EventsLost. */
                interface $Properties {

                    /** EventsLost firstKept */
                    firstKept?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an EventsLost. */
                type $Shape = lcow.agent.v1.EventsLost.$Properties;
            }

            /**
             * Properties of a CopyInFrame.
             * @deprecated Use lcow.agent.v1.CopyInFrame.$Properties instead.
             */
            interface ICopyInFrame extends lcow.agent.v1.CopyInFrame.$Properties {
            }

            /** Represents a CopyInFrame. */
            class CopyInFrame {

                /**
                 * Constructs a new CopyInFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CopyInFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyInFrame open. */
                open?: (lcow.agent.v1.CopyInOpen.$Properties|null);

                /** CopyInFrame chunk. */
                chunk?: (Uint8Array|null);

                /** CopyInFrame frame. */
                frame?: ("open"|"chunk");

                /**
                 * Creates a new CopyInFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyInFrame instance
                 */
                static create(properties: lcow.agent.v1.CopyInFrame.$Shape): lcow.agent.v1.CopyInFrame & lcow.agent.v1.CopyInFrame.$Shape;
                static create(properties?: lcow.agent.v1.CopyInFrame.$Properties): lcow.agent.v1.CopyInFrame;

                /**
                 * Encodes the specified CopyInFrame message. Does not implicitly {@link lcow.agent.v1.CopyInFrame.verify|verify} messages.
                 * @param message CopyInFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CopyInFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyInFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CopyInFrame & lcow.agent.v1.CopyInFrame.$Shape} CopyInFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CopyInFrame & lcow.agent.v1.CopyInFrame.$Shape;

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
                    open?: (lcow.agent.v1.CopyInOpen.$Properties|null);

                    /** CopyInFrame chunk */
                    chunk?: (Uint8Array|null);

                    /** CopyInFrame frame */
                    frame?: ("open"|"chunk");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a CopyInFrame. */
                type $Shape = {
                  open?: lcow.agent.v1.CopyInOpen.$Shape|null;
                  chunk?: Uint8Array|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; open?: null; chunk?: null }|{ frame?: "open"; open: lcow.agent.v1.CopyInOpen.$Shape; chunk?: null }|{ frame?: "chunk"; open?: null; chunk: Uint8Array })
                );
            }

            /**
             * Properties of a CopyInOpen.
             * @deprecated Use lcow.agent.v1.CopyInOpen.$Properties instead.
             */
            interface ICopyInOpen extends lcow.agent.v1.CopyInOpen.$Properties {
            }

            /** Represents a CopyInOpen. */
            class CopyInOpen {

                /**
                 * Constructs a new CopyInOpen.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CopyInOpen.$Properties);

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
                static create(properties: lcow.agent.v1.CopyInOpen.$Shape): lcow.agent.v1.CopyInOpen & lcow.agent.v1.CopyInOpen.$Shape;
                static create(properties?: lcow.agent.v1.CopyInOpen.$Properties): lcow.agent.v1.CopyInOpen;

                /**
                 * Encodes the specified CopyInOpen message. Does not implicitly {@link lcow.agent.v1.CopyInOpen.verify|verify} messages.
                 * @param message CopyInOpen message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CopyInOpen.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyInOpen message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CopyInOpen & lcow.agent.v1.CopyInOpen.$Shape} CopyInOpen
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CopyInOpen & lcow.agent.v1.CopyInOpen.$Shape;

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
                type $Shape = lcow.agent.v1.CopyInOpen.$Properties;
            }

            /**
             * Properties of a CopyInResponse.
             * @deprecated Use lcow.agent.v1.CopyInResponse.$Properties instead.
             */
            interface ICopyInResponse extends lcow.agent.v1.CopyInResponse.$Properties {
            }

            /** Represents a CopyInResponse. */
            class CopyInResponse {

                /**
                 * Constructs a new CopyInResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CopyInResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyInResponse bytes. */
                bytes: number;

                /**
                 * Creates a new CopyInResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyInResponse instance
                 */
                static create(properties: lcow.agent.v1.CopyInResponse.$Shape): lcow.agent.v1.CopyInResponse & lcow.agent.v1.CopyInResponse.$Shape;
                static create(properties?: lcow.agent.v1.CopyInResponse.$Properties): lcow.agent.v1.CopyInResponse;

                /**
                 * Encodes the specified CopyInResponse message. Does not implicitly {@link lcow.agent.v1.CopyInResponse.verify|verify} messages.
                 * @param message CopyInResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CopyInResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyInResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CopyInResponse & lcow.agent.v1.CopyInResponse.$Shape} CopyInResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CopyInResponse & lcow.agent.v1.CopyInResponse.$Shape;

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
                type $Shape = lcow.agent.v1.CopyInResponse.$Properties;
            }

            /**
             * Properties of a CopyOutRequest.
             * @deprecated Use lcow.agent.v1.CopyOutRequest.$Properties instead.
             */
            interface ICopyOutRequest extends lcow.agent.v1.CopyOutRequest.$Properties {
            }

            /** Represents a CopyOutRequest. */
            class CopyOutRequest {

                /**
                 * Constructs a new CopyOutRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CopyOutRequest.$Properties);

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
                static create(properties: lcow.agent.v1.CopyOutRequest.$Shape): lcow.agent.v1.CopyOutRequest & lcow.agent.v1.CopyOutRequest.$Shape;
                static create(properties?: lcow.agent.v1.CopyOutRequest.$Properties): lcow.agent.v1.CopyOutRequest;

                /**
                 * Encodes the specified CopyOutRequest message. Does not implicitly {@link lcow.agent.v1.CopyOutRequest.verify|verify} messages.
                 * @param message CopyOutRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CopyOutRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyOutRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CopyOutRequest & lcow.agent.v1.CopyOutRequest.$Shape} CopyOutRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CopyOutRequest & lcow.agent.v1.CopyOutRequest.$Shape;

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
                type $Shape = lcow.agent.v1.CopyOutRequest.$Properties;
            }

            /**
             * Properties of a CopyOutFrame.
             * @deprecated Use lcow.agent.v1.CopyOutFrame.$Properties instead.
             */
            interface ICopyOutFrame extends lcow.agent.v1.CopyOutFrame.$Properties {
            }

            /** Represents a CopyOutFrame. */
            class CopyOutFrame {

                /**
                 * Constructs a new CopyOutFrame.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CopyOutFrame.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyOutFrame chunk. */
                chunk?: (Uint8Array|null);

                /** CopyOutFrame stat. */
                stat?: (lcow.agent.v1.CopyOutStat.$Properties|null);

                /** CopyOutFrame frame. */
                frame?: ("chunk"|"stat");

                /**
                 * Creates a new CopyOutFrame instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyOutFrame instance
                 */
                static create(properties: lcow.agent.v1.CopyOutFrame.$Shape): lcow.agent.v1.CopyOutFrame & lcow.agent.v1.CopyOutFrame.$Shape;
                static create(properties?: lcow.agent.v1.CopyOutFrame.$Properties): lcow.agent.v1.CopyOutFrame;

                /**
                 * Encodes the specified CopyOutFrame message. Does not implicitly {@link lcow.agent.v1.CopyOutFrame.verify|verify} messages.
                 * @param message CopyOutFrame message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CopyOutFrame.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyOutFrame message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CopyOutFrame & lcow.agent.v1.CopyOutFrame.$Shape} CopyOutFrame
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CopyOutFrame & lcow.agent.v1.CopyOutFrame.$Shape;

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

                    /** CopyOutFrame stat */
                    stat?: (lcow.agent.v1.CopyOutStat.$Properties|null);

                    /** CopyOutFrame frame */
                    frame?: ("chunk"|"stat");

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Narrowed shape of a CopyOutFrame. */
                type $Shape = {
                  chunk?: Uint8Array|null;
                  stat?: lcow.agent.v1.CopyOutStat.$Shape|null;
                  $unknowns?: Uint8Array[];
                } & (
                  ({ frame?: undefined; chunk?: null; stat?: null }|{ frame?: "chunk"; chunk: Uint8Array; stat?: null }|{ frame?: "stat"; chunk?: null; stat: lcow.agent.v1.CopyOutStat.$Shape })
                );
            }

            /**
             * Properties of a StatRequest.
             * @deprecated Use lcow.agent.v1.StatRequest.$Properties instead.
             */
            interface IStatRequest extends lcow.agent.v1.StatRequest.$Properties {
            }

            /** Represents a StatRequest. */
            class StatRequest {

                /**
                 * Constructs a new StatRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StatRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatRequest containerId. */
                containerId: string;

                /** StatRequest path. */
                path: string;

                /**
                 * Creates a new StatRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StatRequest instance
                 */
                static create(properties: lcow.agent.v1.StatRequest.$Shape): lcow.agent.v1.StatRequest & lcow.agent.v1.StatRequest.$Shape;
                static create(properties?: lcow.agent.v1.StatRequest.$Properties): lcow.agent.v1.StatRequest;

                /**
                 * Encodes the specified StatRequest message. Does not implicitly {@link lcow.agent.v1.StatRequest.verify|verify} messages.
                 * @param message StatRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StatRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StatRequest & lcow.agent.v1.StatRequest.$Shape} StatRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StatRequest & lcow.agent.v1.StatRequest.$Shape;

                /**
                 * Gets the type url for StatRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StatRequest {

                /** Properties of a StatRequest. */
                interface $Properties {

                    /** StatRequest containerId */
                    containerId?: (string|null);

                    /** StatRequest path */
                    path?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatRequest. */
                type $Shape = lcow.agent.v1.StatRequest.$Properties;
            }

            /**
             * Properties of a CopyOutStat.
             * @deprecated Use lcow.agent.v1.CopyOutStat.$Properties instead.
             */
            interface ICopyOutStat extends lcow.agent.v1.CopyOutStat.$Properties {
            }

            /** Represents a CopyOutStat. */
            class CopyOutStat {

                /**
                 * Constructs a new CopyOutStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.CopyOutStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CopyOutStat name. */
                name: string;

                /** CopyOutStat mode. */
                mode: number;

                /** CopyOutStat size. */
                size: number;

                /** CopyOutStat linkTarget. */
                linkTarget: string;

                /** CopyOutStat isDir. */
                isDir: boolean;

                /** CopyOutStat mtimeNs. */
                mtimeNs: number;

                /**
                 * Creates a new CopyOutStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CopyOutStat instance
                 */
                static create(properties: lcow.agent.v1.CopyOutStat.$Shape): lcow.agent.v1.CopyOutStat & lcow.agent.v1.CopyOutStat.$Shape;
                static create(properties?: lcow.agent.v1.CopyOutStat.$Properties): lcow.agent.v1.CopyOutStat;

                /**
                 * Encodes the specified CopyOutStat message. Does not implicitly {@link lcow.agent.v1.CopyOutStat.verify|verify} messages.
                 * @param message CopyOutStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.CopyOutStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CopyOutStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.CopyOutStat & lcow.agent.v1.CopyOutStat.$Shape} CopyOutStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.CopyOutStat & lcow.agent.v1.CopyOutStat.$Shape;

                /**
                 * Gets the type url for CopyOutStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CopyOutStat {

                /** Properties of a CopyOutStat. */
                interface $Properties {

                    /** CopyOutStat name */
                    name?: (string|null);

                    /** CopyOutStat mode */
                    mode?: (number|null);

                    /** CopyOutStat size */
                    size?: (number|null);

                    /** CopyOutStat linkTarget */
                    linkTarget?: (string|null);

                    /** CopyOutStat isDir */
                    isDir?: (boolean|null);

                    /** CopyOutStat mtimeNs */
                    mtimeNs?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CopyOutStat. */
                type $Shape = lcow.agent.v1.CopyOutStat.$Properties;
            }

            /**
             * Properties of a StacksRequest.
             * @deprecated Use lcow.agent.v1.StacksRequest.$Properties instead.
             */
            interface IStacksRequest extends lcow.agent.v1.StacksRequest.$Properties {
            }

            /** Represents a StacksRequest. */
            class StacksRequest {

                /**
                 * Constructs a new StacksRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StacksRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new StacksRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StacksRequest instance
                 */
                static create(properties: lcow.agent.v1.StacksRequest.$Shape): lcow.agent.v1.StacksRequest & lcow.agent.v1.StacksRequest.$Shape;
                static create(properties?: lcow.agent.v1.StacksRequest.$Properties): lcow.agent.v1.StacksRequest;

                /**
                 * Encodes the specified StacksRequest message. Does not implicitly {@link lcow.agent.v1.StacksRequest.verify|verify} messages.
                 * @param message StacksRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StacksRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StacksRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StacksRequest & lcow.agent.v1.StacksRequest.$Shape} StacksRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StacksRequest & lcow.agent.v1.StacksRequest.$Shape;

                /**
                 * Gets the type url for StacksRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StacksRequest {

                /** Properties of a StacksRequest. */
                interface $Properties {

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StacksRequest. */
                type $Shape = lcow.agent.v1.StacksRequest.$Properties;
            }

            /**
             * Properties of a StacksResponse.
             * @deprecated Use lcow.agent.v1.StacksResponse.$Properties instead.
             */
            interface IStacksResponse extends lcow.agent.v1.StacksResponse.$Properties {
            }

            /** Represents a StacksResponse. */
            class StacksResponse {

                /**
                 * Constructs a new StacksResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.StacksResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StacksResponse text. */
                text: string;

                /**
                 * Creates a new StacksResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StacksResponse instance
                 */
                static create(properties: lcow.agent.v1.StacksResponse.$Shape): lcow.agent.v1.StacksResponse & lcow.agent.v1.StacksResponse.$Shape;
                static create(properties?: lcow.agent.v1.StacksResponse.$Properties): lcow.agent.v1.StacksResponse;

                /**
                 * Encodes the specified StacksResponse message. Does not implicitly {@link lcow.agent.v1.StacksResponse.verify|verify} messages.
                 * @param message StacksResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.StacksResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StacksResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.StacksResponse & lcow.agent.v1.StacksResponse.$Shape} StacksResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.StacksResponse & lcow.agent.v1.StacksResponse.$Shape;

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
                type $Shape = lcow.agent.v1.StacksResponse.$Properties;
            }

            /**
             * Properties of a KernelLogRequest.
             * @deprecated Use lcow.agent.v1.KernelLogRequest.$Properties instead.
             */
            interface IKernelLogRequest extends lcow.agent.v1.KernelLogRequest.$Properties {
            }

            /** Represents a KernelLogRequest. */
            class KernelLogRequest {

                /**
                 * Constructs a new KernelLogRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.KernelLogRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new KernelLogRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KernelLogRequest instance
                 */
                static create(properties: lcow.agent.v1.KernelLogRequest.$Shape): lcow.agent.v1.KernelLogRequest & lcow.agent.v1.KernelLogRequest.$Shape;
                static create(properties?: lcow.agent.v1.KernelLogRequest.$Properties): lcow.agent.v1.KernelLogRequest;

                /**
                 * Encodes the specified KernelLogRequest message. Does not implicitly {@link lcow.agent.v1.KernelLogRequest.verify|verify} messages.
                 * @param message KernelLogRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.KernelLogRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KernelLogRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.KernelLogRequest & lcow.agent.v1.KernelLogRequest.$Shape} KernelLogRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.KernelLogRequest & lcow.agent.v1.KernelLogRequest.$Shape;

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

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KernelLogRequest. */
                type $Shape = lcow.agent.v1.KernelLogRequest.$Properties;
            }

            /**
             * Properties of a KernelLogResponse.
             * @deprecated Use lcow.agent.v1.KernelLogResponse.$Properties instead.
             */
            interface IKernelLogResponse extends lcow.agent.v1.KernelLogResponse.$Properties {
            }

            /** Represents a KernelLogResponse. */
            class KernelLogResponse {

                /**
                 * Constructs a new KernelLogResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: lcow.agent.v1.KernelLogResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KernelLogResponse text. */
                text: string;

                /**
                 * Creates a new KernelLogResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KernelLogResponse instance
                 */
                static create(properties: lcow.agent.v1.KernelLogResponse.$Shape): lcow.agent.v1.KernelLogResponse & lcow.agent.v1.KernelLogResponse.$Shape;
                static create(properties?: lcow.agent.v1.KernelLogResponse.$Properties): lcow.agent.v1.KernelLogResponse;

                /**
                 * Encodes the specified KernelLogResponse message. Does not implicitly {@link lcow.agent.v1.KernelLogResponse.verify|verify} messages.
                 * @param message KernelLogResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: lcow.agent.v1.KernelLogResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KernelLogResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {lcow.agent.v1.KernelLogResponse & lcow.agent.v1.KernelLogResponse.$Shape} KernelLogResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): lcow.agent.v1.KernelLogResponse & lcow.agent.v1.KernelLogResponse.$Shape;

                /**
                 * Gets the type url for KernelLogResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace KernelLogResponse {

                /** Properties of a KernelLogResponse. */
                interface $Properties {

                    /** KernelLogResponse text */
                    text?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KernelLogResponse. */
                type $Shape = lcow.agent.v1.KernelLogResponse.$Properties;
            }
        }
    }
}
