//! `lcow-holder process`: stands for one process of the guest, for callers that want a process of theirs. It has the
//! stdio that it was given, passes signals and the terminal's size on, and ends as the guest's process does.
//!
//! Its stderr is the container's: it never writes there.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use crate::console;
use crate::folder_watch::FolderWatch;
use crate::frame::{Frame, FrameReader, REQUEST, RESPONSE, Received};
use crate::message;
use crate::network::Network;
use crate::outbox::Outbox;
use crate::poll::Poll;
use crate::program;
use crate::signals::Signals;
use crate::socket;

/// The container went with its VM, as if it was killed.
const GONE: i32 = 137;
/// Nobody knows how it ended.
const UNKNOWN: i32 = 255;
const FAILED: i32 = 1;
/// Calls that wait for a supervisor.
const CALLS_MAX: usize = 64;
/// How soon the socket is dialled again where nothing tells that it is served: doubling.
const REDIAL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));
/// Those of many processes of one pod are not all to start a supervisor at the same time.
const STAGGER: Duration = Duration::from_millis(40);
/// One that served so long was a supervisor, not an attempt.
const STEADY: Duration = Duration::from_secs(5);
/// Adopters that failed, one after the other.
const ADOPTERS_MAX: u32 = 5;

const FORWARDED: [i32; 11] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGTERM,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGALRM,
    libc::SIGCONT,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
];

pub struct Options {
    pub socket: PathBuf,
    pub id: String,
    pub exec: String,
    pub network: Network,
    pub console_socket: Option<PathBuf>,
    /// Becomes the supervisor of the pod where that has died.
    pub adopter: Vec<String>,
}

/// What this process needs once it is where it belongs.
pub struct Prepared {
    signals: Signals,
    /// The network namespace that it came from, where it left it: an adopter is to be as any other supervisor, and the
    /// pod's lock is of a network namespace.
    home: Option<File>,
}

/// Goes where it belongs.
pub fn prepare(options: &Options) -> io::Result<Prepared> {
    let real_time = libc::SIGRTMIN()..=libc::SIGRTMAX();
    let others = [libc::SIGWINCH, libc::SIGCHLD];
    let signals = Signals::take(FORWARDED.into_iter().chain(others).chain(real_time))?;
    let home = match options.network {
        Network::Host => None,
        Network::New | Network::Path(_) => Some(File::open("/proc/self/ns/net")?),
    };
    options.network.enter()?;
    if let Some(path) = &options.console_socket {
        console::attach(path)
            .map_err(|error| io::Error::other(format!("cannot hand over a terminal: {error}")))?;
    }
    Ok(Prepared { signals, home })
}

/// Says that it stands, and waits until the process that it stands for exists. False: it will not.
pub fn confirmed(control: UnixStream) -> bool {
    if (&control).write_all(b"ready\n").is_err() {
        return false;
    }
    let mut line = String::new();
    let read = BufReader::new(control.take(16)).read_line(&mut line);
    read.is_ok() && line == "wait\n"
}

#[derive(Clone, Copy)]
enum Token {
    Signals,
    Folder,
    Connection,
}

struct Process {
    options: Options,
    connection: Option<UnixStream>,
    reader: FrameReader,
    outbox: Outbox,
    next_stream: u32,
    /// The stream of the Wait.
    waiting: u32,
    /// Calls that nobody was there for: method and payload.
    calls: VecDeque<(&'static str, Vec<u8>)>,
    /// Calls that were sent and not answered, by stream: asked again where the supervisor dies. A signal may then come
    /// twice, which is less than one that is lost.
    unanswered: VecDeque<(u32, &'static str, Vec<u8>)>,
    redial_at: Instant,
    redial_after: Duration,
    /// When an adopter is started, where the supervisor is gone.
    adopt_at: Option<Instant>,
    adopter: Option<i32>,
    adopters: u32,
    /// Of adopters, where it is not ours.
    home: Option<File>,
    connected_at: Instant,
}

/// Stands for the process until it has ended. Gives its exit status.
pub fn run(options: Options, Prepared { signals, home }: Prepared) -> i32 {
    let folder = options.socket.parent().map(FolderWatch::new);
    let Some(Ok(folder)) = folder else {
        return GONE;
    };
    let mut process = Process {
        options,
        connection: None,
        reader: FrameReader::default(),
        outbox: Outbox::default(),
        next_stream: 1,
        waiting: 0,
        calls: VecDeque::new(),
        unanswered: VecDeque::new(),
        redial_at: Instant::now(),
        redial_after: REDIAL.0,
        adopt_at: None,
        adopter: None,
        adopters: 0,
        home,
        connected_at: Instant::now(),
    };
    process.resize();
    let mut poll = Poll::new();
    let mut scratch = vec![0; 4096];
    loop {
        if let Some(status) = process.advance() {
            return status;
        }
        poll.clear();
        poll.add(&signals, true, false, Token::Signals);
        poll.add(&folder, true, false, Token::Folder);
        if let Some(connection) = &process.connection {
            let writes = !process.outbox.is_empty();
            poll.add(connection, true, writes, Token::Connection);
        }
        if poll.wait(process.next_moment()).is_err() {
            return UNKNOWN;
        }
        for (token, readable) in poll.ready() {
            let over = match token {
                Token::Signals => process.take_signals(&signals),
                Token::Folder => process.look_at_folder(&folder),
                Token::Connection => process.serve(readable, &mut scratch),
            };
            if let Some(status) = over {
                return status;
            }
        }
    }
}

impl Process {
    fn next_moment(&self) -> Option<Instant> {
        if self.connection.is_some() {
            return None;
        }
        Some(match self.adopt_at {
            Some(moment) => moment.min(self.redial_at),
            None => self.redial_at,
        })
    }

    /// Does what is due.
    fn advance(&mut self) -> Option<i32> {
        if self.connection.is_some() {
            return None;
        }
        let now = Instant::now();
        if self.redial_at <= now {
            self.dial();
        }
        if self.connection.is_some() {
            return None;
        }
        if self.adopt_at.is_some_and(|moment| moment <= now) {
            self.adopt_at = None;
            return self.adopt();
        }
        None
    }

    fn dial(&mut self) {
        match socket::dial(&self.options.socket) {
            Ok(connection) => {
                self.connection = Some(connection);
                self.connected_at = Instant::now();
                self.reader = FrameReader::default();
                self.outbox = Outbox::default();
                self.adopt_at = None;
                self.next_stream = 1;
                let id = message::process_id(&self.options.id, &self.options.exec);
                self.waiting = self.next_stream;
                self.send(&message::wait_request(&id));
                while let Some((method, payload)) = self.calls.pop_front() {
                    self.ask(method, payload);
                }
                self.flush();
            }
            Err(error) => {
                let busy = error.kind() == io::ErrorKind::WouldBlock;
                self.redial_later();
                if !busy && self.adopt_at.is_none() && self.adopter.is_none() {
                    let share = std::process::id() % 10;
                    self.adopt_at = Some(Instant::now() + STAGGER * (share + 1));
                }
            }
        }
    }

    fn redial_later(&mut self) {
        self.redial_at = Instant::now() + self.redial_after;
        self.redial_after = (self.redial_after * 2).min(REDIAL.1);
    }

    /// The supervisor is gone: the pod may be as well, or wants another.
    fn adopt(&mut self) -> Option<i32> {
        if self.folder_gone() {
            return Some(GONE);
        }
        if self.options.adopter.is_empty() || self.adopter.is_some() {
            return None;
        }
        if self.adopters == ADOPTERS_MAX {
            return Some(UNKNOWN);
        }
        self.adopters += 1;
        let started = program::command(&self.options.adopter).and_then(|mut command| {
            if let Some(home) = self.home.as_ref().map(AsRawFd::as_raw_fd) {
                let go_home = move || {
                    // SAFETY: in the child, where `home` is open: it closes with the execution.
                    let result = unsafe { libc::setns(home, libc::CLONE_NEWNET) };
                    if result < 0 {
                        return Err(io::Error::last_os_error());
                    }
                    Ok(())
                };
                // SAFETY: it makes a system call alone.
                unsafe { command.pre_exec(go_home) };
            }
            // Ours is the container's, whose readers wait for its end.
            command.stderr(Stdio::null()).spawn()
        });
        if let Ok(child) = started {
            self.adopter = Some(child.id() as i32);
        }
        None
    }

    fn folder_gone(&self) -> bool {
        self.options
            .socket
            .parent()
            .is_none_or(|folder| !folder.exists())
    }

    fn take_signals(&mut self, signals: &Signals) -> Option<i32> {
        while let Some(signal) = signals.next() {
            match signal {
                libc::SIGCHLD => self.reap(),
                libc::SIGWINCH => self.resize(),
                number => {
                    let (id, exec) = (&self.options.id, &self.options.exec);
                    self.call("Kill", message::kill(id, exec, number));
                }
            }
        }
        None
    }

    fn reap(&mut self) {
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            if status == WaitStatus::StillAlive {
                return;
            }
            if status.pid().map(nix::unistd::Pid::as_raw) == self.adopter {
                self.adopter = None;
                self.redial_at = Instant::now();
            }
        }
    }

    fn look_at_folder(&mut self, folder: &FolderWatch) -> Option<i32> {
        let name = self.options.socket.file_name()?.to_str()?;
        let changes = folder.read(name);
        // A supervisor that still serves tells how it ended.
        if changes.gone && self.connection.is_none() && self.folder_gone() {
            return Some(GONE);
        }
        if changes.socket {
            self.redial_after = REDIAL.0;
            self.redial_at = Instant::now();
        }
        None
    }

    /// As wide and high as the caller's terminal, where there is one.
    fn resize(&mut self) {
        if self.options.console_socket.is_none() {
            return;
        }
        if let Some((width, height)) = console::size() {
            let (id, exec) = (&self.options.id, &self.options.exec);
            self.call("ResizePty", message::resize(id, exec, width, height));
        }
    }

    fn call(&mut self, method: &'static str, payload: Vec<u8>) {
        if self.connection.is_some() && self.unanswered.len() < CALLS_MAX {
            self.ask(method, payload);
            self.flush();
        } else if self.calls.len() < CALLS_MAX {
            self.calls.push_back((method, payload));
        }
    }

    fn ask(&mut self, method: &'static str, payload: Vec<u8>) {
        let stream = self.next_stream;
        self.send(&message::request(method, &payload));
        self.unanswered.push_back((stream, method, payload));
    }

    fn send(&mut self, data: &[u8]) {
        self.outbox
            .push(Frame::new(self.next_stream, REQUEST, 0, data));
        self.next_stream += 2;
    }

    fn flush(&mut self) {
        if let Some(connection) = &mut self.connection
            && self.outbox.write(connection, |_| {}).is_err()
        {
            self.lost();
        }
    }

    fn lost(&mut self) {
        self.connection = None;
        while let Some((_, method, payload)) = self.unanswered.pop_back() {
            self.calls.push_front((method, payload));
        }
        if self.connected_at.elapsed() > STEADY {
            self.adopters = 0;
            self.redial_after = REDIAL.0;
        }
        self.redial_later();
    }

    fn serve(&mut self, readable: bool, scratch: &mut [u8]) -> Option<i32> {
        self.flush();
        if !readable {
            return None;
        }
        let connection = self.connection.as_mut()?;
        let count = match connection.read(scratch) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            Err(_) => 0,
        };
        if count == 0 {
            self.lost();
            return None;
        }
        let mut answers = Vec::new();
        let waiting = self.waiting;
        let unanswered = &mut self.unanswered;
        self.reader.push(&scratch[..count], |received| {
            if let Received::Frame(frame) = received
                && frame.kind() == RESPONSE
            {
                unanswered.retain(|(stream, ..)| *stream != frame.stream());
                if frame.stream() == waiting {
                    answers.push(frame);
                }
            }
        });
        let answer = answers.first()?;
        match message::response(answer.data()) {
            Ok(payload) => {
                Some(message::exit_status(payload).map_or(UNKNOWN, |status| (status & 0xff) as i32))
            }
            Err((message::NOT_FOUND, _)) => Some(UNKNOWN),
            // It is on its way out; the next one knows.
            Err(_) => {
                self.lost();
                None
            }
        }
    }
}

/// The status of a creation that failed, which the caller is told.
pub fn fail(control: Option<UnixStream>, error: &io::Error) -> i32 {
    if let Some(mut control) = control {
        let text = error.to_string().replace('\n', " ");
        let _ = control.write_all(format!("error: {text}\n").as_bytes());
    }
    FAILED
}
