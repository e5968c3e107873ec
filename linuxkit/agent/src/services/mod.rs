//! The gRPC services of proto/agent.proto over one stream. One file a service; here is only who gets which call.

mod containers;
mod debug;
mod events;
mod execs;
mod files;
mod network;
mod storage;
mod streams;
mod vm;

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio_stream::StreamExt;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, http};
use tonic::server::NamedService;
use tonic::transport::Server;

use crate::agent::Agent;
use crate::bounds::MAX_MESSAGE;
use crate::link::stream::Session;
use crate::proto::{
    containers_server::ContainersServer, debug_server::DebugServer, events_server::EventsServer,
    files_server::FilesServer, network_server::NetworkServer, storage_server::StorageServer,
    streams_server::StreamsServer, vm_server::VmServer,
};

/// HTTP/2 window of one stream and of the connection: a call's bytes are bounded by its own window of 1 MiB.
const STREAM_WINDOW: u32 = 2 << 20;
const CONNECTION_WINDOW: u32 = 16 << 20;

/// How often a silent host is asked whether it is there, and how long it may think about it.
const PROBE: Duration = Duration::from_secs(2);
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// A handle that the generated services own.
#[derive(Clone)]
pub struct Handler(Arc<Agent>);

impl std::ops::Deref for Handler {
    type Target = Arc<Agent>;
    fn deref(&self) -> &Arc<Agent> {
        &self.0
    }
}

/// Serves one session; returns when it cannot go on (the caller also watches the stream itself).
pub async fn serve(agent: Arc<Agent>, session: Session) {
    // A serial port tells when its host went; a socket to a host that was killed may not.
    let probe = (!session.reopens()).then_some(PROBE);
    let incoming = tokio_stream::once(Ok::<_, Infallible>(session)).chain(tokio_stream::pending());
    let served = Server::builder()
        .http2_keepalive_interval(probe)
        .http2_keepalive_timeout(Some(PROBE_LIMIT))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_concurrent_streams(4096)
        .serve_with_incoming(Dispatch::new(agent), incoming)
        .await;
    if let Err(error) = served {
        crate::debug!("the session ended: {error}");
    }
}

/// All services; a call goes to the one that its path names.
#[derive(Clone)]
struct Dispatch {
    vm: VmServer<Handler>,
    storage: StorageServer<Handler>,
    network: NetworkServer<Handler>,
    containers: ContainersServer<Handler>,
    streams: StreamsServer<Handler>,
    events: EventsServer<Handler>,
    files: FilesServer<Handler>,
    debug: DebugServer<Handler>,
}

impl Dispatch {
    fn new(agent: Arc<Agent>) -> Self {
        let handler = Handler(agent);
        macro_rules! limited {
            ($server:ident) => {
                $server::new(handler.clone())
                    .max_decoding_message_size(MAX_MESSAGE)
                    .max_encoding_message_size(MAX_MESSAGE)
            };
        }
        Self {
            vm: limited!(VmServer),
            storage: limited!(StorageServer),
            network: limited!(NetworkServer),
            containers: limited!(ContainersServer),
            streams: limited!(StreamsServer),
            events: limited!(EventsServer),
            files: limited!(FilesServer),
            debug: limited!(DebugServer),
        }
    }
}

impl Service<http::Request<Body>> for Dispatch {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = request
            .uri()
            .path()
            .split('/')
            .nth(1)
            .unwrap_or("")
            .to_owned();
        macro_rules! offer {
            ($($field:ident: $server:ident),*) => {
                $(if service == <$server<Handler> as NamedService>::NAME {
                    return self.$field.call(request);
                })*
            };
        }
        offer!(
            vm: VmServer,
            storage: StorageServer,
            network: NetworkServer,
            containers: ContainersServer,
            streams: StreamsServer,
            events: EventsServer,
            files: FilesServer,
            debug: DebugServer
        );
        Box::pin(async move {
            let status = tonic::Status::unimplemented(format!("no service {service:?}"));
            Ok(status.into_http())
        })
    }
}
