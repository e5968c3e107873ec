import * as $protobuf from "protobufjs";

/** Namespace containerd. */
export namespace containerd {

    /** Namespace task. */
    namespace task {

        /** Namespace v2. */
        namespace v2 {

            /**
             * Properties of an Any.
             * @deprecated Use containerd.task.v2.Any.$Properties instead.
             */
            interface IAny extends containerd.task.v2.Any.$Properties {
            }

            /** Represents an Any. */
            class Any {

                /**
                 * Constructs a new Any.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.Any.$Properties);

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
                static create(properties: containerd.task.v2.Any.$Shape): containerd.task.v2.Any & containerd.task.v2.Any.$Shape;
                static create(properties?: containerd.task.v2.Any.$Properties): containerd.task.v2.Any;

                /**
                 * Encodes the specified Any message. Does not implicitly {@link containerd.task.v2.Any.verify|verify} messages.
                 * @param message Any message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.Any.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Any message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.Any & containerd.task.v2.Any.$Shape} Any
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.Any & containerd.task.v2.Any.$Shape;

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
                type $Shape = containerd.task.v2.Any.$Properties;
            }

            /**
             * Properties of a Timestamp.
             * @deprecated Use containerd.task.v2.Timestamp.$Properties instead.
             */
            interface ITimestamp extends containerd.task.v2.Timestamp.$Properties {
            }

            /** Represents a Timestamp. */
            class Timestamp {

                /**
                 * Constructs a new Timestamp.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.Timestamp.$Properties);

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
                static create(properties: containerd.task.v2.Timestamp.$Shape): containerd.task.v2.Timestamp & containerd.task.v2.Timestamp.$Shape;
                static create(properties?: containerd.task.v2.Timestamp.$Properties): containerd.task.v2.Timestamp;

                /**
                 * Encodes the specified Timestamp message. Does not implicitly {@link containerd.task.v2.Timestamp.verify|verify} messages.
                 * @param message Timestamp message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.Timestamp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Timestamp message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.Timestamp & containerd.task.v2.Timestamp.$Shape} Timestamp
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.Timestamp & containerd.task.v2.Timestamp.$Shape;

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
                type $Shape = containerd.task.v2.Timestamp.$Properties;
            }

            /**
             * Properties of an Empty.
             * @deprecated Use containerd.task.v2.Empty.$Properties instead.
             */
            interface IEmpty extends containerd.task.v2.Empty.$Properties {
            }

            /** Represents an Empty. */
            class Empty {

                /**
                 * Constructs a new Empty.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.Empty.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /**
                 * Creates a new Empty instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Empty instance
                 */
                static create(properties: containerd.task.v2.Empty.$Shape): containerd.task.v2.Empty & containerd.task.v2.Empty.$Shape;
                static create(properties?: containerd.task.v2.Empty.$Properties): containerd.task.v2.Empty;

                /**
                 * Encodes the specified Empty message. Does not implicitly {@link containerd.task.v2.Empty.verify|verify} messages.
                 * @param message Empty message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an Empty message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.Empty & containerd.task.v2.Empty.$Shape} Empty
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.Empty & containerd.task.v2.Empty.$Shape;

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
                type $Shape = containerd.task.v2.Empty.$Properties;
            }

            /**
             * Properties of a Mount.
             * @deprecated Use containerd.task.v2.Mount.$Properties instead.
             */
            interface IMount extends containerd.task.v2.Mount.$Properties {
            }

            /** Represents a Mount. */
            class Mount {

                /**
                 * Constructs a new Mount.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.Mount.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Mount type. */
                type: string;

                /** Mount source. */
                source: string;

                /** Mount target. */
                target: string;

                /** Mount options. */
                options: string[];

                /**
                 * Creates a new Mount instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Mount instance
                 */
                static create(properties: containerd.task.v2.Mount.$Shape): containerd.task.v2.Mount & containerd.task.v2.Mount.$Shape;
                static create(properties?: containerd.task.v2.Mount.$Properties): containerd.task.v2.Mount;

                /**
                 * Encodes the specified Mount message. Does not implicitly {@link containerd.task.v2.Mount.verify|verify} messages.
                 * @param message Mount message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.Mount.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Mount message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.Mount & containerd.task.v2.Mount.$Shape} Mount
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.Mount & containerd.task.v2.Mount.$Shape;

                /**
                 * Gets the type url for Mount
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Mount {

                /** Properties of a Mount. */
                interface $Properties {

                    /** Mount type */
                    type?: (string|null);

                    /** Mount source */
                    source?: (string|null);

                    /** Mount target */
                    target?: (string|null);

                    /** Mount options */
                    options?: (string[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Mount. */
                type $Shape = containerd.task.v2.Mount.$Properties;
            }

            /** Status enum. */
            enum Status {

                /** UNKNOWN value */
                UNKNOWN = 0,

                /** CREATED value */
                CREATED = 1,

                /** RUNNING value */
                RUNNING = 2,

                /** STOPPED value */
                STOPPED = 3,

                /** PAUSED value */
                PAUSED = 4,

                /** PAUSING value */
                PAUSING = 5
            }

            /**
             * Properties of a StateRequest.
             * @deprecated Use containerd.task.v2.StateRequest.$Properties instead.
             */
            interface IStateRequest extends containerd.task.v2.StateRequest.$Properties {
            }

            /** Represents a StateRequest. */
            class StateRequest {

                /**
                 * Constructs a new StateRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.StateRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StateRequest id. */
                id: string;

                /** StateRequest execId. */
                execId: string;

                /**
                 * Creates a new StateRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StateRequest instance
                 */
                static create(properties: containerd.task.v2.StateRequest.$Shape): containerd.task.v2.StateRequest & containerd.task.v2.StateRequest.$Shape;
                static create(properties?: containerd.task.v2.StateRequest.$Properties): containerd.task.v2.StateRequest;

                /**
                 * Encodes the specified StateRequest message. Does not implicitly {@link containerd.task.v2.StateRequest.verify|verify} messages.
                 * @param message StateRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.StateRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StateRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.StateRequest & containerd.task.v2.StateRequest.$Shape} StateRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.StateRequest & containerd.task.v2.StateRequest.$Shape;

                /**
                 * Gets the type url for StateRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StateRequest {

                /** Properties of a StateRequest. */
                interface $Properties {

                    /** StateRequest id */
                    id?: (string|null);

                    /** StateRequest execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StateRequest. */
                type $Shape = containerd.task.v2.StateRequest.$Properties;
            }

            /**
             * Properties of a StateResponse.
             * @deprecated Use containerd.task.v2.StateResponse.$Properties instead.
             */
            interface IStateResponse extends containerd.task.v2.StateResponse.$Properties {
            }

            /** Represents a StateResponse. */
            class StateResponse {

                /**
                 * Constructs a new StateResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.StateResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StateResponse id. */
                id: string;

                /** StateResponse bundle. */
                bundle: string;

                /** StateResponse pid. */
                pid: number;

                /** StateResponse status. */
                status: containerd.task.v2.Status;

                /** StateResponse stdin. */
                stdin: string;

                /** StateResponse stdout. */
                stdout: string;

                /** StateResponse stderr. */
                stderr: string;

                /** StateResponse terminal. */
                terminal: boolean;

                /** StateResponse exitStatus. */
                exitStatus: number;

                /** StateResponse exitedAt. */
                exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                /** StateResponse execId. */
                execId: string;

                /**
                 * Creates a new StateResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StateResponse instance
                 */
                static create(properties: containerd.task.v2.StateResponse.$Shape): containerd.task.v2.StateResponse & containerd.task.v2.StateResponse.$Shape;
                static create(properties?: containerd.task.v2.StateResponse.$Properties): containerd.task.v2.StateResponse;

                /**
                 * Encodes the specified StateResponse message. Does not implicitly {@link containerd.task.v2.StateResponse.verify|verify} messages.
                 * @param message StateResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.StateResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StateResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.StateResponse & containerd.task.v2.StateResponse.$Shape} StateResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.StateResponse & containerd.task.v2.StateResponse.$Shape;

                /**
                 * Gets the type url for StateResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StateResponse {

                /** Properties of a StateResponse. */
                interface $Properties {

                    /** StateResponse id */
                    id?: (string|null);

                    /** StateResponse bundle */
                    bundle?: (string|null);

                    /** StateResponse pid */
                    pid?: (number|null);

                    /** StateResponse status */
                    status?: (containerd.task.v2.Status|null);

                    /** StateResponse stdin */
                    stdin?: (string|null);

                    /** StateResponse stdout */
                    stdout?: (string|null);

                    /** StateResponse stderr */
                    stderr?: (string|null);

                    /** StateResponse terminal */
                    terminal?: (boolean|null);

                    /** StateResponse exitStatus */
                    exitStatus?: (number|null);

                    /** StateResponse exitedAt */
                    exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                    /** StateResponse execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StateResponse. */
                type $Shape = containerd.task.v2.StateResponse.$Properties;
            }

            /**
             * Properties of a CreateTaskRequest.
             * @deprecated Use containerd.task.v2.CreateTaskRequest.$Properties instead.
             */
            interface ICreateTaskRequest extends containerd.task.v2.CreateTaskRequest.$Properties {
            }

            /** Represents a CreateTaskRequest. */
            class CreateTaskRequest {

                /**
                 * Constructs a new CreateTaskRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.CreateTaskRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CreateTaskRequest id. */
                id: string;

                /** CreateTaskRequest bundle. */
                bundle: string;

                /** CreateTaskRequest rootfs. */
                rootfs: containerd.task.v2.Mount.$Properties[];

                /** CreateTaskRequest terminal. */
                terminal: boolean;

                /** CreateTaskRequest stdin. */
                stdin: string;

                /** CreateTaskRequest stdout. */
                stdout: string;

                /** CreateTaskRequest stderr. */
                stderr: string;

                /** CreateTaskRequest checkpoint. */
                checkpoint: string;

                /** CreateTaskRequest parentCheckpoint. */
                parentCheckpoint: string;

                /** CreateTaskRequest options. */
                options?: (containerd.task.v2.Any.$Properties|null);

                /**
                 * Creates a new CreateTaskRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CreateTaskRequest instance
                 */
                static create(properties: containerd.task.v2.CreateTaskRequest.$Shape): containerd.task.v2.CreateTaskRequest & containerd.task.v2.CreateTaskRequest.$Shape;
                static create(properties?: containerd.task.v2.CreateTaskRequest.$Properties): containerd.task.v2.CreateTaskRequest;

                /**
                 * Encodes the specified CreateTaskRequest message. Does not implicitly {@link containerd.task.v2.CreateTaskRequest.verify|verify} messages.
                 * @param message CreateTaskRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.CreateTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CreateTaskRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.CreateTaskRequest & containerd.task.v2.CreateTaskRequest.$Shape} CreateTaskRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.CreateTaskRequest & containerd.task.v2.CreateTaskRequest.$Shape;

                /**
                 * Gets the type url for CreateTaskRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CreateTaskRequest {

                /** Properties of a CreateTaskRequest. */
                interface $Properties {

                    /** CreateTaskRequest id */
                    id?: (string|null);

                    /** CreateTaskRequest bundle */
                    bundle?: (string|null);

                    /** CreateTaskRequest rootfs */
                    rootfs?: (containerd.task.v2.Mount.$Properties[]|null);

                    /** CreateTaskRequest terminal */
                    terminal?: (boolean|null);

                    /** CreateTaskRequest stdin */
                    stdin?: (string|null);

                    /** CreateTaskRequest stdout */
                    stdout?: (string|null);

                    /** CreateTaskRequest stderr */
                    stderr?: (string|null);

                    /** CreateTaskRequest checkpoint */
                    checkpoint?: (string|null);

                    /** CreateTaskRequest parentCheckpoint */
                    parentCheckpoint?: (string|null);

                    /** CreateTaskRequest options */
                    options?: (containerd.task.v2.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CreateTaskRequest. */
                type $Shape = containerd.task.v2.CreateTaskRequest.$Properties;
            }

            /**
             * Properties of a CreateTaskResponse.
             * @deprecated Use containerd.task.v2.CreateTaskResponse.$Properties instead.
             */
            interface ICreateTaskResponse extends containerd.task.v2.CreateTaskResponse.$Properties {
            }

            /** Represents a CreateTaskResponse. */
            class CreateTaskResponse {

                /**
                 * Constructs a new CreateTaskResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.CreateTaskResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CreateTaskResponse pid. */
                pid: number;

                /**
                 * Creates a new CreateTaskResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CreateTaskResponse instance
                 */
                static create(properties: containerd.task.v2.CreateTaskResponse.$Shape): containerd.task.v2.CreateTaskResponse & containerd.task.v2.CreateTaskResponse.$Shape;
                static create(properties?: containerd.task.v2.CreateTaskResponse.$Properties): containerd.task.v2.CreateTaskResponse;

                /**
                 * Encodes the specified CreateTaskResponse message. Does not implicitly {@link containerd.task.v2.CreateTaskResponse.verify|verify} messages.
                 * @param message CreateTaskResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.CreateTaskResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CreateTaskResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.CreateTaskResponse & containerd.task.v2.CreateTaskResponse.$Shape} CreateTaskResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.CreateTaskResponse & containerd.task.v2.CreateTaskResponse.$Shape;

                /**
                 * Gets the type url for CreateTaskResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CreateTaskResponse {

                /** Properties of a CreateTaskResponse. */
                interface $Properties {

                    /** CreateTaskResponse pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CreateTaskResponse. */
                type $Shape = containerd.task.v2.CreateTaskResponse.$Properties;
            }

            /**
             * Properties of a StartRequest.
             * @deprecated Use containerd.task.v2.StartRequest.$Properties instead.
             */
            interface IStartRequest extends containerd.task.v2.StartRequest.$Properties {
            }

            /** Represents a StartRequest. */
            class StartRequest {

                /**
                 * Constructs a new StartRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.StartRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StartRequest id. */
                id: string;

                /** StartRequest execId. */
                execId: string;

                /**
                 * Creates a new StartRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StartRequest instance
                 */
                static create(properties: containerd.task.v2.StartRequest.$Shape): containerd.task.v2.StartRequest & containerd.task.v2.StartRequest.$Shape;
                static create(properties?: containerd.task.v2.StartRequest.$Properties): containerd.task.v2.StartRequest;

                /**
                 * Encodes the specified StartRequest message. Does not implicitly {@link containerd.task.v2.StartRequest.verify|verify} messages.
                 * @param message StartRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.StartRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StartRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.StartRequest & containerd.task.v2.StartRequest.$Shape} StartRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.StartRequest & containerd.task.v2.StartRequest.$Shape;

                /**
                 * Gets the type url for StartRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StartRequest {

                /** Properties of a StartRequest. */
                interface $Properties {

                    /** StartRequest id */
                    id?: (string|null);

                    /** StartRequest execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StartRequest. */
                type $Shape = containerd.task.v2.StartRequest.$Properties;
            }

            /**
             * Properties of a StartResponse.
             * @deprecated Use containerd.task.v2.StartResponse.$Properties instead.
             */
            interface IStartResponse extends containerd.task.v2.StartResponse.$Properties {
            }

            /** Represents a StartResponse. */
            class StartResponse {

                /**
                 * Constructs a new StartResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.StartResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StartResponse pid. */
                pid: number;

                /**
                 * Creates a new StartResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StartResponse instance
                 */
                static create(properties: containerd.task.v2.StartResponse.$Shape): containerd.task.v2.StartResponse & containerd.task.v2.StartResponse.$Shape;
                static create(properties?: containerd.task.v2.StartResponse.$Properties): containerd.task.v2.StartResponse;

                /**
                 * Encodes the specified StartResponse message. Does not implicitly {@link containerd.task.v2.StartResponse.verify|verify} messages.
                 * @param message StartResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.StartResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StartResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.StartResponse & containerd.task.v2.StartResponse.$Shape} StartResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.StartResponse & containerd.task.v2.StartResponse.$Shape;

                /**
                 * Gets the type url for StartResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace StartResponse {

                /** Properties of a StartResponse. */
                interface $Properties {

                    /** StartResponse pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StartResponse. */
                type $Shape = containerd.task.v2.StartResponse.$Properties;
            }

            /**
             * Properties of a DeleteRequest.
             * @deprecated Use containerd.task.v2.DeleteRequest.$Properties instead.
             */
            interface IDeleteRequest extends containerd.task.v2.DeleteRequest.$Properties {
            }

            /** Represents a DeleteRequest. */
            class DeleteRequest {

                /**
                 * Constructs a new DeleteRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.DeleteRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeleteRequest id. */
                id: string;

                /** DeleteRequest execId. */
                execId: string;

                /**
                 * Creates a new DeleteRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DeleteRequest instance
                 */
                static create(properties: containerd.task.v2.DeleteRequest.$Shape): containerd.task.v2.DeleteRequest & containerd.task.v2.DeleteRequest.$Shape;
                static create(properties?: containerd.task.v2.DeleteRequest.$Properties): containerd.task.v2.DeleteRequest;

                /**
                 * Encodes the specified DeleteRequest message. Does not implicitly {@link containerd.task.v2.DeleteRequest.verify|verify} messages.
                 * @param message DeleteRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.DeleteRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeleteRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.DeleteRequest & containerd.task.v2.DeleteRequest.$Shape} DeleteRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.DeleteRequest & containerd.task.v2.DeleteRequest.$Shape;

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

                    /** DeleteRequest id */
                    id?: (string|null);

                    /** DeleteRequest execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeleteRequest. */
                type $Shape = containerd.task.v2.DeleteRequest.$Properties;
            }

            /**
             * Properties of a DeleteResponse.
             * @deprecated Use containerd.task.v2.DeleteResponse.$Properties instead.
             */
            interface IDeleteResponse extends containerd.task.v2.DeleteResponse.$Properties {
            }

            /** Represents a DeleteResponse. */
            class DeleteResponse {

                /**
                 * Constructs a new DeleteResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.DeleteResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** DeleteResponse pid. */
                pid: number;

                /** DeleteResponse exitStatus. */
                exitStatus: number;

                /** DeleteResponse exitedAt. */
                exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                /**
                 * Creates a new DeleteResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns DeleteResponse instance
                 */
                static create(properties: containerd.task.v2.DeleteResponse.$Shape): containerd.task.v2.DeleteResponse & containerd.task.v2.DeleteResponse.$Shape;
                static create(properties?: containerd.task.v2.DeleteResponse.$Properties): containerd.task.v2.DeleteResponse;

                /**
                 * Encodes the specified DeleteResponse message. Does not implicitly {@link containerd.task.v2.DeleteResponse.verify|verify} messages.
                 * @param message DeleteResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.DeleteResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a DeleteResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.DeleteResponse & containerd.task.v2.DeleteResponse.$Shape} DeleteResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.DeleteResponse & containerd.task.v2.DeleteResponse.$Shape;

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
                    exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a DeleteResponse. */
                type $Shape = containerd.task.v2.DeleteResponse.$Properties;
            }

            /**
             * Properties of a PidsRequest.
             * @deprecated Use containerd.task.v2.PidsRequest.$Properties instead.
             */
            interface IPidsRequest extends containerd.task.v2.PidsRequest.$Properties {
            }

            /** Represents a PidsRequest. */
            class PidsRequest {

                /**
                 * Constructs a new PidsRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.PidsRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PidsRequest id. */
                id: string;

                /**
                 * Creates a new PidsRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PidsRequest instance
                 */
                static create(properties: containerd.task.v2.PidsRequest.$Shape): containerd.task.v2.PidsRequest & containerd.task.v2.PidsRequest.$Shape;
                static create(properties?: containerd.task.v2.PidsRequest.$Properties): containerd.task.v2.PidsRequest;

                /**
                 * Encodes the specified PidsRequest message. Does not implicitly {@link containerd.task.v2.PidsRequest.verify|verify} messages.
                 * @param message PidsRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.PidsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PidsRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.PidsRequest & containerd.task.v2.PidsRequest.$Shape} PidsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.PidsRequest & containerd.task.v2.PidsRequest.$Shape;

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
                type $Shape = containerd.task.v2.PidsRequest.$Properties;
            }

            /**
             * Properties of a ProcessInfo.
             * @deprecated Use containerd.task.v2.ProcessInfo.$Properties instead.
             */
            interface IProcessInfo extends containerd.task.v2.ProcessInfo.$Properties {
            }

            /** Represents a ProcessInfo. */
            class ProcessInfo {

                /**
                 * Constructs a new ProcessInfo.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ProcessInfo.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ProcessInfo pid. */
                pid: number;

                /** ProcessInfo info. */
                info?: (containerd.task.v2.Any.$Properties|null);

                /**
                 * Creates a new ProcessInfo instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ProcessInfo instance
                 */
                static create(properties: containerd.task.v2.ProcessInfo.$Shape): containerd.task.v2.ProcessInfo & containerd.task.v2.ProcessInfo.$Shape;
                static create(properties?: containerd.task.v2.ProcessInfo.$Properties): containerd.task.v2.ProcessInfo;

                /**
                 * Encodes the specified ProcessInfo message. Does not implicitly {@link containerd.task.v2.ProcessInfo.verify|verify} messages.
                 * @param message ProcessInfo message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ProcessInfo.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ProcessInfo message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ProcessInfo & containerd.task.v2.ProcessInfo.$Shape} ProcessInfo
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ProcessInfo & containerd.task.v2.ProcessInfo.$Shape;

                /**
                 * Gets the type url for ProcessInfo
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ProcessInfo {

                /** Properties of a ProcessInfo. */
                interface $Properties {

                    /** ProcessInfo pid */
                    pid?: (number|null);

                    /** ProcessInfo info */
                    info?: (containerd.task.v2.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ProcessInfo. */
                type $Shape = containerd.task.v2.ProcessInfo.$Properties;
            }

            /**
             * Properties of a ProcessDetails.
             * @deprecated Use containerd.task.v2.ProcessDetails.$Properties instead.
             */
            interface IProcessDetails extends containerd.task.v2.ProcessDetails.$Properties {
            }

            /** Represents a ProcessDetails. */
            class ProcessDetails {

                /**
                 * Constructs a new ProcessDetails.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ProcessDetails.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ProcessDetails execId. */
                execId: string;

                /**
                 * Creates a new ProcessDetails instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ProcessDetails instance
                 */
                static create(properties: containerd.task.v2.ProcessDetails.$Shape): containerd.task.v2.ProcessDetails & containerd.task.v2.ProcessDetails.$Shape;
                static create(properties?: containerd.task.v2.ProcessDetails.$Properties): containerd.task.v2.ProcessDetails;

                /**
                 * Encodes the specified ProcessDetails message. Does not implicitly {@link containerd.task.v2.ProcessDetails.verify|verify} messages.
                 * @param message ProcessDetails message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ProcessDetails.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ProcessDetails message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ProcessDetails & containerd.task.v2.ProcessDetails.$Shape} ProcessDetails
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ProcessDetails & containerd.task.v2.ProcessDetails.$Shape;

                /**
                 * Gets the type url for ProcessDetails
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ProcessDetails {

                /** Properties of a ProcessDetails. */
                interface $Properties {

                    /** ProcessDetails execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ProcessDetails. */
                type $Shape = containerd.task.v2.ProcessDetails.$Properties;
            }

            /**
             * Properties of a PidsResponse.
             * @deprecated Use containerd.task.v2.PidsResponse.$Properties instead.
             */
            interface IPidsResponse extends containerd.task.v2.PidsResponse.$Properties {
            }

            /** Represents a PidsResponse. */
            class PidsResponse {

                /**
                 * Constructs a new PidsResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.PidsResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PidsResponse processes. */
                processes: containerd.task.v2.ProcessInfo.$Properties[];

                /**
                 * Creates a new PidsResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PidsResponse instance
                 */
                static create(properties: containerd.task.v2.PidsResponse.$Shape): containerd.task.v2.PidsResponse & containerd.task.v2.PidsResponse.$Shape;
                static create(properties?: containerd.task.v2.PidsResponse.$Properties): containerd.task.v2.PidsResponse;

                /**
                 * Encodes the specified PidsResponse message. Does not implicitly {@link containerd.task.v2.PidsResponse.verify|verify} messages.
                 * @param message PidsResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.PidsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PidsResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.PidsResponse & containerd.task.v2.PidsResponse.$Shape} PidsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.PidsResponse & containerd.task.v2.PidsResponse.$Shape;

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

                    /** PidsResponse processes */
                    processes?: (containerd.task.v2.ProcessInfo.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PidsResponse. */
                type $Shape = containerd.task.v2.PidsResponse.$Properties;
            }

            /**
             * Properties of a PauseRequest.
             * @deprecated Use containerd.task.v2.PauseRequest.$Properties instead.
             */
            interface IPauseRequest extends containerd.task.v2.PauseRequest.$Properties {
            }

            /** Represents a PauseRequest. */
            class PauseRequest {

                /**
                 * Constructs a new PauseRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.PauseRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PauseRequest id. */
                id: string;

                /**
                 * Creates a new PauseRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PauseRequest instance
                 */
                static create(properties: containerd.task.v2.PauseRequest.$Shape): containerd.task.v2.PauseRequest & containerd.task.v2.PauseRequest.$Shape;
                static create(properties?: containerd.task.v2.PauseRequest.$Properties): containerd.task.v2.PauseRequest;

                /**
                 * Encodes the specified PauseRequest message. Does not implicitly {@link containerd.task.v2.PauseRequest.verify|verify} messages.
                 * @param message PauseRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.PauseRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PauseRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.PauseRequest & containerd.task.v2.PauseRequest.$Shape} PauseRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.PauseRequest & containerd.task.v2.PauseRequest.$Shape;

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
                type $Shape = containerd.task.v2.PauseRequest.$Properties;
            }

            /**
             * Properties of a ResumeRequest.
             * @deprecated Use containerd.task.v2.ResumeRequest.$Properties instead.
             */
            interface IResumeRequest extends containerd.task.v2.ResumeRequest.$Properties {
            }

            /** Represents a ResumeRequest. */
            class ResumeRequest {

                /**
                 * Constructs a new ResumeRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ResumeRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResumeRequest id. */
                id: string;

                /**
                 * Creates a new ResumeRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResumeRequest instance
                 */
                static create(properties: containerd.task.v2.ResumeRequest.$Shape): containerd.task.v2.ResumeRequest & containerd.task.v2.ResumeRequest.$Shape;
                static create(properties?: containerd.task.v2.ResumeRequest.$Properties): containerd.task.v2.ResumeRequest;

                /**
                 * Encodes the specified ResumeRequest message. Does not implicitly {@link containerd.task.v2.ResumeRequest.verify|verify} messages.
                 * @param message ResumeRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ResumeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResumeRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ResumeRequest & containerd.task.v2.ResumeRequest.$Shape} ResumeRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ResumeRequest & containerd.task.v2.ResumeRequest.$Shape;

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

                    /** ResumeRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResumeRequest. */
                type $Shape = containerd.task.v2.ResumeRequest.$Properties;
            }

            /**
             * Properties of a CheckpointTaskRequest.
             * @deprecated Use containerd.task.v2.CheckpointTaskRequest.$Properties instead.
             */
            interface ICheckpointTaskRequest extends containerd.task.v2.CheckpointTaskRequest.$Properties {
            }

            /** Represents a CheckpointTaskRequest. */
            class CheckpointTaskRequest {

                /**
                 * Constructs a new CheckpointTaskRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.CheckpointTaskRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CheckpointTaskRequest id. */
                id: string;

                /** CheckpointTaskRequest path. */
                path: string;

                /** CheckpointTaskRequest options. */
                options?: (containerd.task.v2.Any.$Properties|null);

                /**
                 * Creates a new CheckpointTaskRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CheckpointTaskRequest instance
                 */
                static create(properties: containerd.task.v2.CheckpointTaskRequest.$Shape): containerd.task.v2.CheckpointTaskRequest & containerd.task.v2.CheckpointTaskRequest.$Shape;
                static create(properties?: containerd.task.v2.CheckpointTaskRequest.$Properties): containerd.task.v2.CheckpointTaskRequest;

                /**
                 * Encodes the specified CheckpointTaskRequest message. Does not implicitly {@link containerd.task.v2.CheckpointTaskRequest.verify|verify} messages.
                 * @param message CheckpointTaskRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.CheckpointTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CheckpointTaskRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.CheckpointTaskRequest & containerd.task.v2.CheckpointTaskRequest.$Shape} CheckpointTaskRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.CheckpointTaskRequest & containerd.task.v2.CheckpointTaskRequest.$Shape;

                /**
                 * Gets the type url for CheckpointTaskRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CheckpointTaskRequest {

                /** Properties of a CheckpointTaskRequest. */
                interface $Properties {

                    /** CheckpointTaskRequest id */
                    id?: (string|null);

                    /** CheckpointTaskRequest path */
                    path?: (string|null);

                    /** CheckpointTaskRequest options */
                    options?: (containerd.task.v2.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CheckpointTaskRequest. */
                type $Shape = containerd.task.v2.CheckpointTaskRequest.$Properties;
            }

            /**
             * Properties of a KillRequest.
             * @deprecated Use containerd.task.v2.KillRequest.$Properties instead.
             */
            interface IKillRequest extends containerd.task.v2.KillRequest.$Properties {
            }

            /** Represents a KillRequest. */
            class KillRequest {

                /**
                 * Constructs a new KillRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.KillRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** KillRequest id. */
                id: string;

                /** KillRequest execId. */
                execId: string;

                /** KillRequest signal. */
                signal: number;

                /** KillRequest all. */
                all: boolean;

                /**
                 * Creates a new KillRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns KillRequest instance
                 */
                static create(properties: containerd.task.v2.KillRequest.$Shape): containerd.task.v2.KillRequest & containerd.task.v2.KillRequest.$Shape;
                static create(properties?: containerd.task.v2.KillRequest.$Properties): containerd.task.v2.KillRequest;

                /**
                 * Encodes the specified KillRequest message. Does not implicitly {@link containerd.task.v2.KillRequest.verify|verify} messages.
                 * @param message KillRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.KillRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a KillRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.KillRequest & containerd.task.v2.KillRequest.$Shape} KillRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.KillRequest & containerd.task.v2.KillRequest.$Shape;

                /**
                 * Gets the type url for KillRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace KillRequest {

                /** Properties of a KillRequest. */
                interface $Properties {

                    /** KillRequest id */
                    id?: (string|null);

                    /** KillRequest execId */
                    execId?: (string|null);

                    /** KillRequest signal */
                    signal?: (number|null);

                    /** KillRequest all */
                    all?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a KillRequest. */
                type $Shape = containerd.task.v2.KillRequest.$Properties;
            }

            /**
             * Properties of an ExecProcessRequest.
             * @deprecated Use containerd.task.v2.ExecProcessRequest.$Properties instead.
             */
            interface IExecProcessRequest extends containerd.task.v2.ExecProcessRequest.$Properties {
            }

            /** Represents an ExecProcessRequest. */
            class ExecProcessRequest {

                /**
                 * Constructs a new ExecProcessRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ExecProcessRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ExecProcessRequest id. */
                id: string;

                /** ExecProcessRequest execId. */
                execId: string;

                /** ExecProcessRequest terminal. */
                terminal: boolean;

                /** ExecProcessRequest stdin. */
                stdin: string;

                /** ExecProcessRequest stdout. */
                stdout: string;

                /** ExecProcessRequest stderr. */
                stderr: string;

                /** ExecProcessRequest spec. */
                spec?: (containerd.task.v2.Any.$Properties|null);

                /**
                 * Creates a new ExecProcessRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ExecProcessRequest instance
                 */
                static create(properties: containerd.task.v2.ExecProcessRequest.$Shape): containerd.task.v2.ExecProcessRequest & containerd.task.v2.ExecProcessRequest.$Shape;
                static create(properties?: containerd.task.v2.ExecProcessRequest.$Properties): containerd.task.v2.ExecProcessRequest;

                /**
                 * Encodes the specified ExecProcessRequest message. Does not implicitly {@link containerd.task.v2.ExecProcessRequest.verify|verify} messages.
                 * @param message ExecProcessRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ExecProcessRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an ExecProcessRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ExecProcessRequest & containerd.task.v2.ExecProcessRequest.$Shape} ExecProcessRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ExecProcessRequest & containerd.task.v2.ExecProcessRequest.$Shape;

                /**
                 * Gets the type url for ExecProcessRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ExecProcessRequest {

                /** Properties of an ExecProcessRequest. */
                interface $Properties {

                    /** ExecProcessRequest id */
                    id?: (string|null);

                    /** ExecProcessRequest execId */
                    execId?: (string|null);

                    /** ExecProcessRequest terminal */
                    terminal?: (boolean|null);

                    /** ExecProcessRequest stdin */
                    stdin?: (string|null);

                    /** ExecProcessRequest stdout */
                    stdout?: (string|null);

                    /** ExecProcessRequest stderr */
                    stderr?: (string|null);

                    /** ExecProcessRequest spec */
                    spec?: (containerd.task.v2.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an ExecProcessRequest. */
                type $Shape = containerd.task.v2.ExecProcessRequest.$Properties;
            }

            /**
             * Properties of a ResizePtyRequest.
             * @deprecated Use containerd.task.v2.ResizePtyRequest.$Properties instead.
             */
            interface IResizePtyRequest extends containerd.task.v2.ResizePtyRequest.$Properties {
            }

            /** Represents a ResizePtyRequest. */
            class ResizePtyRequest {

                /**
                 * Constructs a new ResizePtyRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ResizePtyRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ResizePtyRequest id. */
                id: string;

                /** ResizePtyRequest execId. */
                execId: string;

                /** ResizePtyRequest width. */
                width: number;

                /** ResizePtyRequest height. */
                height: number;

                /**
                 * Creates a new ResizePtyRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ResizePtyRequest instance
                 */
                static create(properties: containerd.task.v2.ResizePtyRequest.$Shape): containerd.task.v2.ResizePtyRequest & containerd.task.v2.ResizePtyRequest.$Shape;
                static create(properties?: containerd.task.v2.ResizePtyRequest.$Properties): containerd.task.v2.ResizePtyRequest;

                /**
                 * Encodes the specified ResizePtyRequest message. Does not implicitly {@link containerd.task.v2.ResizePtyRequest.verify|verify} messages.
                 * @param message ResizePtyRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ResizePtyRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ResizePtyRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ResizePtyRequest & containerd.task.v2.ResizePtyRequest.$Shape} ResizePtyRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ResizePtyRequest & containerd.task.v2.ResizePtyRequest.$Shape;

                /**
                 * Gets the type url for ResizePtyRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ResizePtyRequest {

                /** Properties of a ResizePtyRequest. */
                interface $Properties {

                    /** ResizePtyRequest id */
                    id?: (string|null);

                    /** ResizePtyRequest execId */
                    execId?: (string|null);

                    /** ResizePtyRequest width */
                    width?: (number|null);

                    /** ResizePtyRequest height */
                    height?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ResizePtyRequest. */
                type $Shape = containerd.task.v2.ResizePtyRequest.$Properties;
            }

            /**
             * Properties of a CloseIORequest.
             * @deprecated Use containerd.task.v2.CloseIORequest.$Properties instead.
             */
            interface ICloseIORequest extends containerd.task.v2.CloseIORequest.$Properties {
            }

            /** Represents a CloseIORequest. */
            class CloseIORequest {

                /**
                 * Constructs a new CloseIORequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.CloseIORequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CloseIORequest id. */
                id: string;

                /** CloseIORequest execId. */
                execId: string;

                /** CloseIORequest stdin. */
                stdin: boolean;

                /**
                 * Creates a new CloseIORequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CloseIORequest instance
                 */
                static create(properties: containerd.task.v2.CloseIORequest.$Shape): containerd.task.v2.CloseIORequest & containerd.task.v2.CloseIORequest.$Shape;
                static create(properties?: containerd.task.v2.CloseIORequest.$Properties): containerd.task.v2.CloseIORequest;

                /**
                 * Encodes the specified CloseIORequest message. Does not implicitly {@link containerd.task.v2.CloseIORequest.verify|verify} messages.
                 * @param message CloseIORequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.CloseIORequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CloseIORequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.CloseIORequest & containerd.task.v2.CloseIORequest.$Shape} CloseIORequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.CloseIORequest & containerd.task.v2.CloseIORequest.$Shape;

                /**
                 * Gets the type url for CloseIORequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CloseIORequest {

                /** Properties of a CloseIORequest. */
                interface $Properties {

                    /** CloseIORequest id */
                    id?: (string|null);

                    /** CloseIORequest execId */
                    execId?: (string|null);

                    /** CloseIORequest stdin */
                    stdin?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CloseIORequest. */
                type $Shape = containerd.task.v2.CloseIORequest.$Properties;
            }

            /**
             * Properties of an UpdateTaskRequest.
             * @deprecated Use containerd.task.v2.UpdateTaskRequest.$Properties instead.
             */
            interface IUpdateTaskRequest extends containerd.task.v2.UpdateTaskRequest.$Properties {
            }

            /** Represents an UpdateTaskRequest. */
            class UpdateTaskRequest {

                /**
                 * Constructs a new UpdateTaskRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.UpdateTaskRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** UpdateTaskRequest id. */
                id: string;

                /** UpdateTaskRequest resources. */
                resources?: (containerd.task.v2.Any.$Properties|null);

                /** UpdateTaskRequest annotations. */
                annotations: { [k: string]: string };

                /**
                 * Creates a new UpdateTaskRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns UpdateTaskRequest instance
                 */
                static create(properties: containerd.task.v2.UpdateTaskRequest.$Shape): containerd.task.v2.UpdateTaskRequest & containerd.task.v2.UpdateTaskRequest.$Shape;
                static create(properties?: containerd.task.v2.UpdateTaskRequest.$Properties): containerd.task.v2.UpdateTaskRequest;

                /**
                 * Encodes the specified UpdateTaskRequest message. Does not implicitly {@link containerd.task.v2.UpdateTaskRequest.verify|verify} messages.
                 * @param message UpdateTaskRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.UpdateTaskRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes an UpdateTaskRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.UpdateTaskRequest & containerd.task.v2.UpdateTaskRequest.$Shape} UpdateTaskRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.UpdateTaskRequest & containerd.task.v2.UpdateTaskRequest.$Shape;

                /**
                 * Gets the type url for UpdateTaskRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace UpdateTaskRequest {

                /** Properties of an UpdateTaskRequest. */
                interface $Properties {

                    /** UpdateTaskRequest id */
                    id?: (string|null);

                    /** UpdateTaskRequest resources */
                    resources?: (containerd.task.v2.Any.$Properties|null);

                    /** UpdateTaskRequest annotations */
                    annotations?: ({ [k: string]: string }|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of an UpdateTaskRequest. */
                type $Shape = containerd.task.v2.UpdateTaskRequest.$Properties;
            }

            /**
             * Properties of a WaitRequest.
             * @deprecated Use containerd.task.v2.WaitRequest.$Properties instead.
             */
            interface IWaitRequest extends containerd.task.v2.WaitRequest.$Properties {
            }

            /** Represents a WaitRequest. */
            class WaitRequest {

                /**
                 * Constructs a new WaitRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.WaitRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** WaitRequest id. */
                id: string;

                /** WaitRequest execId. */
                execId: string;

                /**
                 * Creates a new WaitRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns WaitRequest instance
                 */
                static create(properties: containerd.task.v2.WaitRequest.$Shape): containerd.task.v2.WaitRequest & containerd.task.v2.WaitRequest.$Shape;
                static create(properties?: containerd.task.v2.WaitRequest.$Properties): containerd.task.v2.WaitRequest;

                /**
                 * Encodes the specified WaitRequest message. Does not implicitly {@link containerd.task.v2.WaitRequest.verify|verify} messages.
                 * @param message WaitRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.WaitRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a WaitRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.WaitRequest & containerd.task.v2.WaitRequest.$Shape} WaitRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.WaitRequest & containerd.task.v2.WaitRequest.$Shape;

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

                    /** WaitRequest id */
                    id?: (string|null);

                    /** WaitRequest execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a WaitRequest. */
                type $Shape = containerd.task.v2.WaitRequest.$Properties;
            }

            /**
             * Properties of a WaitResponse.
             * @deprecated Use containerd.task.v2.WaitResponse.$Properties instead.
             */
            interface IWaitResponse extends containerd.task.v2.WaitResponse.$Properties {
            }

            /** Represents a WaitResponse. */
            class WaitResponse {

                /**
                 * Constructs a new WaitResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.WaitResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** WaitResponse exitStatus. */
                exitStatus: number;

                /** WaitResponse exitedAt. */
                exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                /**
                 * Creates a new WaitResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns WaitResponse instance
                 */
                static create(properties: containerd.task.v2.WaitResponse.$Shape): containerd.task.v2.WaitResponse & containerd.task.v2.WaitResponse.$Shape;
                static create(properties?: containerd.task.v2.WaitResponse.$Properties): containerd.task.v2.WaitResponse;

                /**
                 * Encodes the specified WaitResponse message. Does not implicitly {@link containerd.task.v2.WaitResponse.verify|verify} messages.
                 * @param message WaitResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.WaitResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a WaitResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.WaitResponse & containerd.task.v2.WaitResponse.$Shape} WaitResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.WaitResponse & containerd.task.v2.WaitResponse.$Shape;

                /**
                 * Gets the type url for WaitResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace WaitResponse {

                /** Properties of a WaitResponse. */
                interface $Properties {

                    /** WaitResponse exitStatus */
                    exitStatus?: (number|null);

                    /** WaitResponse exitedAt */
                    exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a WaitResponse. */
                type $Shape = containerd.task.v2.WaitResponse.$Properties;
            }

            /**
             * Properties of a StatsRequest.
             * @deprecated Use containerd.task.v2.StatsRequest.$Properties instead.
             */
            interface IStatsRequest extends containerd.task.v2.StatsRequest.$Properties {
            }

            /** Represents a StatsRequest. */
            class StatsRequest {

                /**
                 * Constructs a new StatsRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.StatsRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatsRequest id. */
                id: string;

                /**
                 * Creates a new StatsRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StatsRequest instance
                 */
                static create(properties: containerd.task.v2.StatsRequest.$Shape): containerd.task.v2.StatsRequest & containerd.task.v2.StatsRequest.$Shape;
                static create(properties?: containerd.task.v2.StatsRequest.$Properties): containerd.task.v2.StatsRequest;

                /**
                 * Encodes the specified StatsRequest message. Does not implicitly {@link containerd.task.v2.StatsRequest.verify|verify} messages.
                 * @param message StatsRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.StatsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatsRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.StatsRequest & containerd.task.v2.StatsRequest.$Shape} StatsRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.StatsRequest & containerd.task.v2.StatsRequest.$Shape;

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
                type $Shape = containerd.task.v2.StatsRequest.$Properties;
            }

            /**
             * Properties of a StatsResponse.
             * @deprecated Use containerd.task.v2.StatsResponse.$Properties instead.
             */
            interface IStatsResponse extends containerd.task.v2.StatsResponse.$Properties {
            }

            /** Represents a StatsResponse. */
            class StatsResponse {

                /**
                 * Constructs a new StatsResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.StatsResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** StatsResponse stats. */
                stats?: (containerd.task.v2.Any.$Properties|null);

                /**
                 * Creates a new StatsResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns StatsResponse instance
                 */
                static create(properties: containerd.task.v2.StatsResponse.$Shape): containerd.task.v2.StatsResponse & containerd.task.v2.StatsResponse.$Shape;
                static create(properties?: containerd.task.v2.StatsResponse.$Properties): containerd.task.v2.StatsResponse;

                /**
                 * Encodes the specified StatsResponse message. Does not implicitly {@link containerd.task.v2.StatsResponse.verify|verify} messages.
                 * @param message StatsResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.StatsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a StatsResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.StatsResponse & containerd.task.v2.StatsResponse.$Shape} StatsResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.StatsResponse & containerd.task.v2.StatsResponse.$Shape;

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

                    /** StatsResponse stats */
                    stats?: (containerd.task.v2.Any.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a StatsResponse. */
                type $Shape = containerd.task.v2.StatsResponse.$Properties;
            }

            /**
             * Properties of a ConnectRequest.
             * @deprecated Use containerd.task.v2.ConnectRequest.$Properties instead.
             */
            interface IConnectRequest extends containerd.task.v2.ConnectRequest.$Properties {
            }

            /** Represents a ConnectRequest. */
            class ConnectRequest {

                /**
                 * Constructs a new ConnectRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ConnectRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ConnectRequest id. */
                id: string;

                /**
                 * Creates a new ConnectRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ConnectRequest instance
                 */
                static create(properties: containerd.task.v2.ConnectRequest.$Shape): containerd.task.v2.ConnectRequest & containerd.task.v2.ConnectRequest.$Shape;
                static create(properties?: containerd.task.v2.ConnectRequest.$Properties): containerd.task.v2.ConnectRequest;

                /**
                 * Encodes the specified ConnectRequest message. Does not implicitly {@link containerd.task.v2.ConnectRequest.verify|verify} messages.
                 * @param message ConnectRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ConnectRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ConnectRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ConnectRequest & containerd.task.v2.ConnectRequest.$Shape} ConnectRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ConnectRequest & containerd.task.v2.ConnectRequest.$Shape;

                /**
                 * Gets the type url for ConnectRequest
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ConnectRequest {

                /** Properties of a ConnectRequest. */
                interface $Properties {

                    /** ConnectRequest id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ConnectRequest. */
                type $Shape = containerd.task.v2.ConnectRequest.$Properties;
            }

            /**
             * Properties of a ConnectResponse.
             * @deprecated Use containerd.task.v2.ConnectResponse.$Properties instead.
             */
            interface IConnectResponse extends containerd.task.v2.ConnectResponse.$Properties {
            }

            /** Represents a ConnectResponse. */
            class ConnectResponse {

                /**
                 * Constructs a new ConnectResponse.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ConnectResponse.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ConnectResponse shimPid. */
                shimPid: number;

                /** ConnectResponse taskPid. */
                taskPid: number;

                /** ConnectResponse version. */
                version: string;

                /**
                 * Creates a new ConnectResponse instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ConnectResponse instance
                 */
                static create(properties: containerd.task.v2.ConnectResponse.$Shape): containerd.task.v2.ConnectResponse & containerd.task.v2.ConnectResponse.$Shape;
                static create(properties?: containerd.task.v2.ConnectResponse.$Properties): containerd.task.v2.ConnectResponse;

                /**
                 * Encodes the specified ConnectResponse message. Does not implicitly {@link containerd.task.v2.ConnectResponse.verify|verify} messages.
                 * @param message ConnectResponse message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ConnectResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ConnectResponse message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ConnectResponse & containerd.task.v2.ConnectResponse.$Shape} ConnectResponse
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ConnectResponse & containerd.task.v2.ConnectResponse.$Shape;

                /**
                 * Gets the type url for ConnectResponse
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace ConnectResponse {

                /** Properties of a ConnectResponse. */
                interface $Properties {

                    /** ConnectResponse shimPid */
                    shimPid?: (number|null);

                    /** ConnectResponse taskPid */
                    taskPid?: (number|null);

                    /** ConnectResponse version */
                    version?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ConnectResponse. */
                type $Shape = containerd.task.v2.ConnectResponse.$Properties;
            }

            /**
             * Properties of a ShutdownRequest.
             * @deprecated Use containerd.task.v2.ShutdownRequest.$Properties instead.
             */
            interface IShutdownRequest extends containerd.task.v2.ShutdownRequest.$Properties {
            }

            /** Represents a ShutdownRequest. */
            class ShutdownRequest {

                /**
                 * Constructs a new ShutdownRequest.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.ShutdownRequest.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** ShutdownRequest id. */
                id: string;

                /** ShutdownRequest now. */
                now: boolean;

                /**
                 * Creates a new ShutdownRequest instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns ShutdownRequest instance
                 */
                static create(properties: containerd.task.v2.ShutdownRequest.$Shape): containerd.task.v2.ShutdownRequest & containerd.task.v2.ShutdownRequest.$Shape;
                static create(properties?: containerd.task.v2.ShutdownRequest.$Properties): containerd.task.v2.ShutdownRequest;

                /**
                 * Encodes the specified ShutdownRequest message. Does not implicitly {@link containerd.task.v2.ShutdownRequest.verify|verify} messages.
                 * @param message ShutdownRequest message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.ShutdownRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a ShutdownRequest message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.ShutdownRequest & containerd.task.v2.ShutdownRequest.$Shape} ShutdownRequest
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.ShutdownRequest & containerd.task.v2.ShutdownRequest.$Shape;

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

                    /** ShutdownRequest id */
                    id?: (string|null);

                    /** ShutdownRequest now */
                    now?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a ShutdownRequest. */
                type $Shape = containerd.task.v2.ShutdownRequest.$Properties;
            }

            /**
             * Properties of a TaskIO.
             * @deprecated Use containerd.task.v2.TaskIO.$Properties instead.
             */
            interface ITaskIO extends containerd.task.v2.TaskIO.$Properties {
            }

            /** Represents a TaskIO. */
            class TaskIO {

                /**
                 * Constructs a new TaskIO.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskIO.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskIO stdin. */
                stdin: string;

                /** TaskIO stdout. */
                stdout: string;

                /** TaskIO stderr. */
                stderr: string;

                /** TaskIO terminal. */
                terminal: boolean;

                /**
                 * Creates a new TaskIO instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskIO instance
                 */
                static create(properties: containerd.task.v2.TaskIO.$Shape): containerd.task.v2.TaskIO & containerd.task.v2.TaskIO.$Shape;
                static create(properties?: containerd.task.v2.TaskIO.$Properties): containerd.task.v2.TaskIO;

                /**
                 * Encodes the specified TaskIO message. Does not implicitly {@link containerd.task.v2.TaskIO.verify|verify} messages.
                 * @param message TaskIO message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskIO.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskIO message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskIO & containerd.task.v2.TaskIO.$Shape} TaskIO
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskIO & containerd.task.v2.TaskIO.$Shape;

                /**
                 * Gets the type url for TaskIO
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskIO {

                /** Properties of a TaskIO. */
                interface $Properties {

                    /** TaskIO stdin */
                    stdin?: (string|null);

                    /** TaskIO stdout */
                    stdout?: (string|null);

                    /** TaskIO stderr */
                    stderr?: (string|null);

                    /** TaskIO terminal */
                    terminal?: (boolean|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskIO. */
                type $Shape = containerd.task.v2.TaskIO.$Properties;
            }

            /**
             * Properties of a TaskCreate.
             * @deprecated Use containerd.task.v2.TaskCreate.$Properties instead.
             */
            interface ITaskCreate extends containerd.task.v2.TaskCreate.$Properties {
            }

            /** Represents a TaskCreate. */
            class TaskCreate {

                /**
                 * Constructs a new TaskCreate.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskCreate.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskCreate containerId. */
                containerId: string;

                /** TaskCreate bundle. */
                bundle: string;

                /** TaskCreate rootfs. */
                rootfs: containerd.task.v2.Mount.$Properties[];

                /** TaskCreate io. */
                io?: (containerd.task.v2.TaskIO.$Properties|null);

                /** TaskCreate checkpoint. */
                checkpoint: string;

                /** TaskCreate pid. */
                pid: number;

                /**
                 * Creates a new TaskCreate instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskCreate instance
                 */
                static create(properties: containerd.task.v2.TaskCreate.$Shape): containerd.task.v2.TaskCreate & containerd.task.v2.TaskCreate.$Shape;
                static create(properties?: containerd.task.v2.TaskCreate.$Properties): containerd.task.v2.TaskCreate;

                /**
                 * Encodes the specified TaskCreate message. Does not implicitly {@link containerd.task.v2.TaskCreate.verify|verify} messages.
                 * @param message TaskCreate message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskCreate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskCreate message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskCreate & containerd.task.v2.TaskCreate.$Shape} TaskCreate
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskCreate & containerd.task.v2.TaskCreate.$Shape;

                /**
                 * Gets the type url for TaskCreate
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskCreate {

                /** Properties of a TaskCreate. */
                interface $Properties {

                    /** TaskCreate containerId */
                    containerId?: (string|null);

                    /** TaskCreate bundle */
                    bundle?: (string|null);

                    /** TaskCreate rootfs */
                    rootfs?: (containerd.task.v2.Mount.$Properties[]|null);

                    /** TaskCreate io */
                    io?: (containerd.task.v2.TaskIO.$Properties|null);

                    /** TaskCreate checkpoint */
                    checkpoint?: (string|null);

                    /** TaskCreate pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskCreate. */
                type $Shape = containerd.task.v2.TaskCreate.$Properties;
            }

            /**
             * Properties of a TaskStart.
             * @deprecated Use containerd.task.v2.TaskStart.$Properties instead.
             */
            interface ITaskStart extends containerd.task.v2.TaskStart.$Properties {
            }

            /** Represents a TaskStart. */
            class TaskStart {

                /**
                 * Constructs a new TaskStart.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskStart.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskStart containerId. */
                containerId: string;

                /** TaskStart pid. */
                pid: number;

                /**
                 * Creates a new TaskStart instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskStart instance
                 */
                static create(properties: containerd.task.v2.TaskStart.$Shape): containerd.task.v2.TaskStart & containerd.task.v2.TaskStart.$Shape;
                static create(properties?: containerd.task.v2.TaskStart.$Properties): containerd.task.v2.TaskStart;

                /**
                 * Encodes the specified TaskStart message. Does not implicitly {@link containerd.task.v2.TaskStart.verify|verify} messages.
                 * @param message TaskStart message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskStart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskStart message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskStart & containerd.task.v2.TaskStart.$Shape} TaskStart
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskStart & containerd.task.v2.TaskStart.$Shape;

                /**
                 * Gets the type url for TaskStart
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskStart {

                /** Properties of a TaskStart. */
                interface $Properties {

                    /** TaskStart containerId */
                    containerId?: (string|null);

                    /** TaskStart pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskStart. */
                type $Shape = containerd.task.v2.TaskStart.$Properties;
            }

            /**
             * Properties of a TaskDelete.
             * @deprecated Use containerd.task.v2.TaskDelete.$Properties instead.
             */
            interface ITaskDelete extends containerd.task.v2.TaskDelete.$Properties {
            }

            /** Represents a TaskDelete. */
            class TaskDelete {

                /**
                 * Constructs a new TaskDelete.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskDelete.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskDelete containerId. */
                containerId: string;

                /** TaskDelete pid. */
                pid: number;

                /** TaskDelete exitStatus. */
                exitStatus: number;

                /** TaskDelete exitedAt. */
                exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                /** TaskDelete id. */
                id: string;

                /**
                 * Creates a new TaskDelete instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskDelete instance
                 */
                static create(properties: containerd.task.v2.TaskDelete.$Shape): containerd.task.v2.TaskDelete & containerd.task.v2.TaskDelete.$Shape;
                static create(properties?: containerd.task.v2.TaskDelete.$Properties): containerd.task.v2.TaskDelete;

                /**
                 * Encodes the specified TaskDelete message. Does not implicitly {@link containerd.task.v2.TaskDelete.verify|verify} messages.
                 * @param message TaskDelete message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskDelete.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskDelete message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskDelete & containerd.task.v2.TaskDelete.$Shape} TaskDelete
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskDelete & containerd.task.v2.TaskDelete.$Shape;

                /**
                 * Gets the type url for TaskDelete
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskDelete {

                /** Properties of a TaskDelete. */
                interface $Properties {

                    /** TaskDelete containerId */
                    containerId?: (string|null);

                    /** TaskDelete pid */
                    pid?: (number|null);

                    /** TaskDelete exitStatus */
                    exitStatus?: (number|null);

                    /** TaskDelete exitedAt */
                    exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                    /** TaskDelete id */
                    id?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskDelete. */
                type $Shape = containerd.task.v2.TaskDelete.$Properties;
            }

            /**
             * Properties of a TaskExit.
             * @deprecated Use containerd.task.v2.TaskExit.$Properties instead.
             */
            interface ITaskExit extends containerd.task.v2.TaskExit.$Properties {
            }

            /** Represents a TaskExit. */
            class TaskExit {

                /**
                 * Constructs a new TaskExit.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskExit.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskExit containerId. */
                containerId: string;

                /** TaskExit id. */
                id: string;

                /** TaskExit pid. */
                pid: number;

                /** TaskExit exitStatus. */
                exitStatus: number;

                /** TaskExit exitedAt. */
                exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                /**
                 * Creates a new TaskExit instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskExit instance
                 */
                static create(properties: containerd.task.v2.TaskExit.$Shape): containerd.task.v2.TaskExit & containerd.task.v2.TaskExit.$Shape;
                static create(properties?: containerd.task.v2.TaskExit.$Properties): containerd.task.v2.TaskExit;

                /**
                 * Encodes the specified TaskExit message. Does not implicitly {@link containerd.task.v2.TaskExit.verify|verify} messages.
                 * @param message TaskExit message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskExit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskExit message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskExit & containerd.task.v2.TaskExit.$Shape} TaskExit
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskExit & containerd.task.v2.TaskExit.$Shape;

                /**
                 * Gets the type url for TaskExit
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskExit {

                /** Properties of a TaskExit. */
                interface $Properties {

                    /** TaskExit containerId */
                    containerId?: (string|null);

                    /** TaskExit id */
                    id?: (string|null);

                    /** TaskExit pid */
                    pid?: (number|null);

                    /** TaskExit exitStatus */
                    exitStatus?: (number|null);

                    /** TaskExit exitedAt */
                    exitedAt?: (containerd.task.v2.Timestamp.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskExit. */
                type $Shape = containerd.task.v2.TaskExit.$Properties;
            }

            /**
             * Properties of a TaskOOM.
             * @deprecated Use containerd.task.v2.TaskOOM.$Properties instead.
             */
            interface ITaskOOM extends containerd.task.v2.TaskOOM.$Properties {
            }

            /** Represents a TaskOOM. */
            class TaskOOM {

                /**
                 * Constructs a new TaskOOM.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskOOM.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskOOM containerId. */
                containerId: string;

                /**
                 * Creates a new TaskOOM instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskOOM instance
                 */
                static create(properties: containerd.task.v2.TaskOOM.$Shape): containerd.task.v2.TaskOOM & containerd.task.v2.TaskOOM.$Shape;
                static create(properties?: containerd.task.v2.TaskOOM.$Properties): containerd.task.v2.TaskOOM;

                /**
                 * Encodes the specified TaskOOM message. Does not implicitly {@link containerd.task.v2.TaskOOM.verify|verify} messages.
                 * @param message TaskOOM message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskOOM.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskOOM message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskOOM & containerd.task.v2.TaskOOM.$Shape} TaskOOM
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskOOM & containerd.task.v2.TaskOOM.$Shape;

                /**
                 * Gets the type url for TaskOOM
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskOOM {

                /** Properties of a TaskOOM. */
                interface $Properties {

                    /** TaskOOM containerId */
                    containerId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskOOM. */
                type $Shape = containerd.task.v2.TaskOOM.$Properties;
            }

            /**
             * Properties of a TaskExecAdded.
             * @deprecated Use containerd.task.v2.TaskExecAdded.$Properties instead.
             */
            interface ITaskExecAdded extends containerd.task.v2.TaskExecAdded.$Properties {
            }

            /** Represents a TaskExecAdded. */
            class TaskExecAdded {

                /**
                 * Constructs a new TaskExecAdded.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskExecAdded.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskExecAdded containerId. */
                containerId: string;

                /** TaskExecAdded execId. */
                execId: string;

                /**
                 * Creates a new TaskExecAdded instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskExecAdded instance
                 */
                static create(properties: containerd.task.v2.TaskExecAdded.$Shape): containerd.task.v2.TaskExecAdded & containerd.task.v2.TaskExecAdded.$Shape;
                static create(properties?: containerd.task.v2.TaskExecAdded.$Properties): containerd.task.v2.TaskExecAdded;

                /**
                 * Encodes the specified TaskExecAdded message. Does not implicitly {@link containerd.task.v2.TaskExecAdded.verify|verify} messages.
                 * @param message TaskExecAdded message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskExecAdded.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskExecAdded message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskExecAdded & containerd.task.v2.TaskExecAdded.$Shape} TaskExecAdded
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskExecAdded & containerd.task.v2.TaskExecAdded.$Shape;

                /**
                 * Gets the type url for TaskExecAdded
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskExecAdded {

                /** Properties of a TaskExecAdded. */
                interface $Properties {

                    /** TaskExecAdded containerId */
                    containerId?: (string|null);

                    /** TaskExecAdded execId */
                    execId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskExecAdded. */
                type $Shape = containerd.task.v2.TaskExecAdded.$Properties;
            }

            /**
             * Properties of a TaskExecStarted.
             * @deprecated Use containerd.task.v2.TaskExecStarted.$Properties instead.
             */
            interface ITaskExecStarted extends containerd.task.v2.TaskExecStarted.$Properties {
            }

            /** Represents a TaskExecStarted. */
            class TaskExecStarted {

                /**
                 * Constructs a new TaskExecStarted.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskExecStarted.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskExecStarted containerId. */
                containerId: string;

                /** TaskExecStarted execId. */
                execId: string;

                /** TaskExecStarted pid. */
                pid: number;

                /**
                 * Creates a new TaskExecStarted instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskExecStarted instance
                 */
                static create(properties: containerd.task.v2.TaskExecStarted.$Shape): containerd.task.v2.TaskExecStarted & containerd.task.v2.TaskExecStarted.$Shape;
                static create(properties?: containerd.task.v2.TaskExecStarted.$Properties): containerd.task.v2.TaskExecStarted;

                /**
                 * Encodes the specified TaskExecStarted message. Does not implicitly {@link containerd.task.v2.TaskExecStarted.verify|verify} messages.
                 * @param message TaskExecStarted message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskExecStarted.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskExecStarted message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskExecStarted & containerd.task.v2.TaskExecStarted.$Shape} TaskExecStarted
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskExecStarted & containerd.task.v2.TaskExecStarted.$Shape;

                /**
                 * Gets the type url for TaskExecStarted
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskExecStarted {

                /** Properties of a TaskExecStarted. */
                interface $Properties {

                    /** TaskExecStarted containerId */
                    containerId?: (string|null);

                    /** TaskExecStarted execId */
                    execId?: (string|null);

                    /** TaskExecStarted pid */
                    pid?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskExecStarted. */
                type $Shape = containerd.task.v2.TaskExecStarted.$Properties;
            }

            /**
             * Properties of a TaskPaused.
             * @deprecated Use containerd.task.v2.TaskPaused.$Properties instead.
             */
            interface ITaskPaused extends containerd.task.v2.TaskPaused.$Properties {
            }

            /** Represents a TaskPaused. */
            class TaskPaused {

                /**
                 * Constructs a new TaskPaused.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskPaused.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskPaused containerId. */
                containerId: string;

                /**
                 * Creates a new TaskPaused instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskPaused instance
                 */
                static create(properties: containerd.task.v2.TaskPaused.$Shape): containerd.task.v2.TaskPaused & containerd.task.v2.TaskPaused.$Shape;
                static create(properties?: containerd.task.v2.TaskPaused.$Properties): containerd.task.v2.TaskPaused;

                /**
                 * Encodes the specified TaskPaused message. Does not implicitly {@link containerd.task.v2.TaskPaused.verify|verify} messages.
                 * @param message TaskPaused message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskPaused.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskPaused message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskPaused & containerd.task.v2.TaskPaused.$Shape} TaskPaused
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskPaused & containerd.task.v2.TaskPaused.$Shape;

                /**
                 * Gets the type url for TaskPaused
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskPaused {

                /** Properties of a TaskPaused. */
                interface $Properties {

                    /** TaskPaused containerId */
                    containerId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskPaused. */
                type $Shape = containerd.task.v2.TaskPaused.$Properties;
            }

            /**
             * Properties of a TaskResumed.
             * @deprecated Use containerd.task.v2.TaskResumed.$Properties instead.
             */
            interface ITaskResumed extends containerd.task.v2.TaskResumed.$Properties {
            }

            /** Represents a TaskResumed. */
            class TaskResumed {

                /**
                 * Constructs a new TaskResumed.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskResumed.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskResumed containerId. */
                containerId: string;

                /**
                 * Creates a new TaskResumed instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskResumed instance
                 */
                static create(properties: containerd.task.v2.TaskResumed.$Shape): containerd.task.v2.TaskResumed & containerd.task.v2.TaskResumed.$Shape;
                static create(properties?: containerd.task.v2.TaskResumed.$Properties): containerd.task.v2.TaskResumed;

                /**
                 * Encodes the specified TaskResumed message. Does not implicitly {@link containerd.task.v2.TaskResumed.verify|verify} messages.
                 * @param message TaskResumed message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskResumed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskResumed message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskResumed & containerd.task.v2.TaskResumed.$Shape} TaskResumed
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskResumed & containerd.task.v2.TaskResumed.$Shape;

                /**
                 * Gets the type url for TaskResumed
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskResumed {

                /** Properties of a TaskResumed. */
                interface $Properties {

                    /** TaskResumed containerId */
                    containerId?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskResumed. */
                type $Shape = containerd.task.v2.TaskResumed.$Properties;
            }

            /**
             * Properties of a TaskCheckpointed.
             * @deprecated Use containerd.task.v2.TaskCheckpointed.$Properties instead.
             */
            interface ITaskCheckpointed extends containerd.task.v2.TaskCheckpointed.$Properties {
            }

            /** Represents a TaskCheckpointed. */
            class TaskCheckpointed {

                /**
                 * Constructs a new TaskCheckpointed.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.TaskCheckpointed.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** TaskCheckpointed containerId. */
                containerId: string;

                /** TaskCheckpointed checkpoint. */
                checkpoint: string;

                /**
                 * Creates a new TaskCheckpointed instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns TaskCheckpointed instance
                 */
                static create(properties: containerd.task.v2.TaskCheckpointed.$Shape): containerd.task.v2.TaskCheckpointed & containerd.task.v2.TaskCheckpointed.$Shape;
                static create(properties?: containerd.task.v2.TaskCheckpointed.$Properties): containerd.task.v2.TaskCheckpointed;

                /**
                 * Encodes the specified TaskCheckpointed message. Does not implicitly {@link containerd.task.v2.TaskCheckpointed.verify|verify} messages.
                 * @param message TaskCheckpointed message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.TaskCheckpointed.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a TaskCheckpointed message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.TaskCheckpointed & containerd.task.v2.TaskCheckpointed.$Shape} TaskCheckpointed
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.TaskCheckpointed & containerd.task.v2.TaskCheckpointed.$Shape;

                /**
                 * Gets the type url for TaskCheckpointed
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace TaskCheckpointed {

                /** Properties of a TaskCheckpointed. */
                interface $Properties {

                    /** TaskCheckpointed containerId */
                    containerId?: (string|null);

                    /** TaskCheckpointed checkpoint */
                    checkpoint?: (string|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a TaskCheckpointed. */
                type $Shape = containerd.task.v2.TaskCheckpointed.$Properties;
            }

            /**
             * Properties of a Metrics.
             * @deprecated Use containerd.task.v2.Metrics.$Properties instead.
             */
            interface IMetrics extends containerd.task.v2.Metrics.$Properties {
            }

            /** Represents a Metrics. */
            class Metrics {

                /**
                 * Constructs a new Metrics.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.Metrics.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** Metrics pids. */
                pids?: (containerd.task.v2.PidsStat.$Properties|null);

                /** Metrics cpu. */
                cpu?: (containerd.task.v2.CPUStat.$Properties|null);

                /** Metrics memory. */
                memory?: (containerd.task.v2.MemoryStat.$Properties|null);

                /** Metrics io. */
                io?: (containerd.task.v2.IOStat.$Properties|null);

                /** Metrics memoryEvents. */
                memoryEvents?: (containerd.task.v2.MemoryEvents.$Properties|null);

                /** Metrics network. */
                network: containerd.task.v2.NetworkStat.$Properties[];

                /**
                 * Creates a new Metrics instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns Metrics instance
                 */
                static create(properties: containerd.task.v2.Metrics.$Shape): containerd.task.v2.Metrics & containerd.task.v2.Metrics.$Shape;
                static create(properties?: containerd.task.v2.Metrics.$Properties): containerd.task.v2.Metrics;

                /**
                 * Encodes the specified Metrics message. Does not implicitly {@link containerd.task.v2.Metrics.verify|verify} messages.
                 * @param message Metrics message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.Metrics.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a Metrics message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.Metrics & containerd.task.v2.Metrics.$Shape} Metrics
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.Metrics & containerd.task.v2.Metrics.$Shape;

                /**
                 * Gets the type url for Metrics
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace Metrics {

                /** Properties of a Metrics. */
                interface $Properties {

                    /** Metrics pids */
                    pids?: (containerd.task.v2.PidsStat.$Properties|null);

                    /** Metrics cpu */
                    cpu?: (containerd.task.v2.CPUStat.$Properties|null);

                    /** Metrics memory */
                    memory?: (containerd.task.v2.MemoryStat.$Properties|null);

                    /** Metrics io */
                    io?: (containerd.task.v2.IOStat.$Properties|null);

                    /** Metrics memoryEvents */
                    memoryEvents?: (containerd.task.v2.MemoryEvents.$Properties|null);

                    /** Metrics network */
                    network?: (containerd.task.v2.NetworkStat.$Properties[]|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a Metrics. */
                type $Shape = containerd.task.v2.Metrics.$Properties;
            }

            /**
             * Properties of a PSIData.
             * @deprecated Use containerd.task.v2.PSIData.$Properties instead.
             */
            interface IPSIData extends containerd.task.v2.PSIData.$Properties {
            }

            /** Represents a PSIData. */
            class PSIData {

                /**
                 * Constructs a new PSIData.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.PSIData.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PSIData avg10. */
                avg10: number;

                /** PSIData avg60. */
                avg60: number;

                /** PSIData avg300. */
                avg300: number;

                /** PSIData total. */
                total: number;

                /**
                 * Creates a new PSIData instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PSIData instance
                 */
                static create(properties: containerd.task.v2.PSIData.$Shape): containerd.task.v2.PSIData & containerd.task.v2.PSIData.$Shape;
                static create(properties?: containerd.task.v2.PSIData.$Properties): containerd.task.v2.PSIData;

                /**
                 * Encodes the specified PSIData message. Does not implicitly {@link containerd.task.v2.PSIData.verify|verify} messages.
                 * @param message PSIData message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.PSIData.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PSIData message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.PSIData & containerd.task.v2.PSIData.$Shape} PSIData
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.PSIData & containerd.task.v2.PSIData.$Shape;

                /**
                 * Gets the type url for PSIData
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PSIData {

                /** Properties of a PSIData. */
                interface $Properties {

                    /** PSIData avg10 */
                    avg10?: (number|null);

                    /** PSIData avg60 */
                    avg60?: (number|null);

                    /** PSIData avg300 */
                    avg300?: (number|null);

                    /** PSIData total */
                    total?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PSIData. */
                type $Shape = containerd.task.v2.PSIData.$Properties;
            }

            /**
             * Properties of a PSIStats.
             * @deprecated Use containerd.task.v2.PSIStats.$Properties instead.
             */
            interface IPSIStats extends containerd.task.v2.PSIStats.$Properties {
            }

            /** Represents a PSIStats. */
            class PSIStats {

                /**
                 * Constructs a new PSIStats.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.PSIStats.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PSIStats some. */
                some?: (containerd.task.v2.PSIData.$Properties|null);

                /** PSIStats full. */
                full?: (containerd.task.v2.PSIData.$Properties|null);

                /**
                 * Creates a new PSIStats instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PSIStats instance
                 */
                static create(properties: containerd.task.v2.PSIStats.$Shape): containerd.task.v2.PSIStats & containerd.task.v2.PSIStats.$Shape;
                static create(properties?: containerd.task.v2.PSIStats.$Properties): containerd.task.v2.PSIStats;

                /**
                 * Encodes the specified PSIStats message. Does not implicitly {@link containerd.task.v2.PSIStats.verify|verify} messages.
                 * @param message PSIStats message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.PSIStats.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PSIStats message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.PSIStats & containerd.task.v2.PSIStats.$Shape} PSIStats
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.PSIStats & containerd.task.v2.PSIStats.$Shape;

                /**
                 * Gets the type url for PSIStats
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PSIStats {

                /** Properties of a PSIStats. */
                interface $Properties {

                    /** PSIStats some */
                    some?: (containerd.task.v2.PSIData.$Properties|null);

                    /** PSIStats full */
                    full?: (containerd.task.v2.PSIData.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PSIStats. */
                type $Shape = containerd.task.v2.PSIStats.$Properties;
            }

            /**
             * Properties of a PidsStat.
             * @deprecated Use containerd.task.v2.PidsStat.$Properties instead.
             */
            interface IPidsStat extends containerd.task.v2.PidsStat.$Properties {
            }

            /** Represents a PidsStat. */
            class PidsStat {

                /**
                 * Constructs a new PidsStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.PidsStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** PidsStat current. */
                current: number;

                /** PidsStat limit. */
                limit: number;

                /**
                 * Creates a new PidsStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns PidsStat instance
                 */
                static create(properties: containerd.task.v2.PidsStat.$Shape): containerd.task.v2.PidsStat & containerd.task.v2.PidsStat.$Shape;
                static create(properties?: containerd.task.v2.PidsStat.$Properties): containerd.task.v2.PidsStat;

                /**
                 * Encodes the specified PidsStat message. Does not implicitly {@link containerd.task.v2.PidsStat.verify|verify} messages.
                 * @param message PidsStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.PidsStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a PidsStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.PidsStat & containerd.task.v2.PidsStat.$Shape} PidsStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.PidsStat & containerd.task.v2.PidsStat.$Shape;

                /**
                 * Gets the type url for PidsStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace PidsStat {

                /** Properties of a PidsStat. */
                interface $Properties {

                    /** PidsStat current */
                    current?: (number|null);

                    /** PidsStat limit */
                    limit?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a PidsStat. */
                type $Shape = containerd.task.v2.PidsStat.$Properties;
            }

            /**
             * Properties of a CPUStat.
             * @deprecated Use containerd.task.v2.CPUStat.$Properties instead.
             */
            interface ICPUStat extends containerd.task.v2.CPUStat.$Properties {
            }

            /** Represents a CPUStat. */
            class CPUStat {

                /**
                 * Constructs a new CPUStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.CPUStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** CPUStat usageUsec. */
                usageUsec: number;

                /** CPUStat userUsec. */
                userUsec: number;

                /** CPUStat systemUsec. */
                systemUsec: number;

                /** CPUStat nrPeriods. */
                nrPeriods: number;

                /** CPUStat nrThrottled. */
                nrThrottled: number;

                /** CPUStat throttledUsec. */
                throttledUsec: number;

                /** CPUStat psi. */
                psi?: (containerd.task.v2.PSIStats.$Properties|null);

                /**
                 * Creates a new CPUStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns CPUStat instance
                 */
                static create(properties: containerd.task.v2.CPUStat.$Shape): containerd.task.v2.CPUStat & containerd.task.v2.CPUStat.$Shape;
                static create(properties?: containerd.task.v2.CPUStat.$Properties): containerd.task.v2.CPUStat;

                /**
                 * Encodes the specified CPUStat message. Does not implicitly {@link containerd.task.v2.CPUStat.verify|verify} messages.
                 * @param message CPUStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.CPUStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a CPUStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.CPUStat & containerd.task.v2.CPUStat.$Shape} CPUStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.CPUStat & containerd.task.v2.CPUStat.$Shape;

                /**
                 * Gets the type url for CPUStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace CPUStat {

                /** Properties of a CPUStat. */
                interface $Properties {

                    /** CPUStat usageUsec */
                    usageUsec?: (number|null);

                    /** CPUStat userUsec */
                    userUsec?: (number|null);

                    /** CPUStat systemUsec */
                    systemUsec?: (number|null);

                    /** CPUStat nrPeriods */
                    nrPeriods?: (number|null);

                    /** CPUStat nrThrottled */
                    nrThrottled?: (number|null);

                    /** CPUStat throttledUsec */
                    throttledUsec?: (number|null);

                    /** CPUStat psi */
                    psi?: (containerd.task.v2.PSIStats.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a CPUStat. */
                type $Shape = containerd.task.v2.CPUStat.$Properties;
            }

            /**
             * Properties of a MemoryStat.
             * @deprecated Use containerd.task.v2.MemoryStat.$Properties instead.
             */
            interface IMemoryStat extends containerd.task.v2.MemoryStat.$Properties {
            }

            /** Represents a MemoryStat. */
            class MemoryStat {

                /**
                 * Constructs a new MemoryStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.MemoryStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MemoryStat anon. */
                anon: number;

                /** MemoryStat file. */
                file: number;

                /** MemoryStat kernelStack. */
                kernelStack: number;

                /** MemoryStat slab. */
                slab: number;

                /** MemoryStat sock. */
                sock: number;

                /** MemoryStat shmem. */
                shmem: number;

                /** MemoryStat fileMapped. */
                fileMapped: number;

                /** MemoryStat fileDirty. */
                fileDirty: number;

                /** MemoryStat fileWriteback. */
                fileWriteback: number;

                /** MemoryStat anonThp. */
                anonThp: number;

                /** MemoryStat inactiveAnon. */
                inactiveAnon: number;

                /** MemoryStat activeAnon. */
                activeAnon: number;

                /** MemoryStat inactiveFile. */
                inactiveFile: number;

                /** MemoryStat activeFile. */
                activeFile: number;

                /** MemoryStat unevictable. */
                unevictable: number;

                /** MemoryStat slabReclaimable. */
                slabReclaimable: number;

                /** MemoryStat slabUnreclaimable. */
                slabUnreclaimable: number;

                /** MemoryStat pgfault. */
                pgfault: number;

                /** MemoryStat pgmajfault. */
                pgmajfault: number;

                /** MemoryStat usage. */
                usage: number;

                /** MemoryStat usageLimit. */
                usageLimit: number;

                /** MemoryStat swapUsage. */
                swapUsage: number;

                /** MemoryStat swapLimit. */
                swapLimit: number;

                /** MemoryStat maxUsage. */
                maxUsage: number;

                /** MemoryStat psi. */
                psi?: (containerd.task.v2.PSIStats.$Properties|null);

                /**
                 * Creates a new MemoryStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MemoryStat instance
                 */
                static create(properties: containerd.task.v2.MemoryStat.$Shape): containerd.task.v2.MemoryStat & containerd.task.v2.MemoryStat.$Shape;
                static create(properties?: containerd.task.v2.MemoryStat.$Properties): containerd.task.v2.MemoryStat;

                /**
                 * Encodes the specified MemoryStat message. Does not implicitly {@link containerd.task.v2.MemoryStat.verify|verify} messages.
                 * @param message MemoryStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.MemoryStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MemoryStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.MemoryStat & containerd.task.v2.MemoryStat.$Shape} MemoryStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.MemoryStat & containerd.task.v2.MemoryStat.$Shape;

                /**
                 * Gets the type url for MemoryStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MemoryStat {

                /** Properties of a MemoryStat. */
                interface $Properties {

                    /** MemoryStat anon */
                    anon?: (number|null);

                    /** MemoryStat file */
                    file?: (number|null);

                    /** MemoryStat kernelStack */
                    kernelStack?: (number|null);

                    /** MemoryStat slab */
                    slab?: (number|null);

                    /** MemoryStat sock */
                    sock?: (number|null);

                    /** MemoryStat shmem */
                    shmem?: (number|null);

                    /** MemoryStat fileMapped */
                    fileMapped?: (number|null);

                    /** MemoryStat fileDirty */
                    fileDirty?: (number|null);

                    /** MemoryStat fileWriteback */
                    fileWriteback?: (number|null);

                    /** MemoryStat anonThp */
                    anonThp?: (number|null);

                    /** MemoryStat inactiveAnon */
                    inactiveAnon?: (number|null);

                    /** MemoryStat activeAnon */
                    activeAnon?: (number|null);

                    /** MemoryStat inactiveFile */
                    inactiveFile?: (number|null);

                    /** MemoryStat activeFile */
                    activeFile?: (number|null);

                    /** MemoryStat unevictable */
                    unevictable?: (number|null);

                    /** MemoryStat slabReclaimable */
                    slabReclaimable?: (number|null);

                    /** MemoryStat slabUnreclaimable */
                    slabUnreclaimable?: (number|null);

                    /** MemoryStat pgfault */
                    pgfault?: (number|null);

                    /** MemoryStat pgmajfault */
                    pgmajfault?: (number|null);

                    /** MemoryStat usage */
                    usage?: (number|null);

                    /** MemoryStat usageLimit */
                    usageLimit?: (number|null);

                    /** MemoryStat swapUsage */
                    swapUsage?: (number|null);

                    /** MemoryStat swapLimit */
                    swapLimit?: (number|null);

                    /** MemoryStat maxUsage */
                    maxUsage?: (number|null);

                    /** MemoryStat psi */
                    psi?: (containerd.task.v2.PSIStats.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a MemoryStat. */
                type $Shape = containerd.task.v2.MemoryStat.$Properties;
            }

            /**
             * Properties of a IOStat.
             * @deprecated Use containerd.task.v2.IOStat.$Properties instead.
             */
            interface IIOStat extends containerd.task.v2.IOStat.$Properties {
            }

            /** Represents a IOStat. */
            class IOStat {

                /**
                 * Constructs a new IOStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.IOStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** IOStat usage. */
                usage: containerd.task.v2.IOEntry.$Properties[];

                /** IOStat psi. */
                psi?: (containerd.task.v2.PSIStats.$Properties|null);

                /**
                 * Creates a new IOStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns IOStat instance
                 */
                static create(properties: containerd.task.v2.IOStat.$Shape): containerd.task.v2.IOStat & containerd.task.v2.IOStat.$Shape;
                static create(properties?: containerd.task.v2.IOStat.$Properties): containerd.task.v2.IOStat;

                /**
                 * Encodes the specified IOStat message. Does not implicitly {@link containerd.task.v2.IOStat.verify|verify} messages.
                 * @param message IOStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.IOStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a IOStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.IOStat & containerd.task.v2.IOStat.$Shape} IOStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.IOStat & containerd.task.v2.IOStat.$Shape;

                /**
                 * Gets the type url for IOStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace IOStat {

                /** Properties of a IOStat. */
                interface $Properties {

                    /** IOStat usage */
                    usage?: (containerd.task.v2.IOEntry.$Properties[]|null);

                    /** IOStat psi */
                    psi?: (containerd.task.v2.PSIStats.$Properties|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a IOStat. */
                type $Shape = containerd.task.v2.IOStat.$Properties;
            }

            /**
             * Properties of a IOEntry.
             * @deprecated Use containerd.task.v2.IOEntry.$Properties instead.
             */
            interface IIOEntry extends containerd.task.v2.IOEntry.$Properties {
            }

            /** Represents a IOEntry. */
            class IOEntry {

                /**
                 * Constructs a new IOEntry.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.IOEntry.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** IOEntry major. */
                major: number;

                /** IOEntry minor. */
                minor: number;

                /** IOEntry rbytes. */
                rbytes: number;

                /** IOEntry wbytes. */
                wbytes: number;

                /** IOEntry rios. */
                rios: number;

                /** IOEntry wios. */
                wios: number;

                /**
                 * Creates a new IOEntry instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns IOEntry instance
                 */
                static create(properties: containerd.task.v2.IOEntry.$Shape): containerd.task.v2.IOEntry & containerd.task.v2.IOEntry.$Shape;
                static create(properties?: containerd.task.v2.IOEntry.$Properties): containerd.task.v2.IOEntry;

                /**
                 * Encodes the specified IOEntry message. Does not implicitly {@link containerd.task.v2.IOEntry.verify|verify} messages.
                 * @param message IOEntry message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.IOEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a IOEntry message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.IOEntry & containerd.task.v2.IOEntry.$Shape} IOEntry
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.IOEntry & containerd.task.v2.IOEntry.$Shape;

                /**
                 * Gets the type url for IOEntry
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace IOEntry {

                /** Properties of a IOEntry. */
                interface $Properties {

                    /** IOEntry major */
                    major?: (number|null);

                    /** IOEntry minor */
                    minor?: (number|null);

                    /** IOEntry rbytes */
                    rbytes?: (number|null);

                    /** IOEntry wbytes */
                    wbytes?: (number|null);

                    /** IOEntry rios */
                    rios?: (number|null);

                    /** IOEntry wios */
                    wios?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a IOEntry. */
                type $Shape = containerd.task.v2.IOEntry.$Properties;
            }

            /**
             * Properties of a MemoryEvents.
             * @deprecated Use containerd.task.v2.MemoryEvents.$Properties instead.
             */
            interface IMemoryEvents extends containerd.task.v2.MemoryEvents.$Properties {
            }

            /** Represents a MemoryEvents. */
            class MemoryEvents {

                /**
                 * Constructs a new MemoryEvents.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.MemoryEvents.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** MemoryEvents low. */
                low: number;

                /** MemoryEvents high. */
                high: number;

                /** MemoryEvents max. */
                max: number;

                /** MemoryEvents oom. */
                oom: number;

                /** MemoryEvents oomKill. */
                oomKill: number;

                /**
                 * Creates a new MemoryEvents instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns MemoryEvents instance
                 */
                static create(properties: containerd.task.v2.MemoryEvents.$Shape): containerd.task.v2.MemoryEvents & containerd.task.v2.MemoryEvents.$Shape;
                static create(properties?: containerd.task.v2.MemoryEvents.$Properties): containerd.task.v2.MemoryEvents;

                /**
                 * Encodes the specified MemoryEvents message. Does not implicitly {@link containerd.task.v2.MemoryEvents.verify|verify} messages.
                 * @param message MemoryEvents message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.MemoryEvents.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a MemoryEvents message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.MemoryEvents & containerd.task.v2.MemoryEvents.$Shape} MemoryEvents
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.MemoryEvents & containerd.task.v2.MemoryEvents.$Shape;

                /**
                 * Gets the type url for MemoryEvents
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace MemoryEvents {

                /** Properties of a MemoryEvents. */
                interface $Properties {

                    /** MemoryEvents low */
                    low?: (number|null);

                    /** MemoryEvents high */
                    high?: (number|null);

                    /** MemoryEvents max */
                    max?: (number|null);

                    /** MemoryEvents oom */
                    oom?: (number|null);

                    /** MemoryEvents oomKill */
                    oomKill?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a MemoryEvents. */
                type $Shape = containerd.task.v2.MemoryEvents.$Properties;
            }

            /**
             * Properties of a NetworkStat.
             * @deprecated Use containerd.task.v2.NetworkStat.$Properties instead.
             */
            interface INetworkStat extends containerd.task.v2.NetworkStat.$Properties {
            }

            /** Represents a NetworkStat. */
            class NetworkStat {

                /**
                 * Constructs a new NetworkStat.
                 * @param [properties] Properties to set
                 */
                constructor(properties?: containerd.task.v2.NetworkStat.$Properties);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];

                /** NetworkStat name. */
                name: string;

                /** NetworkStat rxBytes. */
                rxBytes: number;

                /** NetworkStat rxPackets. */
                rxPackets: number;

                /** NetworkStat rxErrors. */
                rxErrors: number;

                /** NetworkStat rxDropped. */
                rxDropped: number;

                /** NetworkStat txBytes. */
                txBytes: number;

                /** NetworkStat txPackets. */
                txPackets: number;

                /** NetworkStat txErrors. */
                txErrors: number;

                /** NetworkStat txDropped. */
                txDropped: number;

                /**
                 * Creates a new NetworkStat instance using the specified properties.
                 * @param [properties] Properties to set
                 * @returns NetworkStat instance
                 */
                static create(properties: containerd.task.v2.NetworkStat.$Shape): containerd.task.v2.NetworkStat & containerd.task.v2.NetworkStat.$Shape;
                static create(properties?: containerd.task.v2.NetworkStat.$Properties): containerd.task.v2.NetworkStat;

                /**
                 * Encodes the specified NetworkStat message. Does not implicitly {@link containerd.task.v2.NetworkStat.verify|verify} messages.
                 * @param message NetworkStat message or plain object to encode
                 * @param [writer] Writer to encode to
                 * @returns Writer
                 */
                static encode(message: containerd.task.v2.NetworkStat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

                /**
                 * Decodes a NetworkStat message from the specified reader or buffer.
                 * @param reader Reader or buffer to decode from
                 * @param [length] Message length if known beforehand
                 * @returns {containerd.task.v2.NetworkStat & containerd.task.v2.NetworkStat.$Shape} NetworkStat
                 * @throws {Error} If the payload is not a reader or valid buffer
                 * @throws {$protobuf.util.ProtocolError} If required fields are missing
                 */
                static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): containerd.task.v2.NetworkStat & containerd.task.v2.NetworkStat.$Shape;

                /**
                 * Gets the type url for NetworkStat
                 * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
                 * @returns The type url
                 */
                static getTypeUrl(prefix?: string): string;
            }

            namespace NetworkStat {

                /** Properties of a NetworkStat. */
                interface $Properties {

                    /** NetworkStat name */
                    name?: (string|null);

                    /** NetworkStat rxBytes */
                    rxBytes?: (number|null);

                    /** NetworkStat rxPackets */
                    rxPackets?: (number|null);

                    /** NetworkStat rxErrors */
                    rxErrors?: (number|null);

                    /** NetworkStat rxDropped */
                    rxDropped?: (number|null);

                    /** NetworkStat txBytes */
                    txBytes?: (number|null);

                    /** NetworkStat txPackets */
                    txPackets?: (number|null);

                    /** NetworkStat txErrors */
                    txErrors?: (number|null);

                    /** NetworkStat txDropped */
                    txDropped?: (number|null);

                    /** Unknown fields preserved while decoding when enabled */
                    $unknowns?: Uint8Array[];
                }

                /** Shape of a NetworkStat. */
                type $Shape = containerd.task.v2.NetworkStat.$Properties;
            }
        }
    }
}
