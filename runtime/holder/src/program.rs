//! The supervisor as a child process: how it is started, and what its end means.

use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::wait::WaitStatus;
use nix::unistd::Pid;

/// Where the supervisor finds its end of the control channel.
pub const CONTROL_FD: i32 = 4;
/// Its status when another has the pod's lock.
const LOCK_TAKEN: i32 = 75;
/// It said why it cannot, or was called wrongly: the next first one would end alike.
const CANNOT: [i32; 2] = [1, 64];
/// So many ends within this time, and it is given up.
const ENDS: (usize, Duration) = (5, Duration::from_secs(10));
/// Before the second start in a row; doubles.
const PAUSE: Duration = Duration::from_millis(100);
/// How long one is given who has the lock and no socket.
const FOREIGN_PAUSE: Duration = Duration::from_millis(500);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running(Pid),
    /// It died; the next is started at this moment.
    Pausing(Instant),
    /// Somebody else's serves the pod, or will; looked at again at this moment, where nobody is connected to it.
    Foreign(Option<Instant>),
    /// The pod has ended, or cannot be had: the holder's own status.
    Over(i32),
}

pub struct Program {
    argv: Vec<String>,
    folder: PathBuf,
    state: State,
    ends: VecDeque<Instant>,
    /// Somebody else's did not serve when it was looked at.
    missed: bool,
    /// A supervisor was seen to serve the pod.
    pub served: bool,
}

impl Program {
    pub fn new(argv: Vec<String>, folder: PathBuf) -> Self {
        let state = State::Pausing(Instant::now());
        Self {
            argv,
            folder,
            state,
            ends: VecDeque::new(),
            missed: false,
            served: false,
        }
    }

    pub fn state(&self) -> State {
        self.state
    }

    pub fn give_up(&mut self, status: i32) {
        self.state = State::Over(status);
    }

    /// Starts it; it inherits `control`.
    pub fn start(&mut self, control: OwnedFd, adopt: bool) -> io::Result<()> {
        let mut command = command(&self.argv)?;
        command.arg("--pod").arg(&self.folder);
        command.args(["--holder", &CONTROL_FD.to_string()]);
        if adopt {
            command.arg("--adopt");
        }
        let fd = control.as_raw_fd();
        let inherit = move || {
            // SAFETY: in the child; `fd` is open. A copy does not close with the execution.
            let result = unsafe {
                if fd == CONTROL_FD {
                    libc::fcntl(fd, libc::F_SETFD, 0)
                } else {
                    libc::dup2(fd, CONTROL_FD)
                }
            };
            if result < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(())
        };
        // SAFETY: it makes system calls alone.
        unsafe { command.pre_exec(inherit) };
        let child = command.spawn()?;
        self.state = State::Running(Pid::from_raw(child.id() as i32));
        Ok(())
    }

    /// It ended: what follows, and what there is to say of it.
    pub fn ended(&mut self, status: WaitStatus) -> Option<String> {
        let code = match status {
            WaitStatus::Exited(_, code) => Some(code),
            _ => None,
        };
        let now = Instant::now();
        if code == Some(0) {
            self.state = State::Over(0);
            return None;
        }
        if code == Some(LOCK_TAKEN) {
            self.missed = false;
            self.state = State::Foreign(Some(now));
            return Some("another supervisor has the pod".to_owned());
        }
        let how = match status {
            WaitStatus::Exited(_, code) => format!("with status {code}"),
            WaitStatus::Signaled(_, signal, _) => format!("by {signal}"),
            other => format!("{other:?}"),
        };
        if !self.served && code.is_some_and(|code| CANNOT.contains(&code)) {
            self.state = State::Over(1);
            return Some(format!("the supervisor ended {how} before it served"));
        }
        if !self.folder.exists() {
            self.state = State::Over(0);
            return Some(format!("the supervisor ended {how}, and the pod is gone"));
        }
        self.ends.push_back(now);
        while self.ends.front().is_some_and(|end| now - *end > ENDS.1) {
            self.ends.pop_front();
        }
        let recent = self.ends.len();
        if recent >= ENDS.0 {
            self.state = State::Over(1);
            return Some(format!(
                "the supervisor ended {how}, {recent} times within {} s: it is given up",
                ENDS.1.as_secs()
            ));
        }
        let pause = match recent {
            1 => Duration::ZERO,
            more => PAUSE * (1 << (more - 2)),
        };
        self.state = State::Pausing(now + pause);
        Some(format!(
            "the supervisor ended {how}; the next adopts the pod"
        ))
    }

    /// Somebody else's is connected to.
    pub fn foreign_seen(&mut self) {
        self.missed = false;
        self.state = State::Foreign(None);
    }

    /// Somebody else's does not serve (any more): it is given some time, then an own one is tried.
    pub fn foreign_missed(&mut self) {
        let next = Instant::now() + FOREIGN_PAUSE;
        self.state = match self.missed {
            false => State::Foreign(Some(next)),
            true => State::Pausing(Instant::now()),
        };
        self.missed = !self.missed;
    }

    /// False: there is none to send it to.
    pub fn signal(&self, signal: Signal) -> bool {
        let State::Running(pid) = self.state else {
            return false;
        };
        kill(pid, signal).is_ok()
    }
}

/// A program in a session of its own, with nothing of ours but stderr and the environment.
pub fn command(argv: &[String]) -> io::Result<Command> {
    let [file, args @ ..] = argv else {
        return Err(io::Error::other("no program is given"));
    };
    let mut command = Command::new(file);
    command
        .args(args)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let prepare = || {
        // SAFETY: in the child; as a program expects to be started.
        unsafe {
            libc::setsid();
            libc::syscall(
                libc::SYS_close_range,
                3u32,
                u32::MAX,
                libc::CLOSE_RANGE_CLOEXEC,
            );
            libc::signal(libc::SIGHUP, libc::SIG_DFL);
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        }
        SigSet::empty().thread_set_mask().map_err(io::Error::from)
    };
    // SAFETY: it makes system calls alone.
    unsafe { command.pre_exec(prepare) };
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(signal: Signal) -> WaitStatus {
        WaitStatus::Signaled(Pid::from_raw(1), signal, false)
    }

    fn exited(code: i32) -> WaitStatus {
        WaitStatus::Exited(Pid::from_raw(1), code)
    }

    fn program() -> Program {
        Program::new(vec!["/bin/true".into()], "/".into())
    }

    #[test]
    fn a_crash_loop_is_given_up_after_five_ends() {
        let mut program = program();
        program.served = true;
        let mut last = Instant::now();
        for _ in 0..4 {
            program.ended(dead(Signal::SIGKILL));
            let State::Pausing(until) = program.state() else {
                panic!("{:?}", program.state());
            };
            assert!(until >= last);
            last = until;
        }
        program.ended(exited(70));
        assert_eq!(program.state(), State::Over(1));
    }

    #[test]
    fn what_an_end_means() {
        let mut first = program();
        first.ended(exited(1));
        assert_eq!(first.state(), State::Over(1));
        let mut orderly = program();
        orderly.ended(exited(0));
        assert_eq!(orderly.state(), State::Over(0));
        let mut taken = program();
        taken.ended(exited(75));
        assert!(matches!(taken.state(), State::Foreign(Some(_))));
        let mut gone = Program::new(vec![], "/nowhere/at/all".into());
        gone.served = true;
        gone.ended(exited(1));
        assert_eq!(gone.state(), State::Over(0));
    }
}
