//! Held processes: children that do nothing but exist, in a network namespace, under a name. They are forked and
//! execute nothing, so that each costs a few pages; this process has one thread, which makes that safe.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd};

use nix::fcntl::OFlag;
use nix::sys::prctl;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::unistd::{ForkResult, Pid, fork, getpid, getppid, pipe2};

use crate::network::Network;
use crate::title::Title;

/// More than any pod has processes that were made through the Task API.
const HELD_MAX: usize = 8192;
/// Of an error that a child tells.
const WORDS_MAX: u64 = 4096;

/// Who asked: the generation of the control channel, and the number of the question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Asker {
    pub channel: u64,
    pub number: u64,
}

/// What is to be answered to whom.
pub type Answer = (Asker, Result<Option<i32>, String>);

/// What the end of a child means.
pub enum Reaped {
    /// It was released.
    Released(Answer),
    /// Somebody else killed it: the key it was held under.
    Lost(String),
}

pub struct Held {
    title: Option<Title>,
    held: BTreeMap<String, Pid>,
    starting: Vec<Starting>,
    /// Released, and not reaped yet.
    ending: Vec<(Pid, Asker)>,
}

struct Starting {
    key: String,
    pid: Pid,
    words: File,
    asker: Asker,
    dead: bool,
}

impl Held {
    pub fn new(title: Option<Title>) -> Self {
        Self {
            title,
            held: BTreeMap::new(),
            starting: Vec::new(),
            ending: Vec::new(),
        }
    }

    pub fn list(&self) -> impl Iterator<Item = (&str, i32)> {
        self.held
            .iter()
            .map(|(key, pid)| (key.as_str(), pid.as_raw()))
    }

    /// Starts a process; `started` has the answer once its descriptor is readable.
    pub fn hold(
        &mut self,
        asker: Asker,
        key: &str,
        title: &str,
        network: &Network,
    ) -> Result<(), String> {
        if let Some(pid) = self.held.get(key) {
            return Err(format!("{key} is held already, by process {pid}"));
        }
        if self.starting.iter().any(|starting| starting.key == key) {
            return Err(format!("{key} is being held already"));
        }
        if self.held.len() + self.starting.len() >= HELD_MAX {
            return Err(format!("{HELD_MAX} processes are held"));
        }
        let (words, theirs) = pipe2(OFlag::O_CLOEXEC).map_err(|error| error.to_string())?;
        let parent = getpid();
        // SAFETY: this process has one thread, so that the child may run any code.
        match unsafe { fork() }.map_err(|error| format!("cannot fork: {error}"))? {
            ForkResult::Child => {
                drop(words);
                be_held(parent, theirs, self.title, title, network)
            }
            ForkResult::Parent { child } => {
                self.starting.push(Starting {
                    key: key.to_owned(),
                    pid: child,
                    words: words.into(),
                    asker,
                    dead: false,
                });
                Ok(())
            }
        }
    }

    /// What to wait for until a process is in its namespace.
    pub fn starting(&self) -> impl Iterator<Item = (&File, i32)> {
        self.starting
            .iter()
            .map(|starting| (&starting.words, starting.pid.as_raw()))
    }

    /// The descriptor of the process that starts is readable.
    pub fn started(&mut self, pid: i32) -> Option<Answer> {
        let at = self
            .starting
            .iter()
            .position(|starting| starting.pid.as_raw() == pid)?;
        let Starting {
            key,
            pid,
            words,
            asker,
            dead,
        } = self.starting.swap_remove(at);
        let mut text = String::new();
        // The child closes it at once after it has written.
        let read = words.take(WORDS_MAX).read_to_string(&mut text);
        if read.is_ok() && text == "+" && !dead {
            self.held.insert(key, pid);
            return Some((asker, Ok(Some(pid.as_raw()))));
        }
        let why = if text.is_empty() || text == "+" {
            "the process ended before it was held".to_owned()
        } else {
            text
        };
        if !dead {
            let _ = kill(pid, Signal::SIGKILL);
        }
        Some((asker, Err(why)))
    }

    /// Ends a process. Answers at once where there is none, else when it was reaped.
    pub fn release(&mut self, asker: Asker, key: &str) -> Vec<Answer> {
        let mut answers = Vec::new();
        let starting = self
            .starting
            .iter()
            .position(|starting| starting.key == key)
            .map(|at| self.starting.swap_remove(at));
        if let Some(starting) = &starting {
            answers.push((
                starting.asker,
                Err("it was released before it was held".to_owned()),
            ));
        }
        match self
            .held
            .remove(key)
            .or_else(|| starting.map(|starting| starting.pid))
        {
            None => answers.push((asker, Ok(None))),
            Some(pid) => {
                let _ = kill(pid, Signal::SIGKILL);
                self.ending.push((pid, asker));
            }
        }
        answers
    }

    /// A child was reaped.
    pub fn reaped(&mut self, pid: Pid) -> Option<Reaped> {
        if let Some(starting) = self.starting.iter_mut().find(|each| each.pid == pid) {
            starting.dead = true;
            return None;
        }
        if let Some(at) = self.ending.iter().position(|(ending, _)| *ending == pid) {
            let (_, asker) = self.ending.swap_remove(at);
            return Some(Reaped::Released((asker, Ok(None))));
        }
        let held = self.held.iter().find(|(_, held)| **held == pid);
        let key = held.map(|(key, _)| key.clone())?;
        self.held.remove(&key);
        Some(Reaped::Lost(key))
    }

    /// Ends them all. The kernel does it as well when this process ends.
    pub fn release_all(&mut self) {
        let starting = self.starting.iter().map(|starting| &starting.pid);
        for pid in self.held.values().chain(starting) {
            let _ = kill(*pid, Signal::SIGKILL);
        }
    }
}

/// The child: goes where it belongs, says so, and sleeps until it is killed.
fn be_held(parent: Pid, words: OwnedFd, title: Option<Title>, text: &str, network: &Network) -> ! {
    let mut words = keep_only(words);
    let prepare = || -> io::Result<()> {
        prctl::set_pdeathsig(Signal::SIGKILL)?;
        if getppid() != parent {
            return Err(io::Error::other("its parent has ended"));
        }
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::all()), None)?;
        network.enter()
    };
    match prepare() {
        Ok(()) => {
            if let Some(title) = title {
                title.set(text);
            }
            let _ = words.write_all(b"+");
            drop(words);
            loop {
                // SAFETY: waits for a signal; all are blocked but SIGKILL.
                unsafe { libc::pause() };
            }
        }
        Err(error) => {
            let _ = words.write_all(error.to_string().as_bytes());
            // SAFETY: ends the child without running what belongs to its parent.
            unsafe { libc::_exit(1) }
        }
    }
}

/// Closes everything but the pipe, which becomes fd 3, and has `/dev/null` as fds 0 to 2.
fn keep_only(words: OwnedFd) -> File {
    let fd = words.into_raw_fd();
    // SAFETY: this process' descriptors, of which nothing in the child uses any but these from here on.
    unsafe {
        if fd != 3 {
            libc::dup2(fd, 3);
        }
        libc::syscall(libc::SYS_close_range, 4u32, u32::MAX, 0u32);
    }
    if let Ok(null) = File::options().read(true).write(true).open("/dev/null") {
        for standard in 0..3 {
            // SAFETY: replaces our own standard streams.
            unsafe { libc::dup2(null.as_raw_fd(), standard) };
        }
    }
    // SAFETY: fd 3 is the pipe, and nobody else owns it.
    unsafe { std::os::fd::FromRawFd::from_raw_fd(3) }
}
