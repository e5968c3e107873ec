//! The link to the host: dial, preamble, serve, for ever. Which bytes are sent first stands in
//! docs/protocol.md; `preamble` is the codec, `stream` the channel.

pub mod preamble;
pub mod stream;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use crate::{agent::Agent, boot, debug, services, timeline, warning};
use preamble::{DISCARD_LIMIT, HostHello, Secret, Verdict};
use stream::{Channel, Handover, Session};

/// The vsock port that the guest dials, and the number in the serial port's name.
pub const PORT: u32 = 19523;
/// The serial port's name.
pub const SERIAL_NAME: &str = "lcow.19523";
/// How long the rest of a hello may take.
const HELLO_LIMIT: Duration = Duration::from_secs(30);
/// How long a socket's host may say nothing at all. It is asked every two seconds (`services::serve`), and HTTP/2
/// gives up one that does not answer; but it does so by a last frame, which waits for ever where the socket is full.
const SILENCE_LIMIT: Duration = Duration::from_secs(10);
/// How long to wait before dialling vsock again.
const REDIAL: Duration = Duration::from_millis(100);

/// Where the link goes.
#[derive(Debug, Clone)]
pub enum Route {
    Serial(String),
    Vsock,
}

/// Dials and serves until the VM ends.
pub async fn run(agent: Arc<Agent>, route: Route) {
    loop {
        let opened = match &route {
            Route::Serial(path) => Channel::serial(path),
            Route::Vsock => tokio::task::spawn_blocking(|| Channel::vsock(PORT))
                .await
                .unwrap_or_else(|error| Err(io::Error::other(error))),
        };
        match opened {
            Ok(channel) => {
                timeline::mark("dial");
                if let Err(error) = sessions(&agent, Arc::new(channel)).await {
                    debug!("the link ended: {error}");
                }
            }
            Err(error) => debug!("cannot dial {route:?}: {error}"),
        }
        tokio::time::sleep(REDIAL).await;
    }
}

/// Serves session after session on one channel; returns when the channel is of no more use.
async fn sessions(agent: &Arc<Agent>, channel: Arc<Channel>) -> io::Result<()> {
    let handover = Arc::new(Mutex::new(Handover::default()));
    loop {
        let hello = next_hello(&channel, &handover).await?;
        let secret = agent.secret();
        let verdict = hello.judge(secret.as_ref());
        channel
            .write_all(&hello.answer(verdict, secret.as_ref()))
            .await?;
        if verdict != Verdict::Accepted {
            warning!("refused a host: {verdict:?}");
            let mut handover = handover.lock().unwrap_or_else(|e| e.into_inner());
            handover.next = handover.scanner.reject(&hello);
            if !channel.reopens() {
                return Err(io::Error::other("refused"));
            }
            continue;
        }
        timeline::mark("link");
        agent.linked();
        serve(agent, &channel, &handover).await;
        if !channel.reopens() {
            return Ok(());
        }
    }
}

/// Seeks the next hello in the channel's bytes.
async fn next_hello(channel: &Channel, handover: &Mutex<Handover>) -> io::Result<HostHello> {
    let mut buffer = vec![0; 4096];
    let mut begun: Option<tokio::time::Instant> = None;
    loop {
        {
            let mut handover = handover.lock().unwrap_or_else(|e| e.into_inner());
            if let Some(hello) = handover.next.take() {
                return Ok(hello);
            }
            let rest = std::mem::take(&mut handover.rest);
            if let Some((hello, taken)) = handover.scanner.feed(&rest) {
                handover.rest = rest[taken..].to_vec();
                return Ok(hello);
            }
            if handover.scanner.discarded() > DISCARD_LIMIT {
                return Err(io::Error::other("4 MiB without a hello"));
            }
            begun = match (handover.scanner.partial(), begun) {
                (true, None) => Some(tokio::time::Instant::now() + HELLO_LIMIT),
                (true, begun) => begun,
                (false, _) => None,
            };
        }
        let read = channel.read(&mut buffer);
        let length = match begun {
            None => read.await?,
            Some(end) => tokio::time::timeout_at(end, read)
                .await
                .map_err(|_| io::Error::other("half a hello for 30 s"))??,
        };
        if length == 0 {
            if !channel.reopens() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            handover
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .scanner
                .reset();
            channel.wait_for_host().await?;
            continue;
        }
        let mut handover = handover.lock().unwrap_or_else(|e| e.into_inner());
        handover.rest.extend_from_slice(&buffer[..length]);
    }
}

/// One HTTP/2 session, until either side ends it.
async fn serve(agent: &Arc<Agent>, channel: &Arc<Channel>, handover: &Arc<Mutex<Handover>>) {
    let ended = Arc::new(Notify::new());
    let keeper = agent.clone();
    let secret: Arc<dyn Fn() -> Option<Secret> + Send + Sync> = Arc::new(move || keeper.secret());
    let session = Session::new(channel.clone(), handover.clone(), secret, ended.clone());
    tokio::select! {
        () = services::serve(agent.clone(), session) => {}
        () = ended.notified() => {}
        () = silence(channel) => debug!("the host says nothing"),
    }
}

/// Ends when the host of a socket has said nothing for too long. A serial port tells when its host went.
async fn silence(channel: &Channel) {
    if channel.reopens() {
        return std::future::pending().await;
    }
    loop {
        let silent = channel.silent();
        if silent >= SILENCE_LIMIT {
            return;
        }
        tokio::time::sleep(SILENCE_LIMIT - silent).await;
    }
}

/// Finds out where the link goes, waiting for a serial port whose controller is there.
pub fn route(uevents: &crate::uevent::Uevents) -> Route {
    let limit = if boot::has_serial_controller() {
        Duration::from_secs(2)
    } else {
        Duration::ZERO
    };
    match uevents.wait_for(limit, || boot::serial_port(SERIAL_NAME)) {
        Some(path) => Route::Serial(path),
        None => Route::Vsock,
    }
}
