//! A process's bytes: numbered, held until acknowledged, with a window of 1 MiB each way.
//!
//! Output is read into the window only while there is room, so a slow host stalls its process and nothing else.
//! After an exit a stream is over at its end of file, or once it was silent for 100 ms: a background grandchild
//! may hold it open for ever. What comes later is read and dropped, so that the grandchild is not killed by it.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{Notify, watch};

use crate::ring::Ring;

/// Unacknowledged bytes of a stream.
pub const WINDOW: usize = 1 << 20;
/// The same of one that is carried over a port of its own: what the host takes while an acknowledgement is under way.
pub const WIDE_WINDOW: usize = 4 << 20;
/// Pipe of a process whose stdout is carried: it writes much before it waits, and is read in few pieces.
const WIDE_PIPE: usize = 1 << 20;
/// Bytes in one frame.
pub const MAX_FRAME: usize = 64 * 1024;
/// How long an exited process's open stream may be silent before it counts as drained.
const SILENCE: Duration = Duration::from_millis(100);

/// Bytes with the number of the first.
#[derive(Debug)]
pub struct Window {
    base: u64,
    data: Ring,
    limit: usize,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            base: 0,
            data: Ring::default(),
            limit: WINDOW,
        }
    }
}

impl Window {
    /// Number of the byte after the last.
    pub fn end(&self) -> u64 {
        self.base + self.data.len() as u64
    }

    /// Number of the first byte held.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// Whether anything is not acknowledged.
    pub fn is_held(&self) -> bool {
        self.data.len() > 0
    }

    /// How many bytes may still be put in.
    pub fn room(&self) -> usize {
        self.limit.saturating_sub(self.data.len())
    }

    /// Appends; the caller has asked for room.
    pub fn push(&mut self, bytes: &[u8]) {
        self.data.push(bytes);
    }

    /// Drops everything below `offset`, which must lie in what is held or before it.
    pub fn acknowledge(&mut self, offset: u64) -> Result<(), String> {
        if offset > self.end() {
            return Err(format!(
                "{offset} is beyond {}, the last byte sent",
                self.end()
            ));
        }
        if offset > self.base {
            self.data.consume((offset - self.base) as usize);
            self.base = offset;
            // One that carries much will soon need it again.
            if self.limit == WINDOW && self.data.capacity() > MAX_FRAME {
                self.data.release();
            }
        }
        Ok(())
    }

    /// Up to `limit` bytes from `offset`, which must lie in what is held.
    pub fn read(&self, offset: u64, limit: usize) -> Bytes {
        let front = self.slice(offset);
        let front = &front[..front.len().min(limit)];
        let back = self.slice(offset + front.len() as u64);
        let back = &back[..back.len().min(limit - front.len())];
        if back.is_empty() {
            return Bytes::copy_from_slice(front);
        }
        [front, back].concat().into()
    }

    /// What is held from `offset` on, as far as it lies in one piece.
    pub fn slice(&self, offset: u64) -> &[u8] {
        self.data.slice(offset.saturating_sub(self.base) as usize)
    }
}

/// stdout or stderr of a process.
#[derive(Default)]
pub struct Output {
    window: Mutex<Window>,
    /// Told to the pump when there is room again.
    room: Notify,
    /// Told to the session when there is something to send.
    data: Notify,
}

impl Output {
    pub fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Waits until the pump has put something in.
    pub async fn data(&self) {
        self.data.notified().await;
    }

    /// The host has all bytes below `offset`.
    pub fn acknowledge(&self, offset: u64) -> Result<(), String> {
        self.window().acknowledge(offset)?;
        self.room.notify_one();
        Ok(())
    }

    /// Number of the byte after the last that may be sent in frames.
    pub fn sendable(&self) -> u64 {
        let window = self.window();
        window.end().min(window.base() + WINDOW as u64)
    }

    /// Much comes: more of it is held from now on, and read at a time.
    pub fn widen(&self) {
        self.window().limit = WIDE_WINDOW;
        self.room.notify_one();
    }

    /// Reads into the window what there is, at most `limit` bytes.
    fn fill(&self, fd: &OwnedFd, limit: usize) -> io::Result<usize> {
        let mut window = self.window();
        let limit = limit.min(window.room());
        let spare = window.data.spare(limit);
        // SAFETY: the slice is valid for its length.
        let length = unsafe { libc::read(fd.as_raw_fd(), spare.as_mut_ptr().cast(), spare.len()) };
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        window.data.commit(length as usize);
        Ok(length as usize)
    }

    /// Reads `fd` to its end, or to the silence after `exited` became true; then drops what still comes.
    /// `drained` is called once, when no byte will be added any more.
    pub async fn pump(
        self: Arc<Self>,
        fd: Arc<AsyncFd<OwnedFd>>,
        mut exited: watch::Receiver<bool>,
        drained: impl FnOnce(),
    ) {
        let mut limit = 16 * 1024;
        loop {
            let room = self.window().room();
            if room == 0 {
                self.room.notified().await;
                continue;
            }
            let after_exit = *exited.borrow_and_update();
            let read = fd.async_io(Interest::READABLE, |fd| self.fill(fd, limit));
            let length = if after_exit {
                match tokio::time::timeout(SILENCE, read).await {
                    Ok(length) => length,
                    Err(_) => break,
                }
            } else {
                tokio::select! {
                    length = read => length,
                    _ = exited.changed() => continue,
                }
            };
            match length {
                Ok(length) if length > 0 => {
                    self.data.notify_one();
                    if length == limit && limit < MAX_FRAME {
                        // A busy stream deserves larger reads.
                        limit = MAX_FRAME;
                    }
                    if limit < WIDE_PIPE && self.window().limit == WIDE_WINDOW {
                        limit = WIDE_PIPE;
                        // SAFETY: fcntl on an open descriptor; what is no pipe, or may not grow, stays as it is.
                        unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETPIPE_SZ, WIDE_PIPE) };
                    }
                }
                _ => {
                    drained();
                    self.data.notify_one();
                    return;
                }
            }
        }
        drained();
        self.data.notify_one();
        let mut dropped = vec![0; 4096];
        while let Ok(1..) = read(&fd, &mut dropped).await {}
    }
}

async fn read(fd: &AsyncFd<OwnedFd>, buffer: &mut [u8]) -> io::Result<usize> {
    fd.async_io(Interest::READABLE, |fd| {
        // SAFETY: the buffer is valid for its length.
        let length =
            unsafe { libc::read(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(length as usize)
    })
    .await
}

async fn write(fd: &AsyncFd<OwnedFd>, bytes: &[u8]) -> io::Result<usize> {
    fd.async_io(Interest::WRITABLE, |fd| {
        // SAFETY: the slice is valid for its length.
        let length = unsafe { libc::write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) };
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(length as usize)
    })
    .await
}

/// Where a process's standard input stands.
#[derive(Debug, Default)]
struct Waiting {
    window: Window,
    end: bool,
    closed: bool,
}

/// stdin of a process.
#[derive(Default)]
pub struct Input {
    waiting: Mutex<Waiting>,
    /// Told to the pump.
    data: Notify,
    /// Told to the session.
    progress: Notify,
}

impl Input {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Number of the next byte that is expected from the host.
    pub fn received(&self) -> u64 {
        self.waiting().window.end()
    }

    /// Number of bytes that the process's pipe has taken, and whether it takes no more.
    pub fn taken(&self) -> (u64, bool) {
        let waiting = self.waiting();
        (waiting.window.base(), waiting.closed)
    }

    /// Accepts the bytes at `offset`.
    pub fn push(&self, offset: u64, bytes: &[u8]) -> Result<(), String> {
        let mut waiting = self.waiting();
        if offset != waiting.window.end() {
            return Err(format!(
                "offset {offset}, expected {}",
                waiting.window.end()
            ));
        }
        if waiting.closed {
            // The process reads no more: its bytes are counted and dropped.
            waiting.window.base += bytes.len() as u64;
        } else if waiting.end {
            return Err("bytes after the end".to_owned());
        } else if bytes.len() > waiting.window.room() {
            return Err(format!("more than {WINDOW} bytes without acknowledgement"));
        } else {
            waiting.window.push(bytes);
        }
        drop(waiting);
        self.data.notify_one();
        Ok(())
    }

    /// No more bytes will come.
    pub fn end(&self) {
        self.waiting().end = true;
        self.data.notify_one();
    }

    /// The process is gone, or its end is.
    pub fn close(&self) {
        let mut waiting = self.waiting();
        waiting.closed = true;
        let end = waiting.window.end();
        let _ = waiting.window.acknowledge(end);
        drop(waiting);
        self.data.notify_one();
        self.progress.notify_one();
    }

    /// Waits until `taken` may have changed.
    pub async fn progress(&self) {
        self.progress.notified().await;
    }

    /// Writes what comes into `fd`, and closes it at the end.
    pub async fn pump(self: Arc<Self>, fd: Arc<AsyncFd<OwnedFd>>) {
        loop {
            let (offset, bytes) = {
                let waiting = self.waiting();
                if waiting.closed {
                    return;
                }
                let offset = waiting.window.base();
                let bytes = waiting.window.read(offset, MAX_FRAME);
                if bytes.is_empty() && waiting.end {
                    drop(waiting);
                    // A host that attaches again is told that it need not say so again.
                    self.close();
                    return;
                }
                (offset, bytes)
            };
            if bytes.is_empty() {
                self.data.notified().await;
                continue;
            }
            let written = tokio::select! {
                written = write(&fd, &bytes) => written,
                () = self.closing() => return,
            };
            match written {
                Ok(length) => {
                    let _ = self.waiting().window.acknowledge(offset + length as u64);
                    self.progress.notify_one();
                }
                Err(_) => {
                    self.close();
                    return;
                }
            }
        }
    }

    async fn closing(&self) {
        while !self.waiting().closed {
            self.data.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_window_gives_each_byte_by_its_number() {
        let mut window = Window::default();
        window.push(b"hello");
        assert_eq!(&window.read(1, 3)[..], b"ell");
        window.acknowledge(3).expect("in range");
        window.push(b"!");
        assert_eq!(&window.read(3, 100)[..], b"lo!");
        assert!(window.acknowledge(7).is_err());
        window
            .acknowledge(1)
            .expect("an old acknowledgement changes nothing");
        assert_eq!(window.base(), 3);
    }

    #[test]
    fn stdin_must_come_in_order_and_within_the_window() {
        let input = Input::default();
        input.push(0, &[1; 1000]).expect("first");
        assert!(input.push(999, b"x").is_err());
        assert!(input.push(1001, b"x").is_err());
        assert!(input.push(1000, &vec![0; WINDOW]).is_err());
        input.end();
        assert!(input.push(1000, b"x").is_err());
        input.close();
        input.push(1000, b"dropped").expect("counted");
        assert_eq!(input.taken(), (1007, true));
    }

    proptest! {
        #[test]
        fn a_window_is_a_slice_of_everything_pushed(steps in proptest::collection::vec((0usize..3000, 0u64..3000), 1..40)) {
            let mut window = Window::default();
            let mut all = Vec::new();
            for (length, ack) in steps {
                let bytes: Vec<u8> = (0..length.min(window.room())).map(|i| (i * 7 + all.len()) as u8).collect();
                window.push(&bytes);
                all.extend_from_slice(&bytes);
                prop_assert_eq!(window.end(), all.len() as u64);
                let ack = (window.base() + ack).min(window.end());
                window.acknowledge(ack).expect("in range");
                let base = window.base() as usize;
                prop_assert_eq!(&window.read(base as u64, usize::MAX)[..], &all[base..]);
            }
        }
    }
}
