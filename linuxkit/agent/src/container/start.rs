//! The start of a created container.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tonic::Status;

use crate::agent::{Agent, lock};
use crate::bounds::{from_failure, from_io};
use crate::zygote::{Failure, init};

/// Starts a created container: its init executes the user's command.
pub async fn start(agent: &Arc<Agent>, id: &str) -> Result<(), Status> {
    let container = agent.container(id)?;
    if container.init.reaped().is_some() || container.started.swap(true, Ordering::AcqRel) {
        return Err(Status::failed_precondition(format!(
            "container {id:?} is {}, not created",
            container.state()
        )));
    }
    let op = format!("start container {id:?}");
    let gate = lock(&container.gate).take();
    match gate {
        None => notify(id),
        Some(mut gate) => gate.write_all(b"s").await,
    }
    .map_err(|error| from_io(&op, &error))?;
    let Some(status) = lock(&container.status).take() else {
        return Ok(());
    };
    // The pipe closes on exec; what comes before is why there was none.
    let mut text = Vec::new();
    let receiver = tokio::net::unix::pipe::Receiver::from_owned_fd_unchecked(nonblocking(status))
        .map_err(|error| from_io(&op, &error))?;
    receiver
        .take(8192)
        .read_to_end(&mut text)
        .await
        .map_err(|error| from_io(&op, &error))?;
    let failure = match text.split_first() {
        Some((&init::REACHED, [])) => return Ok(()),
        None => Failure::other("it ended before its command: a startContainer hook failed"),
        Some((&init::REACHED, said)) => told(said),
        Some(_) => told(&text),
    };
    Err(from_failure(&op, &failure))
}

fn told(text: &[u8]) -> Failure {
    serde_json::from_slice(text)
        .unwrap_or_else(|_| Failure::other("the command could not be executed"))
}

fn nonblocking(fd: OwnedFd) -> OwnedFd {
    // SAFETY: fcntl on an open descriptor.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    fd
}

/// libcontainer's start signal: a connection to the notify socket with these words. The folder's descriptor
/// keeps the address short.
pub(super) fn notify(id: &str) -> std::io::Result<()> {
    use std::io::Write;
    let folder = File::open(format!("{}/{id}", init::STATE))?;
    let path = format!("/proc/self/fd/{}/notify.sock", folder.as_raw_fd());
    std::os::unix::net::UnixStream::connect(path)?.write_all(b"start container")
}
