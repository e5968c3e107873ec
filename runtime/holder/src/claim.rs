//! Taking a parked supervisor (runtime/pool) in place of starting one: whoever renames its socket has it, and dials it. The
//! key says what it must be good for; what it stands for is the caller's to know. Here are the folder and the words; when
//! there is a claim, and what its end means, is shim.rs and program.rs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::{Pid, geteuid};
use serde_json::{Value, json};

use crate::{say, socket};

/// Of what one says why it declines.
const WHY_MAX: usize = 512;

/// `<run>/pool`, and the key of those that are wanted.
pub struct Pool {
    folder: PathBuf,
    key: String,
}

/// One that is ours: it waits to be told a pod.
#[derive(Debug)]
pub struct Parked {
    pub stream: UnixStream,
    pub pid: Pid,
}

/// What one says to a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// It serves the pod; the connection is the control channel.
    Serves,
    Declines(String),
}

impl Pool {
    pub fn new(folder: PathBuf, key: String) -> Self {
        Self { folder, key }
    }

    /// `None`: there is none, which the pool's daemon is told.
    pub fn take(&self) -> Option<Parked> {
        let names = self.names();
        // Those who come at once begin at different ones.
        let first = std::process::id() as usize % names.len().max(1);
        let (left, right) = names.split_at(first.min(names.len()));
        let taken = right.iter().chain(left).find_map(|name| self.try_one(name));
        if taken.is_none() {
            self.missed();
        }
        taken
    }

    fn names(&self) -> Vec<String> {
        let prefix = format!("{}_", self.key);
        let Ok(entries) = fs::read_dir(self.folder.join("free")) else {
            return Vec::new();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(&prefix))
            .collect()
    }

    fn try_one(&self, name: &str) -> Option<Parked> {
        let path = self.folder.join("taken").join(name);
        // Somebody else has it.
        fs::rename(self.folder.join("free").join(name), &path).ok()?;
        let dialled = dial(&path);
        let _ = fs::remove_file(&path);
        match dialled {
            Ok(parked) => Some(parked),
            Err(error) => {
                say!("parked supervisor {name}: {error}");
                None
            }
        }
    }

    /// A byte for each start that found none.
    fn missed(&self) {
        let path = self.folder.join("misses");
        let mut options = OpenOptions::new();
        let opened = options.append(true).create(true).mode(0o600).open(path);
        // Else the pool is being taken away.
        let _ = opened.and_then(|mut file: File| file.write_all(b"."));
    }
}

fn dial(path: &Path) -> io::Result<Parked> {
    let stream = socket::dial_in_folder(path)?;
    let peer = getsockopt(&stream, sockopt::PeerCredentials)?;
    if peer.uid() != geteuid().as_raw() {
        return Err(io::Error::other("it is another user's"));
    }
    let pid = Pid::from_raw(peer.pid());
    Ok(Parked { stream, pid })
}

/// What a parked supervisor is told: it is to be to this process as one that it had started.
pub fn words(pod: &str) -> Value {
    let score = fs::read_to_string("/proc/self/oom_score_adj").unwrap_or_default();
    match score.trim().parse::<i32>() {
        Ok(score) => json!({ "pod": pod, "holder": true, "oomScoreAdj": score }),
        Err(_) => json!({ "pod": pod, "holder": true }),
    }
}

/// `None`: the line is none.
pub fn answer(line: &[u8]) -> Option<Answer> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(line) else {
        return None;
    };
    if fields.get("claimed") == Some(&json!(true)) {
        return Some(Answer::Serves);
    }
    let why = fields.get("why")?.as_str()?;
    Some(Answer::Declines(why.chars().take(WHY_MAX).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;
    use std::thread;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            for name in ["free", "taken"] {
                fs::create_dir(folder.path().join(name)).unwrap();
            }
            Self(folder)
        }

        fn pool(&self, key: &str) -> Pool {
            Pool::new(self.0.path().to_owned(), key.to_owned())
        }

        fn park(&self, name: &str) -> UnixListener {
            UnixListener::bind(self.0.path().join("free").join(name)).unwrap()
        }

        fn names(&self, folder: &str) -> usize {
            fs::read_dir(self.0.path().join(folder)).unwrap().count()
        }

        fn misses(&self) -> usize {
            fs::read(self.0.path().join("misses")).map_or(0, |text| text.len())
        }
    }

    #[test]
    fn of_many_at_once_each_parked_one_goes_to_one() {
        let folder = Folder::new();
        let parked: Vec<_> = (0..3).map(|n| folder.park(&format!("k_{n}.1-0"))).collect();
        let had: Vec<_> = thread::scope(|scope| {
            let claims: Vec<_> = (0..12)
                .map(|_| scope.spawn(|| folder.pool("k").take()))
                .collect();
            claims
                .into_iter()
                .filter_map(|claim| claim.join().unwrap())
                .collect()
        });
        assert_eq!(had.len(), 3);
        assert_eq!(folder.misses(), 9);
        assert_eq!((folder.names("free"), folder.names("taken")), (0, 0));
        for listener in parked {
            listener.set_nonblocking(true).unwrap();
            assert!(listener.accept().is_ok());
            assert!(listener.accept().is_err());
        }
        assert_eq!(had[0].pid, Pid::this());
    }

    #[test]
    fn none_free_or_of_another_key_is_a_miss() {
        let folder = Folder::new();
        let _other = folder.park("other_1.1-0");
        assert!(folder.pool("k").take().is_none());
        assert_eq!((folder.names("free"), folder.misses()), (1, 1));
        // No pool at all: nothing is made.
        let gone = Pool::new(folder.0.path().join("gone"), "k".into());
        assert!(gone.take().is_none());
        assert!(!folder.0.path().join("gone").exists());
    }

    #[test]
    fn one_that_died_is_passed_over_for_the_next() {
        let folder = Folder::new();
        drop(folder.park("k_1.1-0"));
        let _second = folder.park("k_2.1-0");
        let pool = folder.pool("k");
        assert!(pool.take().is_some());
        assert!(pool.take().is_none());
        assert_eq!((folder.names("free"), folder.names("taken")), (0, 0));
    }

    #[test]
    fn its_answers_are_told_from_its_questions() {
        assert_eq!(answer(br#"{"claimed":true}"#), Some(Answer::Serves));
        let why = Answer::Declines("other boot files".into());
        assert_eq!(answer(br#"{"why":"other boot files"}"#), Some(why));
        assert_eq!(answer(br#"{"n":1,"list":true}"#), None);
        assert_eq!(answer(b"!"), None);
        let Value::Object(words) = words("ctr-1") else {
            panic!("no object");
        };
        assert_eq!(words["pod"], "ctr-1");
        assert_eq!(words["holder"], true);
        assert!(words["oomScoreAdj"].is_i64());
    }
}
