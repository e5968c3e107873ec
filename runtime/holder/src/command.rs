//! Hands a command of containerd's over to the pool's daemon, which runs it without a start of Node (README.md). Whatever
//! of it is a process is started here: so it is the caller's in every respect. What the daemon surely did not begin is
//! executed as it would have been without one.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{getsockopt, sockopt};
use nix::unistd::{Pid, geteuid, getppid};
use serde_json::{Value, json};

use crate::socket;

const PROTOCOL: u32 = 1;
const NAME: &str = "containerd-shim-lcow-v1";
/// A daemon that has not even looked at it by then is left alone: containerd gives `delete` five seconds in all.
const ACCEPT: Duration = Duration::from_millis(500);
/// Of the whole command; `start` itself gives up after 30 s.
const WHOLE: Duration = Duration::from_secs(60);
/// A line of ours: the daemon takes 64 KiB.
const LINE_BYTES_MAX: usize = 60 * 1024;
/// Of what the daemon says.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Of stdin, what is handed over; options are some hundred bytes.
const INPUT_BYTES_MAX: usize = 24 * 1024;
/// Of stdin, what is read at most: more is an error, which is the program's to say.
const STDIN_BYTES_MAX: u64 = (4 << 20) + 1;
/// Of what a holder says before it ends.
const WORDS_BYTES_MAX: usize = 1024;
/// Of one that serves.
const READY: &str = "ready\n";
const OOM_SCORE_MAX: i32 = 1000;
const NAMESPACES: [&str; 4] = ["mnt", "net", "pid", "user"];
const FAILED: i32 = 1;
/// As a shell has it where there is no such program.
const NO_PROGRAM: i32 = 127;

struct Request {
    socket: PathBuf,
    /// Node, the launcher, and the command's own arguments.
    program: Vec<OsString>,
}

/// How it went that the daemon did not do it.
enum Undone {
    /// It surely did nothing. What was read of stdin, if anything was.
    NotBegun(Option<Vec<u8>>),
    /// It began, and ended in the middle of it; whether the command may be run once more all the same.
    Lost { why: String, again: bool },
}

/// `--socket PATH -- PROGRAM LAUNCHER [ARGUMENT...]`. Does not return where the program is executed.
pub fn run(args: &[OsString]) -> Result<i32, String> {
    let request = parse(args)?;
    match hand_over(&request) {
        Ok(status) => Ok(status),
        Err(Undone::NotBegun(input)) => Ok(execute(&request.program, input)),
        Err(Undone::Lost { why, again }) => {
            let _ = writeln!(
                io::stderr(),
                "{NAME}: the pool's process broke off: {why}{}",
                if again {
                    "; the command is run anew"
                } else {
                    ""
                }
            );
            match again {
                true => Ok(execute(&request.program, None)),
                false => Ok(FAILED),
            }
        }
    }
}

fn parse(args: &[OsString]) -> Result<Request, String> {
    let [option, socket, dashes, program @ ..] = args else {
        return Err("command takes --socket PATH -- PROGRAM LAUNCHER [ARGUMENT...]".to_owned());
    };
    if option != "--socket" || dashes != "--" || program.len() < 2 {
        return Err("command takes --socket PATH -- PROGRAM LAUNCHER [ARGUMENT...]".to_owned());
    }
    Ok(Request {
        socket: socket.into(),
        program: program.to_vec(),
    })
}

/// In place of this process, with what was read of stdin to be read again.
fn execute(program: &[OsString], input: Option<Vec<u8>>) -> i32 {
    if let Some(input) = input
        && let Err(error) = put_back(&input)
    {
        crate::say!("cannot give back what stdin had: {error}");
        return FAILED;
    }
    let error = Command::new(&program[0]).args(&program[1..]).exec();
    crate::say!("cannot execute {:?}: {error}", program[0]);
    NO_PROGRAM
}

fn put_back(input: &[u8]) -> io::Result<()> {
    use std::io::Seek;
    // SAFETY: a new descriptor, which is ours alone.
    let mut file = unsafe {
        match libc::memfd_create(c"stdin".as_ptr(), libc::MFD_CLOEXEC) {
            -1 => return Err(io::Error::last_os_error()),
            fd => File::from_raw_fd(fd),
        }
    };
    file.write_all(input)?;
    file.rewind()?;
    // SAFETY: both are open; replaces our own stdin, which is done with.
    match unsafe { libc::dup2(file.as_raw_fd(), 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn hand_over(request: &Request) -> Result<i32, Undone> {
    let nothing = |_| Undone::NotBegun(None);
    let head = head(request).ok_or(Undone::NotBegun(None))?;
    let mut daemon = Daemon::dial(&request.socket).map_err(nothing)?;
    daemon.say(&head).map_err(nothing)?;
    let accepted = daemon.hear().map_err(nothing)?;
    if accepted["accepted"] != true {
        return Err(Undone::NotBegun(None));
    }
    let input = match accepted["input"] == true {
        false => None,
        true => Some(read_stdin()),
    };
    let bytes = input.as_deref().unwrap_or_default();
    if bytes.len() > INPUT_BYTES_MAX {
        return Err(Undone::NotBegun(input));
    }
    daemon.deadline = Instant::now() + WHOLE;
    // Of a line that did not go out whole the daemon makes nothing.
    if daemon
        .say(&json!({"go": true, "input": hex(bytes)}))
        .is_err()
    {
        return Err(Undone::NotBegun(input));
    }
    let begun = match daemon.hear() {
        Ok(begun) if begun["begun"] == true => begun,
        // It may still begin.
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {
            let why = format!("no answer within {} s", WHOLE.as_secs());
            return Err(Undone::Lost { why, again: false });
        }
        // It says so before it does anything.
        _ => return Err(Undone::NotBegun(input)),
    };
    let mut holder = None;
    follow(&mut daemon, &mut holder).map_err(|error| {
        // Nobody else knows of it.
        if let Some(child) = &holder {
            let _ = kill(Pid::from_raw(child.id() as i32), Signal::SIGTERM);
        }
        let (why, again) = (error.to_string(), begun["again"] == true);
        Undone::Lost { why, again }
    })
}

/// Does what the daemon says until it has the answer. @returns the command's status
fn follow(daemon: &mut Daemon, holder: &mut Option<Child>) -> io::Result<i32> {
    loop {
        let said = daemon.hear()?;
        if let Some(done) = said.get("done") {
            let status = done["status"]
                .as_u64()
                .and_then(|code| u8::try_from(code).ok());
            let (Some(out), Some(err), Some(status)) =
                (bytes_of(&done["stdout"]), bytes_of(&done["stderr"]), status)
            else {
                return Err(io::Error::other("its answer is none"));
            };
            // Nobody may read it.
            let _ = io::stderr().write_all(&err);
            io::stdout().write_all(&out)?;
            io::stdout().flush()?;
            return Ok(status.into());
        }
        let Some(wanted) = said.get("holder") else {
            return Err(io::Error::other("it says what nobody knows"));
        };
        match start_holder(wanted) {
            Err(error) => daemon.say(&json!({"holder": {"error": error.to_string()}}))?,
            Ok(child) => {
                let child = holder.insert(child);
                daemon.say(&json!({"holder": {"pid": child.id()}}))?;
                let words = words_of(child, daemon.deadline)?;
                let ended = match words.as_str() {
                    READY => Value::Null,
                    _ => {
                        let status = child.wait()?;
                        status.code().map_or(json!(status.to_string()), Value::from)
                    }
                };
                if words != READY {
                    *holder = None;
                }
                daemon.say(&json!({"holder": {"words": words, "ended": ended}}))?;
            }
        }
    }
}

/// What the daemon is told first; none where it would not understand it.
fn head(request: &Request) -> Option<Value> {
    let [_, launcher, arguments @ ..] = request.program.as_slice() else {
        return None;
    };
    let arguments: Option<Vec<&str>> = arguments.iter().map(|each| each.to_str()).collect();
    let environment: Option<HashMap<String, String>> = std::env::vars_os()
        .map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let folder = std::env::current_dir().ok()?;
    let mut namespaces = HashMap::new();
    for name in NAMESPACES {
        let link = fs::read_link(Path::new("/proc/self/ns").join(name)).ok()?;
        namespaces.insert(name, link.to_str()?.to_owned());
    }
    Some(json!({
        "protocol": PROTOCOL,
        "launcher": launcher.to_str()?,
        "arguments": arguments?,
        "folder": folder.to_str()?,
        "environment": environment?,
        "namespaces": namespaces,
    }))
}

/// As much as there is, or as is read at most. What cannot be read is as an end, as it is for the program.
fn read_stdin() -> Vec<u8> {
    let mut input = Vec::new();
    let _ = io::stdin().take(STDIN_BYTES_MAX).read_to_end(&mut input);
    input
}

/// The way to the daemon: a line of JSON each, both ways.
struct Daemon {
    stream: UnixStream,
    deadline: Instant,
    /// Of what it says next.
    rest: Vec<u8>,
}

impl Daemon {
    fn dial(path: &Path) -> io::Result<Self> {
        let stream = socket::dial_in_folder(path)?;
        stream.set_nonblocking(false)?;
        if getsockopt(&stream, sockopt::PeerCredentials)?.uid() != geteuid().as_raw() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(Self {
            stream,
            deadline: Instant::now() + ACCEPT,
            rest: Vec::new(),
        })
    }

    fn say(&mut self, message: &Value) -> io::Result<()> {
        let line = format!("{message}\n");
        if line.len() > LINE_BYTES_MAX {
            return Err(io::Error::other("it does not fit into a line"));
        }
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write_all(line.as_bytes())
    }

    fn hear(&mut self) -> io::Result<Value> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return serde_json::from_slice(&line)
                    .map_err(|_| io::Error::other("it does not say JSON"));
            }
            if self.rest.len() > ANSWER_BYTES_MAX {
                return Err(io::Error::other("its line has no end"));
            }
            self.stream.set_read_timeout(Some(self.left()?))?;
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it ended")),
                Ok(count) => self.rest.extend_from_slice(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(late()),
                Err(error) => return Err(error),
            }
        }
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            Err(late())
        } else {
            Ok(left)
        }
    }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "it does not answer in time")
}

/// A child of ours, which outlives us: containerd's, as if Node had started it.
fn start_holder(wanted: &Value) -> io::Result<Child> {
    let wrong = || io::Error::other("what is to be started is no program");
    let texts = |value: &Value| -> Option<Vec<String>> {
        let text = |each: &Value| each.as_str().map(str::to_owned);
        value.as_array()?.iter().map(text).collect()
    };
    let argv = texts(&wanted["program"]).ok_or_else(wrong)?;
    let environment = wanted["environment"].as_object().ok_or_else(wrong)?;
    let log = wanted["log"].as_str().ok_or_else(wrong)?;
    let [file, arguments @ ..] = argv.as_slice() else {
        return Err(wrong());
    };
    raise_oom_score();
    raise_descriptor_limit();
    let mut command = Command::new(file);
    command.args(arguments).env_clear().current_dir("/");
    for (name, value) in environment {
        command.env(name, value.as_str().ok_or_else(wrong)?);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(open_log(Path::new(log))?);
    // SAFETY: makes one system call.
    unsafe {
        command.pre_exec(|| {
            libc::setsid();
            Ok(())
        });
    }
    command.spawn()
}

fn open_log(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

/// containerd wants its shims to be killed before itself, when memory runs out: its own score and one. What this process
/// starts inherits it. Where the parent has gone there is nothing to follow.
fn raise_oom_score() {
    let parents = fs::read_to_string(format!("/proc/{}/oom_score_adj", getppid()));
    if let Some(score) = parents
        .ok()
        .and_then(|text| text.trim().parse::<i32>().ok())
    {
        let _ = fs::write(
            "/proc/self/oom_score_adj",
            (score + 1).min(OOM_SCORE_MAX).to_string(),
        );
    }
}

/// As far as it may be, as Node does with its own: a holder has pipes of every container open.
fn raise_descriptor_limit() {
    // SAFETY: reads into and takes from a structure of ours.
    unsafe {
        let mut limit = std::mem::zeroed::<libc::rlimit>();
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    }
}

/// That it serves; or, of one that does not, all that it says until it ends.
fn words_of(child: &mut Child, deadline: Instant) -> io::Result<String> {
    let Some(out) = &mut child.stdout else {
        return Ok(String::new());
    };
    let mut words = Vec::new();
    let mut buffer = [0; 256];
    while words != READY.as_bytes() {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = PollTimeout::try_from(left).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(out.as_fd(), PollFlags::POLLIN)], timeout) {
            Ok(0) => return Err(io::Error::other("the holder says nothing")),
            Ok(_) => {}
            Err(nix::errno::Errno::EINTR) => continue,
            Err(error) => return Err(error.into()),
        }
        match out.read(&mut buffer)? {
            0 => break,
            count if words.len() < WORDS_BYTES_MAX => words.extend_from_slice(&buffer[..count]),
            _ => {}
        }
    }
    Ok(String::from_utf8_lossy(&words).into_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes_of(value: &Value) -> Option<Vec<u8>> {
    let text = value.as_str()?.as_bytes();
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let pair = |pair: &[u8]| match pair {
        [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    };
    text.chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<OsString> {
        text.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn what_is_not_handed_over_is_the_programs_whatever_it_is() {
        let request = parse(&words("--socket /s -- node /l -id x start")).unwrap();
        assert_eq!(request.socket, PathBuf::from("/s"));
        assert_eq!(request.program, words("node /l -id x start"));
        for wrong in ["--socket /s", "--socket /s -- node", "--pod /s -- node /l"] {
            assert!(parse(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn bytes_are_pairs_of_digits() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes_of(&json!(hex(&bytes))), Some(bytes));
        assert_eq!(bytes_of(&json!("")), Some(vec![]));
        for wrong in [json!("0"), json!("zz"), json!("012"), json!(1), Value::Null] {
            assert_eq!(bytes_of(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_line_that_does_not_end_is_not_read_for_ever() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let rest = Vec::new();
        let mut daemon = Daemon {
            stream: ours,
            deadline,
            rest,
        };
        let writer = std::thread::spawn(move || {
            let _ = theirs.write_all(&vec![b'x'; 2 * ANSWER_BYTES_MAX]);
        });
        let error = daemon.hear().unwrap_err();
        assert_eq!(error.to_string(), "its line has no end");
        drop(daemon);
        writer.join().unwrap();
    }

    #[test]
    fn one_that_says_nothing_is_late() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let mut daemon = Daemon {
            stream: ours,
            deadline: Instant::now() + Duration::from_millis(20),
            rest: Vec::new(),
        };
        assert_eq!(daemon.hear().unwrap_err().kind(), io::ErrorKind::TimedOut);
        // And is not asked any more.
        let error = daemon.say(&json!({})).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
