//! A terminal: made in the container's own devpts, its other end the controlling terminal of the calling process.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::Failure;
use super::plan::Plan;

/// (master, the process's end).
pub fn open(plan: &Plan) -> Result<(OwnedFd, OwnedFd), Failure> {
    let open = |path: &std::ffi::CStr| {
        // SAFETY: a literal path; the result is checked before it is owned.
        let fd = unsafe {
            libc::open(
                path.as_ptr(),
                libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made and belongs to nobody else.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    };
    let master = open(c"/dev/pts/ptmx")
        .or_else(|_| open(c"/dev/ptmx"))
        .map_err(|error| Failure::io("open /dev/pts/ptmx", &error))?;
    let size = libc::winsize {
        ws_row: plan.height as u16,
        ws_col: plan.width as u16,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let unlock: libc::c_int = 0;
    // SAFETY: ioctls on an open terminal with valid arguments; the peer is owned once.
    let slave = unsafe {
        if libc::ioctl(master.as_raw_fd(), libc::TIOCSPTLCK, &raw const unlock) < 0 {
            return Err(Failure::last("unlock the terminal"));
        }
        let fd = libc::ioctl(
            master.as_raw_fd(),
            libc::TIOCGPTPEER,
            libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC,
        );
        if fd < 0 {
            return Err(Failure::last("open the terminal"));
        }
        let slave = OwnedFd::from_raw_fd(fd);
        if plan.width > 0 && plan.height > 0 {
            libc::ioctl(fd, libc::TIOCSWINSZ, &raw const size);
        }
        if libc::ioctl(fd, libc::TIOCSCTTY, 0) < 0 {
            return Err(Failure::last("take the terminal"));
        }
        libc::fchown(fd, plan.uid, u32::MAX);
        slave
    };
    Ok((master, slave))
}
