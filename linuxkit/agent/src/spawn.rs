//! The agent's side of a zygote request: a socket for the worker, the request, the reply, and the moment in
//! which the new pid is noted before the worker may go.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Mutex;
use std::time::Duration;

use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;
use tokio::sync::Semaphore;

use crate::agent::lock;
use crate::zygote::plan::Plan;
use crate::zygote::{Control, Failure, Reply, Request, wire};

/// An answer. A worker lives, and what it made is not yet a child of the agent, until this is dropped.
pub struct Answer {
    pub reply: Reply,
    pub fd: Option<OwnedFd>,
    _worker: Option<UnixStream>,
}

/// How long an exec waits for a server before it gets a worker: longer than a burst of execs takes its turns,
/// short beside a server that hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// The exec servers that have nothing to do.
pub struct Idle {
    servers: Mutex<Vec<UnixStream>>,
    count: Semaphore,
}

impl Idle {
    pub fn new(servers: Vec<OwnedFd>) -> io::Result<Self> {
        let servers: Vec<_> = servers.into_iter().map(stream).collect::<io::Result<_>>()?;
        Ok(Self {
            count: Semaphore::new(servers.len()),
            servers: Mutex::new(servers),
        })
    }

    /// Takes a server away; `put` gives it back.
    async fn take(&self) -> Option<UnixStream> {
        let permit = tokio::time::timeout(PATIENCE, self.count.acquire()).await;
        permit.ok()?.ok()?.forget();
        lock(&self.servers).pop()
    }

    fn put(&self, server: UnixStream) {
        lock(&self.servers).push(server);
        self.count.add_permits(1);
    }
}

pub fn stream(socket: OwnedFd) -> io::Result<UnixStream> {
    let stream = std::os::unix::net::UnixStream::from(socket);
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

/// Sends `request` to a fresh worker and waits for its answer.
pub async fn ask(control: &Control, request: &Request, fds: &[OwnedFd]) -> Result<Answer, Failure> {
    let talk = async {
        let (ours, theirs) = wire::pair(libc::SOCK_STREAM)?;
        control.worker(&theirs)?;
        drop(theirs);
        let mut stream = stream(ours)?;
        let body = serde_json::to_vec(request)?;
        let (reply, fd) = talk(&mut stream, &body, fds).await?;
        Ok(Answer {
            reply,
            fd,
            _worker: Some(stream),
        })
    };
    talk.await
        .map_err(|error: io::Error| Failure::io("reach the worker", &error))
}

/// Sends an exec to an idle server, or to a fresh worker when there is none. The process may have exited, and been
/// reaped, before the answer is read.
pub async fn ask_exec(
    control: &Control,
    idle: &Idle,
    plan: Plan,
    fds: &[OwnedFd],
) -> Result<Answer, Failure> {
    let plan = plan.encode_to_vec();
    let Some(mut server) = idle.take().await else {
        return ask(control, &Request::Exec(plan), fds).await;
    };
    match talk(&mut server, &plan, fds).await {
        Ok((reply, fd)) => {
            idle.put(server);
            Ok(Answer {
                reply,
                fd,
                _worker: None,
            })
        }
        // Its stream is of no more use; the others and the workers are.
        Err(error) => Err(Failure::io("reach the exec server", &error)),
    }
}

/// Sends a message and its descriptors, and waits for the answer.
pub async fn talk(
    stream: &mut UnixStream,
    body: &[u8],
    fds: &[OwnedFd],
) -> io::Result<(Reply, Option<OwnedFd>)> {
    if body.len() > wire::MAX_MESSAGE {
        return Err(io::Error::other("request too long"));
    }
    let fds: Vec<_> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    // Whoever reads needs the processor: it is woken once, with all of a usual message.
    let message = [&wire::head(body.len()), body].concat();
    let sent = wire::send_fds(stream, &message, &fds)?;
    stream.write_all(&message[sent..]).await?;
    let mut buffer = vec![0; 1024];
    let (mut length, mut fds) = stream
        .async_io(Interest::READABLE, || wire::recv_fds(stream, &mut buffer))
        .await?;
    if length == 0 {
        return Err(io::Error::other("it died"));
    }
    if length < 4 {
        length += stream.read_exact(&mut buffer[length..4]).await?;
    }
    let end = 4 + u32::from_le_bytes([buffer[0], buffer[1], buffer[2], buffer[3]]) as usize;
    if end > wire::MAX_MESSAGE || length > end {
        return Err(io::Error::other(format!("an answer of {end} bytes")));
    }
    buffer.resize(end, 0);
    stream.read_exact(&mut buffer[length..]).await?;
    Ok((serde_json::from_slice(&buffer[4..])?, fds.pop()))
}
