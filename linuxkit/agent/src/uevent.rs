//! Kernel events about devices (netlink, NETLINK_KOBJECT_UEVENT). Their content is not read: whoever waits for
//! a device looks at sysfs again when anything was added, so that no event can be missed or misread.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::Interest;
use tokio::sync::watch;

/// The socket, open from before the first module is loaded.
pub struct Uevents {
    socket: OwnedFd,
}

impl Uevents {
    /// Opens the socket and joins the kernel's group.
    pub fn open() -> std::io::Result<Self> {
        // SAFETY: plain socket(2); the result is checked before it is owned.
        let fd = unsafe {
            libc::socket(
                libc::AF_NETLINK,
                libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK,
                libc::NETLINK_KOBJECT_UEVENT,
            )
        };
        if fd < 0 {
            return Err(std::io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made and belongs to nobody else.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        // SAFETY: an all-zero sockaddr_nl is valid; the fields that matter are set below.
        let mut address: libc::sockaddr_nl = unsafe { std::mem::zeroed() };
        address.nl_family = libc::AF_NETLINK as u16;
        address.nl_groups = 1;
        // SAFETY: the pointer and the length describe `address`, which outlives the call.
        let result = unsafe {
            libc::bind(
                fd,
                (&raw const address).cast(),
                size_of::<libc::sockaddr_nl>() as u32,
            )
        };
        if result < 0 {
            return Err(std::io::Error::last_os_error());
        }
        Ok(Self { socket })
    }

    /// Blocks until `ready` gives something or `limit` passes; looks again after every event.
    pub fn wait_for<T>(&self, limit: Duration, mut ready: impl FnMut() -> Option<T>) -> Option<T> {
        let end = Instant::now() + limit;
        loop {
            if let Some(found) = ready() {
                return Some(found);
            }
            let left = end.checked_duration_since(Instant::now())?;
            let mut poll = libc::pollfd {
                fd: self.socket.as_raw_fd(),
                events: libc::POLLIN,
                revents: 0,
            };
            // SAFETY: one valid pollfd for the duration of the call.
            unsafe { libc::poll(&mut poll, 1, left.as_millis() as i32 + 1) };
            self.drain();
        }
    }

    /// Reads and drops what is queued; whether there was anything.
    fn drain(&self) -> bool {
        let mut buffer = [0u8; 4096];
        let mut any = false;
        loop {
            // SAFETY: the buffer is valid for its length. An overrun (ENOBUFS) also means "something happened".
            let length = unsafe {
                libc::recv(
                    self.socket.as_raw_fd(),
                    buffer.as_mut_ptr().cast(),
                    buffer.len(),
                    0,
                )
            };
            if length < 0 {
                let error = std::io::Error::last_os_error();
                match error.raw_os_error() {
                    Some(libc::ENOBUFS) => any = true,
                    Some(libc::EINTR) => {}
                    _ => return any,
                }
            } else {
                any = true;
            }
        }
    }

    /// Hands the socket to the runtime: a task bumps the returned channel at every batch of events.
    pub fn spawn(self) -> std::io::Result<Devices> {
        let (sender, receiver) = watch::channel(0u64);
        let socket = crate::readiness::of(self, Interest::READABLE)?;
        tokio::spawn(async move {
            while let Ok(mut guard) = socket.readable().await {
                guard.clear_ready();
                if socket.get_ref().drain() {
                    sender.send_modify(|count| *count += 1);
                }
            }
        });
        Ok(Devices {
            changes: Arc::new(receiver),
        })
    }
}

impl AsRawFd for Uevents {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.socket.as_raw_fd()
    }
}

impl AsFd for Uevents {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Lets tasks wait until the kernel's devices changed.
#[derive(Clone)]
pub struct Devices {
    changes: Arc<watch::Receiver<u64>>,
}

impl Devices {
    /// Waits until `ready` gives something, looking again after every change; `None` when `limit` passed.
    pub async fn wait_for<T>(
        &self,
        limit: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let mut changes = (*self.changes).clone();
        changes.mark_unchanged();
        let search = async {
            loop {
                if let Some(found) = ready() {
                    return Some(found);
                }
                if changes.changed().await.is_err() {
                    return None;
                }
            }
        };
        tokio::time::timeout(limit, search).await.ok().flatten()
    }
}
