//! The agent's side of a zygote request: a socket for the worker, the request, the reply, and the moment in
//! which the new pid is noted before the worker may go.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::UnixStream;

use crate::zygote::{Control, Failure, Reply, Request, wire};

/// A worker's answer. The worker lives, and what it made is not yet a child of the agent, until this is dropped.
pub struct Answer {
    pub reply: Reply,
    pub fd: Option<OwnedFd>,
    _worker: UnixStream,
}

/// Sends `request` to a fresh worker and waits for its answer.
pub async fn ask(control: &Control, request: &Request, fds: &[OwnedFd]) -> Result<Answer, Failure> {
    talk(control, request, fds)
        .await
        .map_err(|error| Failure::io("reach the worker", &error))
}

async fn talk(control: &Control, request: &Request, fds: &[OwnedFd]) -> io::Result<Answer> {
    let body = serde_json::to_vec(request)?;
    if body.len() > wire::MAX_MESSAGE {
        return Err(io::Error::other("request too long"));
    }
    let (ours, theirs) = wire::pair(libc::SOCK_STREAM)?;
    control.worker(&theirs)?;
    drop(theirs);
    let fds: Vec<_> = fds.iter().map(AsRawFd::as_raw_fd).collect();
    wire::send_fds(&ours, &wire::head(body.len()), &fds)?;
    let stream = std::os::unix::net::UnixStream::from(ours);
    stream.set_nonblocking(true)?;
    let mut stream = UnixStream::from_std(stream)?;
    stream.write_all(&body).await?;
    let mut head = [0; 4];
    let (length, mut fds) = stream
        .async_io(Interest::READABLE, || wire::recv_fds(&stream, &mut head))
        .await?;
    if length == 0 {
        return Err(io::Error::other("the worker died"));
    }
    stream.read_exact(&mut head[length..]).await?;
    let length = u32::from_le_bytes(head) as usize;
    if length > wire::MAX_MESSAGE {
        return Err(io::Error::other("answer too long"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok(Answer {
        reply: serde_json::from_slice(&body)?,
        fd: fds.pop(),
        _worker: stream,
    })
}
