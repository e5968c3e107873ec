//! The byte stream to the host: a virtio-serial port or a vsock socket, as one asynchronous reader and writer
//! that watches for a host that starts over in the middle of it.
//!
//! The runtime's own poller cannot watch a serial port: it takes "the host end is closed" (EPOLLHUP) for the
//! end of the descriptor, while a port opens again. So the port sits in an epoll instance of its own, and the
//! runtime watches that instance.

use std::fs::OpenOptions;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use tokio::io::unix::AsyncFd;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};

use super::preamble::{HostHello, Scanner, Secret, Verdict};

/// What one write hands to a serial port at most: the driver splits larger ones anyway.
const WRITE_LIMIT: usize = 32 * 1024;

/// An open channel with its private epoll instance.
pub struct Channel {
    device: OwnedFd,
    epoll: AsyncFd<OwnedFd>,
    state: Mutex<Readiness>,
    /// When bytes came last.
    heard: Mutex<Instant>,
    /// A serial port's end of file is not an end: the host may come back.
    reopens: bool,
}

#[derive(Default)]
struct Readiness {
    readable: bool,
    writable: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Channel {
    /// Opens the serial port `path`.
    pub fn serial(path: &str) -> io::Result<Self> {
        let port = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        Self::new(port.into(), true)
    }

    /// Connects to `port` of the host over vsock. Blocks for as long as the connection takes, at most the
    /// kernel's two seconds.
    pub fn vsock(port: u32) -> io::Result<Self> {
        // SAFETY: plain socket(2); the result is checked before it is owned.
        let fd = unsafe { libc::socket(libc::AF_VSOCK, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made and belongs to nobody else.
        let socket = unsafe { OwnedFd::from_raw_fd(fd) };
        // SAFETY: an all-zero sockaddr_vm is valid.
        let mut address: libc::sockaddr_vm = unsafe { std::mem::zeroed() };
        address.svm_family = libc::AF_VSOCK as u16;
        address.svm_cid = libc::VMADDR_CID_HOST;
        address.svm_port = port;
        // SAFETY: pointer and length describe `address`; fcntl acts on an open descriptor.
        unsafe {
            if libc::connect(
                fd,
                (&raw const address).cast(),
                size_of::<libc::sockaddr_vm>() as u32,
            ) < 0
                || libc::fcntl(fd, libc::F_SETFL, libc::O_NONBLOCK) < 0
            {
                return Err(io::Error::last_os_error());
            }
        }
        Self::new(socket, false)
    }

    /// Wraps an open, non-blocking descriptor.
    pub fn new(device: OwnedFd, reopens: bool) -> io::Result<Self> {
        // SAFETY: plain epoll_create1(2); the result is checked before it is owned.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made and belongs to nobody else.
        let epoll = unsafe { OwnedFd::from_raw_fd(fd) };
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLOUT | libc::EPOLLET) as u32,
            u64: 0,
        };
        // SAFETY: both descriptors are open; `event` is copied by the kernel.
        if unsafe { libc::epoll_ctl(fd, libc::EPOLL_CTL_ADD, device.as_raw_fd(), &mut event) } < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self {
            device,
            epoll: crate::readiness::of(epoll, Interest::READABLE)?,
            state: Mutex::new(Readiness {
                readable: true,
                writable: true,
                ..Readiness::default()
            }),
            heard: Mutex::new(Instant::now()),
            reopens,
        })
    }

    /// Whether the channel can carry another session after its end of file.
    pub fn reopens(&self) -> bool {
        self.reopens
    }

    /// How long no bytes have come.
    pub fn silent(&self) -> Duration {
        self.heard
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .elapsed()
    }

    fn fd(&self) -> RawFd {
        self.device.as_raw_fd()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Readiness> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Takes the private epoll instance's events and wakes whom they concern.
    fn collect(&self) -> bool {
        let mut event = libc::epoll_event { events: 0, u64: 0 };
        // SAFETY: one valid event for the duration of the call; it never waits.
        let count = unsafe { libc::epoll_wait(self.epoll.get_ref().as_raw_fd(), &mut event, 1, 0) };
        if count != 1 {
            return false;
        }
        let mut state = self.lock();
        let events = event.events as i32;
        let ended = events & (libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLRDHUP) != 0;
        if events & libc::EPOLLIN != 0 || ended {
            state.readable = true;
            if let Some(waker) = state.reader.take() {
                waker.wake();
            }
        }
        if events & libc::EPOLLOUT != 0 || ended {
            state.writable = true;
            if let Some(waker) = state.writer.take() {
                waker.wake();
            }
        }
        true
    }

    /// Waits until the descriptor may be ready in the direction that `pick` names.
    fn poll_ready(
        &self,
        cx: &mut Context<'_>,
        pick: impl Fn(&mut Readiness) -> (&mut bool, &mut Option<Waker>),
    ) -> Poll<io::Result<()>> {
        loop {
            {
                let mut state = self.lock();
                let (ready, waker) = pick(&mut state);
                if *ready {
                    return Poll::Ready(Ok(()));
                }
                *waker = Some(cx.waker().clone());
            }
            // Only one task is woken by the runtime's watch; whoever runs collects for both directions.
            let mut guard = ready!(self.epoll.poll_read_ready(cx))?;
            if !self.collect() {
                guard.clear_ready();
            }
        }
    }

    fn poll_read_some(&self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.poll_ready(cx, |s| (&mut s.readable, &mut s.reader)))?;
            // SAFETY: the buffer is valid for its length.
            let length = unsafe { libc::read(self.fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
            if length >= 0 {
                *self.heard.lock().unwrap_or_else(|e| e.into_inner()) = Instant::now();
                return Poll::Ready(Ok(length as usize));
            }
            let error = io::Error::last_os_error();
            match error.kind() {
                io::ErrorKind::WouldBlock => self.lock().readable = false,
                io::ErrorKind::Interrupted => {}
                _ => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Writes some of `bytes`.
    pub fn poll_write_some(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let bytes = &bytes[..bytes.len().min(WRITE_LIMIT)];
        loop {
            ready!(self.poll_ready(cx, |s| (&mut s.writable, &mut s.writer)))?;
            // SAFETY: the slice is valid for its length.
            let length = unsafe { libc::write(self.fd(), bytes.as_ptr().cast(), bytes.len()) };
            if length >= 0 {
                return Poll::Ready(Ok(length as usize));
            }
            let error = io::Error::last_os_error();
            match error.kind() {
                io::ErrorKind::WouldBlock => self.lock().writable = false,
                io::ErrorKind::Interrupted => {}
                _ => return Poll::Ready(Err(error)),
            }
        }
    }

    /// Reads some bytes; 0 when the host's end is closed.
    pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        std::future::poll_fn(|cx| self.poll_read_some(cx, buffer)).await
    }

    /// Writes all of `bytes`.
    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let length = std::future::poll_fn(|cx| self.poll_write_some(cx, bytes)).await?;
            bytes = &bytes[length..];
        }
        Ok(())
    }

    /// Waits for the next event after an end of file: the host's end opened.
    pub async fn wait_for_host(&self) -> io::Result<()> {
        self.lock().readable = false;
        std::future::poll_fn(|cx| self.poll_ready(cx, |s| (&mut s.readable, &mut s.reader))).await
    }
}

/// What the reader of a session learned about the next one.
#[derive(Default)]
pub struct Handover {
    /// Sees every byte of the channel.
    pub scanner: Scanner,
    /// A valid hello that came in the middle of the session: the next session's.
    pub next: Option<HostHello>,
    /// Bytes that came behind a hello in the same read.
    pub rest: Vec<u8>,
}

/// One session's view of a channel, for the HTTP/2 server.
pub struct Session {
    channel: Arc<Channel>,
    handover: Arc<Mutex<Handover>>,
    secret: Arc<dyn Fn() -> Option<Secret> + Send + Sync>,
    ended: Arc<tokio::sync::Notify>,
    over: bool,
    /// Written by the server, not yet by the channel: one write to the channel costs more than all of a small answer.
    waiting: Vec<u8>,
}

impl Session {
    /// Starts a session on `channel`; `ended` is notified when its reader came to its end.
    pub fn new(
        channel: Arc<Channel>,
        handover: Arc<Mutex<Handover>>,
        secret: Arc<dyn Fn() -> Option<Secret> + Send + Sync>,
        ended: Arc<tokio::sync::Notify>,
    ) -> Self {
        Self {
            channel,
            handover,
            secret,
            ended,
            over: false,
            waiting: Vec::new(),
        }
    }

    /// Whether the channel can carry another session after its end of file.
    pub fn reopens(&self) -> bool {
        self.channel.reopens()
    }

    /// Hands what waits to the channel.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut written = 0;
        let result = loop {
            if written == self.waiting.len() {
                break Poll::Ready(Ok(()));
            }
            match self.channel.poll_write_some(cx, &self.waiting[written..]) {
                Poll::Ready(Ok(length)) => written += length,
                Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                Poll::Pending => break Poll::Pending,
            }
        };
        self.waiting.drain(..written);
        result
    }

    fn end(&mut self) -> Poll<io::Result<()>> {
        self.over = true;
        self.ended.notify_one();
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Session {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.over || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let handover = self.handover.clone();
        let mut handover = handover.lock().unwrap_or_else(|e| e.into_inner());
        if !handover.rest.is_empty() {
            let length = handover.rest.len().min(buffer.remaining());
            buffer.put_slice(&handover.rest[..length]);
            handover.rest.drain(..length);
            return Poll::Ready(Ok(()));
        }
        let window = buffer.initialize_unfilled();
        let length = match ready!(self.channel.poll_read_some(cx, window)) {
            Ok(0) => {
                handover.scanner.reset();
                drop(handover);
                return self.end();
            }
            Ok(length) => length,
            Err(error) => {
                let _ = self.end();
                return Poll::Ready(Err(error));
            }
        };
        let mut at = 0;
        while let Some((found, taken)) = handover.scanner.feed(&window[at..length]) {
            at += taken;
            let mut candidate = Some(found);
            while let Some(hello) = candidate {
                if hello.judge((self.secret)().as_ref()) == Verdict::Accepted {
                    handover.rest = window[at..length].to_vec();
                    handover.next = Some(hello);
                    drop(handover);
                    return self.end();
                }
                candidate = handover.scanner.reject(&hello);
            }
        }
        handover.scanner.reset_discarded();
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Session {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.over {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        if self.waiting.len() >= WRITE_LIMIT {
            ready!(self.poll_drain(cx))?;
        }
        let length = bytes.len().min(WRITE_LIMIT);
        self.waiting.extend_from_slice(&bytes[..length]);
        Poll::Ready(Ok(length))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.waiting.is_empty() || self.over {
            return Poll::Ready(Ok(()));
        }
        self.poll_drain(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl tonic::transport::server::Connected for Session {
    type ConnectInfo = ();
    fn connect_info(&self) {}
}

impl Drop for Session {
    fn drop(&mut self) {
        self.ended.notify_one();
    }
}
