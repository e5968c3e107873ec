//! Registration of owned descriptors with the runtime's poller, in one place because it is unsafe.

use std::io;
use std::os::fd::{AsFd, AsRawFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Watches `fd` for `interest`.
pub fn of<T: AsFd + AsRawFd>(fd: T, interest: Interest) -> io::Result<AsyncFd<T>> {
    // SAFETY: `T: AsFd` owns or borrows an open descriptor for as long as it lives, the result owns the `T` and
    // deregisters before it drops it, and every `T` used here always gives the same descriptor.
    let watched = unsafe { AsyncFd::register_with_interest(fd, interest) };
    watched.map_err(io::Error::from)
}
