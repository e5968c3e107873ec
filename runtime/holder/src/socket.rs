//! Unix sockets: one to be dialled on that only peers of our user get in, and one to dial.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};
use nix::sys::socket::{
    AddressFamily, SockFlag, SockType, UnixAddr, connect, getsockopt, socket, sockopt,
};
use nix::sys::stat::{Mode, umask};

pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    inode: u64,
}

/// Listens at a path (mode 0600); `None` where somebody serves it. A file whose server is gone is replaced.
pub fn listen(path: &Path) -> io::Result<Option<Listener>> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    // Who looks, removes and binds does so alone: a fresh socket is never removed for a stale one.
    let lock = Flock::lock(File::open(folder)?, FlockArg::LockExclusive).map_err(|(_, e)| e)?;
    let bound = loop {
        let mask = umask(Mode::from_bits_truncate(0o177));
        let bound = UnixListener::bind(path);
        umask(mask);
        match bound {
            Ok(bound) => break bound,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
        match dial(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                if !fs::symlink_metadata(path)?.file_type().is_socket() {
                    return Err(io::Error::other("there is a file that is no socket"));
                }
                fs::remove_file(path)?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            // Also a server that is too busy to accept lives.
            _ => return Ok(None),
        }
    };
    bound.set_nonblocking(true)?;
    let inode = fs::symlink_metadata(path)?.ino();
    drop(lock);
    Ok(Some(Listener {
        socket: bound,
        path: path.to_owned(),
        inode,
    }))
}

impl Listener {
    pub fn socket(&self) -> &UnixListener {
        &self.socket
    }

    /// The next connection of a peer that runs as our user; others are closed.
    pub fn accept(&self) -> io::Result<Option<UnixStream>> {
        let (stream, _) = self.socket.accept()?;
        let peer = getsockopt(&stream, sockopt::PeerCredentials)?;
        if peer.uid() != nix::unistd::geteuid().as_raw() {
            return Ok(None);
        }
        stream.set_nonblocking(true)?;
        Ok(Some(stream))
    }

    /// Removes the socket's file, if it is still this one's.
    pub fn remove(&self) {
        if fs::symlink_metadata(&self.path).is_ok_and(|found| found.ino() == self.inode) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Connects without waiting. WouldBlock: the server has no room yet.
pub fn dial(path: &Path) -> io::Result<UnixStream> {
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let fd: OwnedFd = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    let address = UnixAddr::new(path)?;
    connect(std::os::fd::AsRawFd::as_raw_fd(&fd), &address)?;
    Ok(fd.into())
}

/// The same by way of its folder: a socket's path may not be long.
pub fn dial_in_folder(path: &Path) -> io::Result<UnixStream> {
    let folder = File::open(path.parent().unwrap_or(Path::new("/")))?;
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let descriptors = Path::new("/proc/self/fd");
    dial(&descriptors.join(folder.as_raw_fd().to_string()).join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_socket_is_replaced_and_a_served_one_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let first = listen(&path).unwrap().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(listen(&path).unwrap().is_none());
        drop(first);
        let second = listen(&path).unwrap().unwrap();
        second.remove();
        assert!(!path.exists());
    }

    #[test]
    fn a_file_that_is_no_socket_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        fs::write(&path, "mine").unwrap();
        assert!(listen(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
