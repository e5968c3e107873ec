//! Ends of FIFOs that are kept open under a name, and never read or written: while one supervisor is gone and the next
//! is not there, a reader does not see an end, nor a writer a broken pipe.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};

/// Two names a process of a pod, as many as are held.
const KEYS_MAX: usize = 16384;
/// Of one name: both outputs.
pub const PATHS_MAX: usize = 4;

pub struct Ends {
    kept: BTreeMap<String, Vec<File>>,
}

impl Ends {
    pub fn new() -> Self {
        raise_open_files();
        Self {
            kept: BTreeMap::new(),
        }
    }

    /// Keeps reading ends, and both ends of what is written to, in place of what the name had. All or none.
    pub fn keep(&mut self, key: &str, read: &[String], write: &[String]) -> Result<(), String> {
        if self.kept.len() >= KEYS_MAX && !self.kept.contains_key(key) {
            return Err(format!("ends of {KEYS_MAX} names are kept"));
        }
        let read = read.iter().map(|path| open(path, false));
        let write = write.iter().map(|path| open(path, true));
        let files = read.chain(write).collect::<Result<Vec<_>, _>>()?;
        self.kept.insert(key.to_owned(), files);
        Ok(())
    }

    pub fn drop(&mut self, key: &str) {
        self.kept.remove(key);
    }
}

fn open(path: &str, write: bool) -> Result<File, String> {
    let told = |error| format!("{path}: {error}");
    let is_fifo = |metadata: std::fs::Metadata| metadata.file_type().is_fifo();
    // Looked at before, for opening something else may do something.
    if !std::fs::metadata(path).map(is_fifo).map_err(told)? {
        return Err(format!("{path} is not a FIFO"));
    }
    // With a reader's end of its own a writer's opening never waits, and never fails for want of one.
    let file = File::options()
        .read(true)
        .write(write)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | libc::O_CLOEXEC)
        .open(path)
        .map_err(told)?;
    match file.metadata().map(is_fifo).map_err(told)? {
        true => Ok(file),
        false => Err(format!("{path} is not a FIFO")),
    }
}

/// As many as this process may have: the usual soft limit, 1024, is few for a pod of many processes.
fn raise_open_files() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: both calls read or write the one structure, which is ours.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Read};

    #[test]
    fn ends_are_kept_until_they_are_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fifo");
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        let name = path.to_str().unwrap().to_owned();
        let mut ends = Ends::new();
        ends.keep("a/out", &[], std::slice::from_ref(&name))
            .unwrap();
        let mut reader = File::options()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open(&path)
            .unwrap();
        let read = reader.read(&mut [0; 8]).unwrap_err();
        assert_eq!(read.kind(), ErrorKind::WouldBlock);
        // In place of what was kept: no writer is left.
        ends.keep("a/out", &[name], &[]).unwrap();
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
        let why = ends
            .keep("a/in", &["/no/such".to_owned()], &[])
            .unwrap_err();
        assert!(why.starts_with("/no/such: "), "{why}");
        let why = ends.keep("a/in", &["/dev/null".to_owned()], &[]);
        assert_eq!(why, Err("/dev/null is not a FIFO".to_owned()));
        ends.drop("a/out");
        ends.drop("a/out");
        assert!(ends.kept.is_empty());
    }
}
