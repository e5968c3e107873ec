//! The supervisor as a process: how it is started as a child, or was claimed of a pool, and what its end means.

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
/// A parked one answers in milliseconds, on a busy host in some more.
const ANSWER: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Running(Pid),
    /// A parked one was told the pod; it is killed at this moment, if it has said nothing.
    Claiming(Pid, Option<Instant>),
    /// One that was parked serves. It is no child: its end is that of its control channel.
    Claimed(Pid),
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

    /// A parked one is told the pod.
    pub fn claiming(&mut self, pid: Pid) {
        self.state = State::Claiming(pid, Some(Instant::now() + ANSWER));
    }

    /// It serves.
    pub fn claimed(&mut self, pid: Pid) {
        self.state = State::Claimed(pid);
    }

    /// It has said nothing, and is not to have the pod beside another. Its end is still to come.
    pub fn unanswered(&mut self, pid: Pid) {
        let _ = kill(pid, Signal::SIGKILL);
        self.state = State::Claiming(pid, None);
    }

    /// It declined, or ended before it served: the pod is as it was.
    pub fn unclaimed(&mut self) {
        self.state = match self.folder.exists() {
            true => State::Pausing(Instant::now()),
            false => State::Over(0),
        };
    }

    /// One that was claimed has ended: what follows, and what there is to say of it.
    pub fn claimed_ended(&mut self) -> Option<String> {
        if !self.folder.exists() {
            self.state = State::Over(0);
            return None;
        }
        Some(self.again("without a word"))
    }

    /// It ended: what follows, and what there is to say of it.
    pub fn ended(&mut self, status: WaitStatus) -> Option<String> {
        let code = match status {
            WaitStatus::Exited(_, code) => Some(code),
            _ => None,
        };
        if code == Some(0) {
            self.state = State::Over(0);
            return None;
        }
        if code == Some(LOCK_TAKEN) {
            self.missed = false;
            self.state = State::Foreign(Some(Instant::now()));
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
        Some(self.again(&how))
    }

    /// One ended that the pod outlives: the next is started, unless too many did.
    fn again(&mut self, how: &str) -> String {
        let now = Instant::now();
        self.ends.push_back(now);
        while self.ends.front().is_some_and(|end| now - *end > ENDS.1) {
            self.ends.pop_front();
        }
        let recent = self.ends.len();
        if recent >= ENDS.0 {
            self.state = State::Over(1);
            return format!(
                "the supervisor ended {how}, {recent} times within {} s: it is given up",
                ENDS.1.as_secs()
            );
        }
        let pause = match recent {
            1 => Duration::ZERO,
            more => PAUSE * (1 << (more - 2)),
        };
        self.state = State::Pausing(now + pause);
        format!("the supervisor ended {how}; the next adopts the pod")
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
        match self.state {
            State::Running(pid) | State::Claiming(pid, _) | State::Claimed(pid) => {
                kill(pid, signal).is_ok()
            }
            _ => false,
        }
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

    #[test]
    fn what_the_end_of_a_parked_one_means() {
        let mut orderly = Program::new(vec![], "/nowhere/at/all".into());
        orderly.claimed(Pid::this());
        assert_eq!(orderly.claimed_ended(), None);
        assert_eq!(orderly.state(), State::Over(0));
        let mut killed = program();
        killed.claimed(Pid::this());
        for _ in 0..4 {
            assert!(killed.claimed_ended().is_some());
            assert!(matches!(killed.state(), State::Pausing(_)));
        }
        killed.claimed_ended();
        assert_eq!(killed.state(), State::Over(1));
        // A pod that is gone is nobody's to claim for.
        let mut declined = program();
        declined.claiming(Pid::this());
        declined.unclaimed();
        assert!(matches!(declined.state(), State::Pausing(_)));
        let mut gone = Program::new(vec![], "/nowhere/at/all".into());
        gone.claiming(Pid::this());
        gone.unclaimed();
        assert_eq!(gone.state(), State::Over(0));
    }
}
