//! Tells when a pod's socket may be served, and when the pod's folder is gone.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::path::Path;

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

pub const TASK_SOCKET: &str = "task.sock";

pub struct FolderWatch {
    inotify: Inotify,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The socket is new, or became ready to be dialled.
    pub socket: bool,
    /// The folder was removed, or renamed to be.
    pub gone: bool,
}

impl FolderWatch {
    pub fn new(folder: &Path) -> io::Result<Self> {
        let inotify = Inotify::init(InitFlags::IN_NONBLOCK | InitFlags::IN_CLOEXEC)?;
        // Whoever listens binds, listens and then sets the mode, which is the moment to dial.
        let flags = AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_MOVED_TO
            | AddWatchFlags::IN_ATTRIB
            | AddWatchFlags::IN_DELETE_SELF
            | AddWatchFlags::IN_MOVE_SELF
            | AddWatchFlags::IN_ONLYDIR;
        inotify.add_watch(folder, flags)?;
        Ok(Self { inotify })
    }

    pub fn read(&self, socket: &str) -> Changes {
        let mut changes = Changes::default();
        let gone = AddWatchFlags::IN_DELETE_SELF
            | AddWatchFlags::IN_MOVE_SELF
            | AddWatchFlags::IN_IGNORED
            | AddWatchFlags::IN_UNMOUNT;
        while let Ok(events) = self.inotify.read_events() {
            for event in events {
                changes.gone |= event.mask.intersects(gone);
                let overflow = event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW);
                changes.socket |= overflow || event.name.as_deref() == Some(OsStr::new(socket));
            }
        }
        changes
    }
}

impl AsRawFd for FolderWatch {
    fn as_raw_fd(&self) -> RawFd {
        self.inotify.as_fd().as_raw_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    #[test]
    fn it_tells_of_the_socket_and_of_the_end() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("pod");
        std::fs::create_dir(&folder).unwrap();
        let watch = FolderWatch::new(&folder).unwrap();
        std::fs::write(folder.join("other"), "").unwrap();
        assert_eq!(watch.read(TASK_SOCKET), Changes::default());
        let listener = UnixListener::bind(folder.join(TASK_SOCKET)).unwrap();
        assert!(watch.read(TASK_SOCKET).socket);
        drop(listener);
        std::fs::rename(&folder, root.path().join("removing")).unwrap();
        assert!(watch.read(TASK_SOCKET).gone);
    }
}
