//! A container: its init, its execs, its state. The host's state machine stands in runtime/task; here is what the
//! kernel and libcontainer must be told (`create`, `start`, `exec`) and what must be taken back (`delete`).

mod create;
mod delete;
mod exec;
mod standby;
mod start;

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use oci_spec::runtime::Process as SpecProcess;
use tokio::net::UnixStream;
use tonic::Status;

use crate::bounds::{self, from_failure, from_io, invalid};
use crate::cgroup;
use crate::process::Process;
use crate::proto::Stdio;
use crate::storage::Mounted;
use crate::zygote::{Cause, Failure, Reply};

pub use create::{ImageContainer, create, create_of_image};
pub use delete::{delete, delete_exec};
pub use exec::exec;
pub use standby::{Standby, prepare};
pub use start::start;

pub struct Container {
    pub id: String,
    pub rootfs: String,
    /// Of the image itself: its host neither made it nor answers for it.
    pub image: bool,
    pub init: Arc<Process>,
    pub execs: Mutex<HashMap<String, Arc<Process>>>,
    pub started: AtomicBool,
    pub paused: AtomicBool,
    /// The read end of the pipe on which init says why it could not execute.
    status: Mutex<Option<OwnedFd>>,
    /// Of one that was made of a standby: a byte on it starts the command.
    gate: Mutex<Option<UnixStream>>,
    user_namespace: bool,
    process: SpecProcess,
    /// Its profile as JSON; empty for none.
    seccomp: Vec<u8>,
    mounts: Mutex<Vec<Mounted>>,
    /// Looked at with every exit; open, because finding it costs more than reading it.
    memory_events: Option<File>,
}

/// Where the agent keeps a container's bundle.
pub fn bundle(id: &str) -> String {
    format!("/run/lcow/c/{id}")
}

impl Container {
    /// "created", "running", "paused" or "stopped".
    pub fn state(&self) -> &'static str {
        if self.init.reaped().is_some() {
            "stopped"
        } else if self.paused.load(Ordering::Acquire) {
            "paused"
        } else if self.started.load(Ordering::Acquire) {
            "running"
        } else {
            "created"
        }
    }

    /// How many of its processes the kernel killed for want of memory.
    pub fn oom_kills(&self) -> u64 {
        self.memory_events.as_ref().map_or(0, cgroup::oom_kills_of)
    }

    /// The root as the container sees it while it lives, else its rootfs.
    pub fn root(&self) -> String {
        if self.init.reaped().is_none() {
            format!("/proc/{}/root", self.init.pid())
        } else {
            self.rootfs.clone()
        }
    }
}

/// Checks a `Stdio` of the host.
pub fn check_stdio(stdio: Option<Stdio>) -> Result<Stdio, Status> {
    let stdio = stdio.unwrap_or_default();
    if stdio.terminal && stdio.stderr {
        return Err(invalid(
            "stdio.stderr",
            "true, with a terminal it must be false",
        ));
    }
    bounds::at_most("stdio.width", stdio.width.into(), 65535)?;
    bounds::at_most("stdio.height", stdio.height.into(), 65535)?;
    Ok(stdio)
}

/// Signals one process that we have not reaped.
pub fn signal_process(process: &Process, signal: i32) -> Result<(), Status> {
    if process.reaped().is_some() || process.pid() <= 0 {
        return Err(Status::not_found("the process has exited"));
    }
    // SAFETY: the pid is ours until we reap it, and reaping happens on this thread's runtime.
    if unsafe { libc::kill(process.pid(), signal) } < 0 {
        let error = std::io::Error::last_os_error();
        if error.raw_os_error() == Some(libc::ESRCH) {
            return Err(Status::not_found("the process has exited"));
        }
        return Err(from_io("signal the process", &error));
    }
    Ok(())
}

/// A failure of the worker that is not about the command.
pub fn refused(op: &str, reply: Reply) -> Status {
    match reply {
        Reply::Failed(failure) => from_failure(op, &failure),
        _ => from_failure(
            op,
            &Failure::new(Cause::Other, "an answer to another question"),
        ),
    }
}
