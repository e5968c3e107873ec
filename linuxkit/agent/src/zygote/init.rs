//! A worker's first job: create a container with libcontainer. Its init then waits for the start signal on
//! libcontainer's notify socket; when it executes, or cannot, it says so on the status pipe.

use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::path::Path;

use libcontainer::container::builder::ContainerBuilder;
use libcontainer::oci_spec::runtime::Spec;
use libcontainer::syscall::syscall::SyscallType;
use libcontainer::workload::{
    Executor, ExecutorError, ExecutorSetEnvsError, ExecutorValidationError,
};
use serde::{Deserialize, Serialize};

use super::{Cause, Failure, Reply, standby, wire};
use crate::lookup;

/// libcontainer's own state, one folder a container.
pub const STATE: &str = "/run/lcow/rt";

/// What init writes on its status pipe when it is about to execute: an end without it is one before the command.
pub const REACHED: u8 = b'+';

#[derive(Debug, Serialize, Deserialize)]
pub struct Create {
    pub id: String,
    /// Folder that holds config.json, complete and edited.
    pub bundle: String,
    pub terminal: bool,
    /// Hard limits of a container with a user namespace, in which they cannot be raised.
    #[serde(default)]
    pub limits: Vec<(u32, u64)>,
    /// It is started at once and waits for its container (`standby`); the status pipe is its socket.
    #[serde(default)]
    pub standby: bool,
}

/// Creates the container; the reply carries its pid and the terminal's master.
pub fn create(request: Create, fds: Vec<OwnedFd>) -> Result<(Reply, Option<OwnedFd>), Failure> {
    let mut fds = fds.into_iter();
    let mut next = || {
        fds.next()
            .ok_or_else(|| Failure::other("a descriptor is missing"))
    };
    let _ = std::fs::write("/proc/self/oom_score_adj", "0");
    for (resource, hard) in &request.limits {
        raise(*resource, *hard);
    }
    std::fs::create_dir_all(STATE).map_err(|error| Failure::io("make the state folder", &error))?;
    let mut builder = ContainerBuilder::new(request.id.clone(), SyscallType::default())
        .with_root_path(STATE)
        .map_err(|error| Failure::other(error.to_string()))?;
    let mut console = None;
    if request.terminal {
        let path = Path::new(&request.bundle).join("console");
        let listener =
            listen(&path).map_err(|error| Failure::io("listen for a terminal", &error))?;
        builder = builder.with_console_socket(Some(path));
        console = Some(listener);
    } else {
        builder = builder
            .with_stdin(next()?)
            .with_stdout(next()?)
            .with_stderr(next()?);
    }
    let status = next()?.into_raw_fd();
    let built = builder
        .with_executor(Executable {
            status,
            standby: request.standby,
        })
        .validate_id()
        .map_err(|error| Failure::new(Cause::Invalid, error.to_string()))?
        .as_init(&request.bundle)
        .with_systemd(false)
        .with_detach(true)
        .build();
    let container = built.map_err(|error| Failure::other(chain(&error)))?;
    let pid = container
        .pid()
        .ok_or_else(|| Failure::other("libcontainer gave no pid"))?
        .as_raw();
    let master = match console {
        None => None,
        Some(listener) => Some(
            accept_master(&listener).map_err(|error| Failure::io("receive a terminal", &error))?,
        ),
    };
    Ok((Reply::Started { pid }, master))
}

/// Raises a hard limit of this worker where it is lower; what cannot be raised is told when it is set.
fn raise(resource: u32, hard: u64) {
    // SAFETY: `limit` is readable and writable; a resource that the kernel does not know is an error.
    unsafe {
        let mut limit: libc::rlimit = std::mem::zeroed();
        if libc::getrlimit(resource, &mut limit) == 0 && limit.rlim_max < hard {
            limit.rlim_max = hard;
            libc::setrlimit(resource, &limit);
        }
    }
}

/// An error with all its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let part = cause.to_string();
        if !text.ends_with(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        source = cause.source();
    }
    text
}

fn listen(path: &Path) -> io::Result<OwnedFd> {
    let _ = std::fs::remove_file(path);
    // A container's name may make the path longer than a socket address allows; the folder's descriptor is not.
    let folder = std::fs::File::open(path.parent().unwrap_or(Path::new("/")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let short = format!("/proc/self/fd/{}/{name}", folder.as_raw_fd());
    Ok(std::os::unix::net::UnixListener::bind(short)?.into())
}

fn accept_master(listener: &OwnedFd) -> io::Result<OwnedFd> {
    // SAFETY: accept4(2) on an open listener; the result is checked before it is owned.
    let fd = unsafe {
        libc::accept4(
            listener.as_raw_fd(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            libc::SOCK_CLOEXEC,
        )
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` was just made and belongs to nobody else.
    let peer = unsafe { OwnedFd::from_raw_fd(fd) };
    let mut name = [0; 256];
    let (_, mut fds) = wire::recv_fds(&peer, &mut name)?;
    fds.pop()
        .ok_or_else(|| io::Error::other("no descriptor came"))
}

/// Runs the container's command: environment in the order given, our own lookup, causes on the status pipe.
#[derive(Clone)]
struct Executable {
    status: RawFd,
    standby: bool,
}

impl Executable {
    fn tell(&self, failure: &Failure) {
        if let Ok(text) = serde_json::to_vec(failure) {
            self.write(&text);
        }
    }

    fn write(&self, bytes: &[u8]) {
        // SAFETY: the descriptor is open in this process until exec; it is borrowed, not closed.
        let mut pipe = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(self.status) });
        let _ = pipe.write_all(bytes);
    }
}

/// Finds the program of `spec` from inside its root.
fn program(spec: &Spec) -> Result<(String, Vec<String>, Vec<String>), Failure> {
    let process = spec
        .process()
        .as_ref()
        .ok_or_else(|| Failure::new(Cause::Invalid, "the spec has no process"))?;
    let args = process.args().clone().unwrap_or_default();
    let env = process.env().clone().unwrap_or_default();
    let root = std::fs::File::open("/").map_err(|error| Failure::io("open the root", &error))?;
    let name = args.first().map_or("", String::as_str);
    let cwd = process.cwd().to_string_lossy();
    let path = lookup::find(&root, name, lookup::path_of(&env), &cwd)?;
    Ok((path, args, env))
}

impl Executor for Executable {
    fn validate(&self, spec: &Spec) -> Result<(), ExecutorValidationError> {
        if self.standby {
            return Ok(());
        }
        program(spec).map(drop).map_err(|failure| {
            self.tell(&failure);
            ExecutorValidationError::ArgValidationError(failure.message)
        })
    }

    fn setup_envs(&self, _: HashMap<String, String>) -> Result<(), ExecutorSetEnvsError> {
        Ok(())
    }

    fn exec(&self, spec: &Spec) -> Result<(), ExecutorError> {
        if self.standby {
            standby::serve(self.status);
        }
        let (path, args, env) = program(spec).map_err(|failure| {
            self.tell(&failure);
            ExecutorError::Other(failure.message)
        })?;
        let ready =
            Command::new(&args, &env).and_then(|command| Ok((command, lookup::c_path(&path)?)));
        let failure = match ready {
            Ok((command, c_path)) => {
                self.write(&[REACHED]);
                Failure::execve(&path, &command.exec(&c_path))
            }
            Err(failure) => failure,
        };
        self.tell(&failure);
        Err(ExecutorError::Other(failure.message))
    }
}

/// A command's arguments and environment in the form that execve(2) takes, made before anything is entered: what
/// a child allocates in memory that it shares would be lost there by its exec.
pub struct Command {
    _strings: Vec<CString>,
    args: Vec<*const libc::c_char>,
    env: Vec<*const libc::c_char>,
}

impl Command {
    pub fn new(args: &[String], env: &[String]) -> Result<Self, Failure> {
        let strings = args
            .iter()
            .chain(env)
            .map(|text| CString::new(text.as_str()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Failure::new(Cause::Invalid, "process.args, process.env: a NUL inside"))?;
        // The strings' bytes stay where they are when their list moves.
        let pointers = |list: &[CString]| {
            list.iter()
                .map(|text| text.as_ptr())
                .chain(std::iter::once(std::ptr::null()))
                .collect()
        };
        Ok(Self {
            args: pointers(&strings[..args.len()]),
            env: pointers(&strings[args.len()..]),
            _strings: strings,
        })
    }

    /// execve(2); returns only when it failed.
    pub fn exec(&self, path: &CStr) -> io::Error {
        // SAFETY: both arrays end in a null pointer and point to strings that live until the image is replaced.
        unsafe {
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            libc::execve(path.as_ptr(), self.args.as_ptr(), self.env.as_ptr());
        }
        io::Error::last_os_error()
    }
}
