//! Waiting for many descriptors at once: a list that is made anew for each wait, as it is short.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

/// Descriptors to wait for, and what each is to whoever waits.
pub struct Poll<T> {
    list: Vec<libc::pollfd>,
    tokens: Vec<T>,
}

impl<T: Copy> Poll<T> {
    pub fn new() -> Self {
        Self {
            list: Vec::new(),
            tokens: Vec::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn clear(&mut self) {
        self.list.clear();
        self.tokens.clear();
    }

    /// Wanting neither still tells of an end.
    pub fn add(&mut self, fd: &impl AsRawFd, read: bool, write: bool, token: T) {
        let fd: RawFd = fd.as_raw_fd();
        let read = if read { libc::POLLIN } else { 0 };
        let events = read | if write { libc::POLLOUT } else { 0 };
        self.list.push(libc::pollfd {
            fd,
            events,
            revents: 0,
        });
        self.tokens.push(token);
    }

    /// Waits until one is ready, or the moment has come.
    pub fn wait(&mut self, until: Option<Instant>) -> io::Result<()> {
        let timeout = match until {
            None => -1,
            Some(moment) => {
                let left = moment.saturating_duration_since(Instant::now());
                // Rounded up: never a little too early, over and over.
                let ms = (left + Duration::from_micros(999)).as_millis();
                i32::try_from(ms).unwrap_or(i32::MAX)
            }
        };
        let count = self.list.len() as libc::nfds_t;
        // SAFETY: the list is ours and as long as it says.
        let result = unsafe { libc::poll(self.list.as_mut_ptr(), count, timeout) };
        if result < 0 {
            let error = io::Error::last_os_error();
            for entry in &mut self.list {
                entry.revents = 0;
            }
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        Ok(())
    }

    /// What is ready, and whether to be read from (an end is) or only to be written to.
    pub fn ready(&self) -> Vec<(T, bool)> {
        let ended = libc::POLLHUP | libc::POLLERR | libc::POLLNVAL;
        self.list
            .iter()
            .zip(&self.tokens)
            .filter(|(entry, _)| entry.revents != 0)
            .map(|(entry, &token)| (token, entry.revents & (libc::POLLIN | ended) != 0))
            .collect()
    }
}
