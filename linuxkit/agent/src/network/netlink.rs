//! Just enough rtnetlink: building requests, sending them, reading acknowledgements and dumps.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// A request under construction: header, fixed part, attributes.
pub struct Request {
    bytes: Vec<u8>,
}

const NLMSG_HEADER: usize = 16;

impl Request {
    /// A request of type `kind` with `flags` beyond NLM_F_REQUEST and the fixed part `body`.
    pub fn new(kind: u16, flags: i32, body: &[u8]) -> Self {
        let mut bytes = vec![0; NLMSG_HEADER];
        bytes[4..6].copy_from_slice(&kind.to_ne_bytes());
        bytes[6..8].copy_from_slice(&((libc::NLM_F_REQUEST | flags) as u16).to_ne_bytes());
        bytes.extend_from_slice(body);
        Self { bytes }
    }

    /// Appends an attribute.
    pub fn attribute(mut self, kind: u16, value: &[u8]) -> Self {
        let length = (4 + value.len()) as u16;
        self.bytes.extend_from_slice(&length.to_ne_bytes());
        self.bytes.extend_from_slice(&kind.to_ne_bytes());
        self.bytes.extend_from_slice(value);
        while !self.bytes.len().is_multiple_of(4) {
            self.bytes.push(0);
        }
        self
    }

    /// Appends an attribute that holds a number.
    pub fn number(self, kind: u16, value: u32) -> Self {
        self.attribute(kind, &value.to_ne_bytes())
    }

    fn finish(mut self) -> Vec<u8> {
        let length = self.bytes.len() as u32;
        self.bytes[..4].copy_from_slice(&length.to_ne_bytes());
        self.bytes
    }
}

/// A route socket; it stays in the network namespace in which it was opened.
pub struct Socket {
    fd: OwnedFd,
}

impl Socket {
    /// Opens a socket in the caller's namespace.
    fn open() -> io::Result<Self> {
        // SAFETY: plain socket(2); the result is checked before it is owned.
        let fd = unsafe {
            libc::socket(
                libc::AF_NETLINK,
                libc::SOCK_RAW | libc::SOCK_CLOEXEC,
                libc::NETLINK_ROUTE,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made and belongs to nobody else.
        Ok(Self {
            fd: unsafe { OwnedFd::from_raw_fd(fd) },
        })
    }

    /// Opens a socket in the namespace of `pid`, or in the VM's. A thread enters it and ends: namespaces belong
    /// to threads, and the agent's own must stay where they are.
    pub fn open_in(pid: Option<i32>) -> io::Result<Self> {
        let Some(pid) = pid else { return Self::open() };
        let namespace = std::fs::File::open(format!("/proc/{pid}/ns/net"))?;
        let thread = std::thread::Builder::new()
            .stack_size(64 * 1024)
            .spawn(move || {
                // SAFETY: setns on an open descriptor; it changes this thread alone.
                if unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) } < 0 {
                    return Err(io::Error::last_os_error());
                }
                let _ = crate::boot::loopback_up();
                Self::open()
            })?;
        thread
            .join()
            .map_err(|_| io::Error::other("the thread failed"))?
    }

    fn send(&self, bytes: &[u8]) -> io::Result<()> {
        // SAFETY: the slice is valid for its length.
        let sent =
            unsafe { libc::send(self.fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), 0) };
        if sent < 0 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // SAFETY: the buffer is valid for its length.
            let length = unsafe {
                libc::recv(
                    self.fd.as_raw_fd(),
                    buffer.as_mut_ptr().cast(),
                    buffer.len(),
                    0,
                )
            };
            if length >= 0 {
                return Ok(length as usize);
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }

    /// Sends a request and waits for its acknowledgement.
    pub fn change(&self, mut request: Request) -> io::Result<()> {
        request.bytes[6] |= libc::NLM_F_ACK as u8;
        self.send(&request.finish())?;
        let mut buffer = [0; 8192];
        let length = self.receive(&mut buffer)?;
        for (kind, body) in messages(&buffer[..length]) {
            if kind == libc::NLMSG_ERROR as u16 {
                return match number(body, 0).map_or(0, |code| code as i32) {
                    0 => Ok(()),
                    code => Err(io::Error::from_raw_os_error(-code)),
                };
            }
        }
        Err(io::Error::other("no acknowledgement"))
    }

    /// Asks for all objects of a kind and gives their bodies to `each`.
    pub fn dump(&self, kind: u16, body: &[u8], mut each: impl FnMut(&[u8])) -> io::Result<()> {
        self.send(&Request::new(kind, libc::NLM_F_DUMP, body).finish())?;
        let mut buffer = vec![0; 32 * 1024];
        loop {
            let length = self.receive(&mut buffer)?;
            for (kind, body) in messages(&buffer[..length]) {
                match i32::from(kind) {
                    libc::NLMSG_DONE => return Ok(()),
                    libc::NLMSG_ERROR => {
                        let code = number(body, 0).map_or(0, |code| code as i32);
                        return Err(io::Error::from_raw_os_error(-code));
                    }
                    _ => each(body),
                }
            }
        }
    }
}

/// The native u32 at `offset`.
pub fn number(bytes: &[u8], offset: usize) -> Option<u32> {
    let bytes = bytes.get(offset..offset + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

fn short(bytes: &[u8], offset: usize) -> Option<u16> {
    let bytes = bytes.get(offset..offset + 2)?;
    Some(u16::from_ne_bytes(bytes.try_into().ok()?))
}

/// (type, body) of the messages in a datagram.
fn messages(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = number(bytes, 0)? as usize;
        let kind = short(bytes, 4)?;
        let body = bytes.get(NLMSG_HEADER..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        Some((kind, body))
    })
}

/// (type, value) of the attributes behind a fixed part.
pub fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(short(bytes, 0)?);
        let kind = short(bytes, 2)?;
        let value = bytes.get(4..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or(&[]);
        Some((kind & 0x3fff, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_and_read_back() {
        let request = Request::new(16, 0, &[0; 16])
            .attribute(3, b"eth0\0")
            .number(4, 1500);
        let bytes = request.finish();
        assert_eq!(bytes.len() % 4, 0);
        let (kind, body) = messages(&bytes).next().expect("a message");
        assert_eq!(kind, 16);
        let found: Vec<_> = attributes(&body[16..]).collect();
        assert_eq!(found[0], (3, &b"eth0\0"[..]));
        assert_eq!(number(found[1].1, 0), Some(1500));
    }

    #[test]
    fn cut_messages_end_the_reading() {
        assert_eq!(messages(&[200, 0, 0, 0, 1, 0, 0, 0]).count(), 0);
        assert_eq!(attributes(&[0, 0, 1, 0]).count(), 0);
        assert_eq!(attributes(&[9, 0, 1, 0, 5]).count(), 0);
    }

    #[test]
    fn a_socket_lists_this_hosts_links() {
        let socket = Socket::open_in(None).expect("a socket");
        let mut count = 0;
        socket
            .dump(libc::RTM_GETLINK, &[0; 16], |_| count += 1)
            .expect("a dump");
        assert!(count >= 1);
    }
}
