//! The network namespace that a process is in.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::statfs::{FsType, fstatfs};

/// Of the file system of namespaces, `NSFS_MAGIC`.
const NSFS: FsType = FsType(0x6e73_6673);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    Host,
    /// A new one, its loopback up.
    New,
    /// The one that a file stands for.
    Path(PathBuf),
}

impl Network {
    pub fn of(text: &str) -> Self {
        match text {
            "host" => Self::Host,
            "new" => Self::New,
            path => Self::Path(path.into()),
        }
    }

    /// Moves this process into it.
    pub fn enter(&self) -> io::Result<()> {
        match self {
            Self::Host => Ok(()),
            Self::New => {
                unshare(CloneFlags::CLONE_NEWNET)
                    .map_err(|error| told("make a network namespace", error))?;
                loopback_up().map_err(|error| told("bring up the loopback", error))
            }
            Self::Path(path) => {
                let what = || format!("join the network namespace {}", path.display());
                // A pipe must not be waited for.
                let file = OpenOptions::new()
                    .read(true)
                    .custom_flags(libc::O_NONBLOCK)
                    .open(path)
                    .map_err(|error| told(&what(), error))?;
                if fstatfs(&file)
                    .map_err(|error| told(&what(), error))?
                    .filesystem_type()
                    != NSFS
                {
                    return Err(io::Error::other(format!("cannot {}: it is none", what())));
                }
                setns(&file, CloneFlags::CLONE_NEWNET).map_err(|error| told(&what(), error))
            }
        }
    }
}

fn told(what: &str, error: impl Into<io::Error>) -> io::Error {
    io::Error::other(format!("cannot {what}: {}", error.into()))
}

fn loopback_up() -> io::Result<()> {
    let flags = SockFlag::SOCK_CLOEXEC;
    let socket = socket(AddressFamily::Inet, SockType::Datagram, flags, None)?;
    // SAFETY: an all-zero ifreq is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    request.ifr_name[0] = b'l' as libc::c_char;
    request.ifr_name[1] = b'o' as libc::c_char;
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: the request is a whole ifreq with a name, and outlives the call.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &request) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
