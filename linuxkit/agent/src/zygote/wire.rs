//! Messages between the agent and the zygote's workers: a length, JSON, and descriptors beside them.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use super::{Reply, Request};

/// A message's limit: a process object of 1 MiB, escaped, and its frame.
pub const MAX_MESSAGE: usize = 8 << 20;
/// Descriptors in one message.
pub const MAX_FDS: usize = 32;

/// A connected pair of sockets of type `kind`.
pub fn pair(kind: libc::c_int) -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [0; 2];
    // SAFETY: `fds` holds two integers.
    if unsafe {
        libc::socketpair(
            libc::AF_UNIX,
            kind | libc::SOCK_CLOEXEC,
            0,
            fds.as_mut_ptr(),
        )
    } < 0
    {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: both were just made and belong to nobody else.
    unsafe { Ok((OwnedFd::from_raw_fd(fds[0]), OwnedFd::from_raw_fd(fds[1]))) }
}

/// Sends `bytes` with descriptors beside the first of them.
/// Gives how many bytes were taken, which on a stream socket may be fewer.
pub fn send_fds(socket: &impl AsRawFd, bytes: &[u8], fds: &[RawFd]) -> io::Result<usize> {
    let mut control = [0u64; 24];
    let mut vector = libc::iovec {
        iov_base: bytes.as_ptr() as *mut _,
        iov_len: bytes.len(),
    };
    // SAFETY: an all-zero msghdr is valid; every pointer set below outlives the call, and the control buffer
    // is larger than CMSG_SPACE of MAX_FDS descriptors.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &mut vector;
        message.msg_iovlen = 1;
        if !fds.is_empty() {
            let size = size_of_val(fds) as u32;
            message.msg_control = control.as_mut_ptr().cast();
            message.msg_controllen = libc::CMSG_SPACE(size) as usize;
            let header = libc::CMSG_FIRSTHDR(&message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(size) as usize;
            std::ptr::copy_nonoverlapping(
                fds.as_ptr(),
                libc::CMSG_DATA(header).cast::<RawFd>(),
                fds.len(),
            );
        }
        let length = libc::sendmsg(socket.as_raw_fd(), &message, libc::MSG_NOSIGNAL);
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(length as usize)
    }
}

/// Receives some bytes and the descriptors beside them.
pub fn recv_fds(socket: &impl AsRawFd, buffer: &mut [u8]) -> io::Result<(usize, Vec<OwnedFd>)> {
    let mut control = [0u64; 24];
    let mut vector = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    let mut fds = Vec::new();
    // SAFETY: as in `send_fds`; received descriptors are owned at once, each exactly once.
    unsafe {
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &mut vector;
        message.msg_iovlen = 1;
        message.msg_control = control.as_mut_ptr().cast();
        message.msg_controllen = libc::CMSG_SPACE((MAX_FDS * size_of::<RawFd>()) as u32) as usize;
        let length = libc::recvmsg(socket.as_raw_fd(), &mut message, libc::MSG_CMSG_CLOEXEC);
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        let mut header = libc::CMSG_FIRSTHDR(&message);
        while !header.is_null() {
            if (*header).cmsg_level == libc::SOL_SOCKET && (*header).cmsg_type == libc::SCM_RIGHTS {
                let count = ((*header).cmsg_len - libc::CMSG_LEN(0) as usize) / size_of::<RawFd>();
                let data = libc::CMSG_DATA(header).cast::<RawFd>();
                for index in 0..count {
                    fds.push(OwnedFd::from_raw_fd(data.add(index).read_unaligned()));
                }
            }
            header = libc::CMSG_NXTHDR(&message, header);
        }
        Ok((length as usize, fds))
    }
}

/// A borrowed socket as a blocking reader and writer.
struct Blocking<'a>(&'a OwnedFd);

impl Read for Blocking<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // SAFETY: the buffer is valid for its length.
        let length =
            unsafe { libc::read(self.0.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len()) };
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(length as usize)
    }
}

impl Write for Blocking<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // SAFETY: the slice is valid for its length.
        let length = unsafe {
            libc::send(
                self.0.as_raw_fd(),
                bytes.as_ptr().cast(),
                bytes.len(),
                libc::MSG_NOSIGNAL,
            )
        };
        if length < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(length as usize)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A message's head: the length of its body.
pub fn head(length: usize) -> [u8; 4] {
    (length as u32).to_le_bytes()
}

/// Worker: reads the request and its descriptors.
pub fn recv_request(socket: &OwnedFd) -> io::Result<(Request, Vec<OwnedFd>)> {
    let (body, fds) = recv(socket)?;
    Ok((serde_json::from_slice(&body)?, fds))
}

/// Reads a message and the descriptors beside it.
pub fn recv(socket: &OwnedFd) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut head = [0; 4];
    let (length, fds) = recv_fds(socket, &mut head)?;
    if length == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut stream = Blocking(socket);
    stream.read_exact(&mut head[length..])?;
    let length = u32::from_le_bytes(head) as usize;
    if length > MAX_MESSAGE {
        return Err(io::Error::other("request too long"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((body, fds))
}

/// Worker: answers, with a terminal's master when there is one.
pub fn send_reply(socket: &OwnedFd, reply: &Reply, fd: Option<OwnedFd>) -> io::Result<()> {
    let body = serde_json::to_vec(reply)?;
    let fds: Vec<RawFd> = fd.iter().map(AsRawFd::as_raw_fd).collect();
    let message = [&head(body.len()), &body[..]].concat();
    // One call wakes the agent once.
    let sent = send_fds(socket, &message, &fds)?;
    Blocking(socket).write_all(&message[sent..])
}
