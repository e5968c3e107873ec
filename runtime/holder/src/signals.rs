//! Signals as something to be read, instead of interruptions.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

pub struct Signals(OwnedFd);

impl Signals {
    /// Takes these signals: from now on they are read here and do nothing else.
    pub fn take(numbers: impl IntoIterator<Item = i32>) -> io::Result<Self> {
        let flags = libc::SFD_NONBLOCK | libc::SFD_CLOEXEC;
        // SAFETY: the set is initialised before it is read, and the descriptor is new and ours.
        unsafe {
            let mut set = std::mem::zeroed();
            libc::sigemptyset(&mut set);
            for number in numbers {
                libc::sigaddset(&mut set, number);
            }
            let error = libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
            if error != 0 {
                return Err(io::Error::from_raw_os_error(error));
            }
            let fd = libc::signalfd(-1, &set, flags);
            if fd < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Self(OwnedFd::from_raw_fd(fd)))
        }
    }

    /// The next one, where there is one.
    pub fn next(&self) -> Option<i32> {
        let size = size_of::<libc::signalfd_siginfo>();
        // SAFETY: an all-zero signalfd_siginfo is valid, and the kernel writes no more than one.
        unsafe {
            let mut info: libc::signalfd_siginfo = std::mem::zeroed();
            let count = libc::read(self.0.as_raw_fd(), (&raw mut info).cast(), size);
            (count == size as isize).then_some(info.ssi_signo as i32)
        }
    }
}

impl AsRawFd for Signals {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
