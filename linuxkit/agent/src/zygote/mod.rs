//! The zygote: a small, single-threaded process forked before the agent has threads or secrets. For each
//! request it forks a worker, which does what must not happen in a process with threads (entering namespaces,
//! cloning containers) and then exits, so that what it made becomes a child of PID 1.
//!
//! Wire: the agent sends one byte with one socket (SCM_RIGHTS) to the zygote; the worker reads its request from
//! that socket, answers on it, and exits when the agent closes it. The agent closes it only after it has noted
//! the pid, so no exit can be reaped before somebody knows whose it is.

mod capabilities;
pub mod exec;
pub mod files;
pub mod init;
pub mod plan;
mod seccomp;
pub mod standby;
mod terminal;
pub mod tree;
mod vfork;
pub mod wire;

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use prost::Message;
use serde::{Deserialize, Serialize};

/// What a worker is asked for.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Descriptors: stdin, stdout, stderr (none with a terminal), then the status pipe's write end.
    Create(init::Create),
    /// Descriptors: stdin, stdout, stderr (none with a terminal).
    /// The bytes of a `plan::Plan`.
    Exec(Vec<u8>),
    /// Descriptor: the pipe that the tar stream is read from or written to.
    Files(files::Files),
}

/// What a worker answers; a terminal's master comes with it as a descriptor.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    Started { pid: i32 },
    Copied { bytes: u64 },
    Found(files::Found),
    Failed(Failure),
}

/// Why a process could not be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    pub cause: Cause,
    pub message: String,
}

/// What kind of failure; decides the status code and the `lcow-cause` metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    ExecNotFound,
    ExecNotPermitted,
    Invalid,
    NotFound,
    Other,
}

impl Failure {
    pub fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self {
            cause,
            message: message.into(),
        }
    }

    pub fn other(message: impl Into<String>) -> Self {
        Self::new(Cause::Other, message)
    }

    /// A failed step of `what`.
    pub fn io(what: &str, error: &io::Error) -> Self {
        Self::other(format!("cannot {what}: {error}"))
    }

    /// The system call that just failed was to do `what`.
    pub fn last(what: &str) -> Self {
        Self::io(what, &io::Error::last_os_error())
    }

    /// A failed execve(2) of `program`.
    pub fn execve(program: &str, error: &io::Error) -> Self {
        let cause = match error.raw_os_error() {
            Some(libc::ENOENT | libc::ENOTDIR) => Cause::ExecNotFound,
            Some(libc::EACCES | libc::EPERM | libc::ENOEXEC | libc::EISDIR | libc::ELOOP) => {
                Cause::ExecNotPermitted
            }
            _ => Cause::Other,
        };
        Self::new(cause, format!("cannot execute {program:?}: {error}"))
    }
}

/// The agent's end of the zygote.
pub struct Control {
    socket: OwnedFd,
    pub pid: i32,
    /// Sockets of the exec servers.
    pub servers: Vec<OwnedFd>,
}

/// Exec servers: as many as may sensibly start processes at once. One that hangs (a program on a dead share) is
/// not waited for by others: what finds no idle server gets a worker.
const SERVERS: usize = 2;

/// Forks the zygote and the exec servers. Call it while the process has one thread.
pub fn fork() -> io::Result<Control> {
    let mut servers = Vec::with_capacity(SERVERS);
    for _ in 0..SERVERS {
        let (ours, theirs) = wire::pair(libc::SOCK_STREAM)?;
        // SAFETY: the process has one thread, so the child may do anything.
        match unsafe { libc::fork() } {
            -1 => return Err(io::Error::last_os_error()),
            0 => {
                drop(ours);
                servers.clear();
                serve_execs(&theirs);
            }
            _ => servers.push(ours),
        }
    }
    let (ours, theirs) = wire::pair(libc::SOCK_SEQPACKET)?;
    // SAFETY: the process has one thread, so the child may do anything.
    let pid = unsafe { libc::fork() };
    match pid {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            drop(ours);
            servers.clear();
            serve(&theirs);
        }
        pid => Ok(Control {
            socket: ours,
            pid,
            servers,
        }),
    }
}

impl Control {
    /// Asks for a worker that serves `socket`.
    pub fn worker(&self, socket: &OwnedFd) -> io::Result<()> {
        wire::send_fds(&self.socket, b"w", &[socket.as_raw_fd()]).map(drop)
    }
}

/// The zygote's life: receive a socket, fork, forget it.
fn serve(control: &OwnedFd) -> ! {
    // SAFETY: single-threaded; literal names.
    unsafe {
        libc::prctl(libc::PR_SET_NAME, c"lcow-zygote".as_ptr());
        // Workers are reaped by the kernel.
        libc::signal(libc::SIGCHLD, libc::SIG_IGN);
    }
    let _ = std::fs::write("/proc/self/oom_score_adj", "-1000");
    loop {
        let mut byte = [0; 1];
        let Ok((length, mut fds)) = wire::recv_fds(control, &mut byte) else {
            continue;
        };
        if length == 0 {
            std::process::exit(0);
        }
        let Some(socket) = fds.pop() else { continue };
        // SAFETY: the zygote has one thread.
        match unsafe { libc::fork() } {
            -1 => {
                let error = io::Error::last_os_error();
                let reply = Reply::Failed(Failure::io("fork a worker", &error));
                let _ = wire::send_reply(&socket, &reply, None);
            }
            0 => {
                // SAFETY: the worker is single-threaded and will not return to `serve`.
                unsafe {
                    libc::close(control.as_raw_fd());
                    libc::signal(libc::SIGCHLD, libc::SIG_DFL);
                    libc::prctl(libc::PR_SET_DUMPABLE, 0);
                }
                work(&socket);
            }
            _ => {}
        }
    }
}

/// An exec server's life: one request after the other on its own socket. Its children are PID 1's.
fn serve_execs(socket: &OwnedFd) -> ! {
    // SAFETY: single-threaded; a literal name.
    unsafe {
        libc::prctl(libc::PR_SET_NAME, c"lcow-exec".as_ptr());
        libc::prctl(libc::PR_SET_DUMPABLE, 0);
    }
    exec::schedule(libc::SCHED_BATCH);
    let Ok(mut starter) = exec::Starter::new(true) else {
        std::process::exit(1);
    };
    loop {
        let Ok((request, fds)) = wire::recv(socket) else {
            std::process::exit(0);
        };
        let done = plan::Plan::decode(&request[..])
            .map_err(|error| Failure::other(format!("cannot read the agent's request: {error}")))
            .and_then(|plan| starter.exec(&plan, &fds));
        let (reply, fd) = match done {
            Ok(done) => done,
            Err(failure) => (Reply::Failed(failure), None),
        };
        drop(fds);
        if wire::send_reply(socket, &reply, fd).is_err() {
            std::process::exit(0);
        }
    }
}

/// A worker's life: one request.
fn work(socket: &OwnedFd) -> ! {
    let outcome = std::panic::catch_unwind(|| {
        let (request, fds) = wire::recv_request(socket)
            .map_err(|error| Failure::io("read the agent's request", &error))?;
        match request {
            Request::Create(create) => init::create(create, fds),
            Request::Exec(plan) => {
                let plan = plan::Plan::decode(&plan[..]).map_err(|error| {
                    Failure::other(format!("cannot read the agent's request: {error}"))
                })?;
                exec::Starter::new(false)
                    .map_err(|error| Failure::io("open a namespace", &error))?
                    .exec(&plan, &fds)
            }
            Request::Files(files) => files::serve(&files, fds).map(|reply| (reply, None)),
        }
    });
    let (reply, fd) = match outcome {
        Ok(Ok(done)) => done,
        Ok(Err(failure)) => (Reply::Failed(failure), None),
        Err(_) => (Reply::Failed(Failure::other("the worker panicked")), None),
    };
    if wire::send_reply(socket, &reply, fd).is_ok() {
        // Waits until the agent has noted the pid.
        let mut byte = [0; 1];
        // SAFETY: a valid one-byte buffer.
        unsafe { libc::read(socket.as_raw_fd(), byte.as_mut_ptr().cast(), 1) };
    }
    // SAFETY: no destructor of this process matters.
    unsafe { libc::_exit(0) }
}

/// A pipe whose ends close on exec: (read, write).
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    // SAFETY: `fds` holds two integers.
    if unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both were just made and belong to nobody else.
    unsafe { Ok((OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1]))) }
}
