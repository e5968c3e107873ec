//! `lcow-holder shim`: holds containerd's connections and host processes while supervisors come and go. One thread, one
//! loop; each part says what it waits for, and is told what came.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use serde_json::json;

use crate::claim::{self, Answer as ClaimAnswer, Pool};
use crate::control::{self, Control, Question};
use crate::ends::Ends;
use crate::folder_watch::{FolderWatch, TASK_SOCKET};
use crate::held::{Answer, Asker, Held, Reaped};
use crate::poll::Poll;
use crate::program::{Program, State};
use crate::relay::Relay;
use crate::say;
use crate::signals::Signals;
use crate::socket::{self, Listener};
use crate::title::Title;

/// containerd has one a container of the pod; beyond, they wait in the socket's backlog.
const CONNECTIONS_MAX: usize = 1024;
/// What one read takes at most.
const SCRATCH: usize = 64 * 1024;
/// How long the last answers have to leave.
const FLUSH: Duration = Duration::from_secs(1);

pub struct Options {
    pub folder: PathBuf,
    /// Where the first supervisor may be had without starting one.
    pub pool: Option<Pool>,
    pub supervisor: Vec<String>,
}

/// Waited for.
#[derive(Clone, Copy)]
enum Token {
    Signals,
    Folder,
    Listener,
    Control,
    Monitor,
    Starting(i32),
    Client(usize),
    Upstream(usize),
}

pub struct Shim {
    listener: Listener,
    task_socket: PathBuf,
    pod: String,
    folder: FolderWatch,
    signals: Signals,
    program: Program,
    first: bool,
    /// Until it is known whether one of it serves the pod.
    pool: Option<Pool>,
    control: Option<Control>,
    channel: u64,
    held: Held,
    ends: Ends,
    relays: Vec<Relay>,
    /// A connection to somebody else's supervisor, whose end is its end.
    monitor: Option<UnixStream>,
    scratch: Box<[u8]>,
}

impl Shim {
    pub fn new(options: Options, listener: Listener, title: Option<Title>) -> io::Result<Self> {
        Ok(Self {
            listener,
            task_socket: options.folder.join(TASK_SOCKET),
            pod: name_of(&options.folder),
            pool: options.pool,
            folder: FolderWatch::new(&options.folder)?,
            signals: Signals::take([libc::SIGCHLD, libc::SIGTERM, libc::SIGINT])?,
            program: Program::new(options.supervisor, options.folder),
            first: true,
            control: None,
            channel: 0,
            held: Held::new(title),
            ends: Ends::new(),
            relays: Vec::new(),
            monitor: None,
            scratch: vec![0; SCRATCH].into_boxed_slice(),
        })
    }

    /// Until the pod has ended or cannot be had. Gives the exit status.
    pub fn run(&mut self) -> i32 {
        let mut poll = Poll::new();
        let status = loop {
            self.advance();
            if let State::Over(status) = self.program.state() {
                break status;
            }
            poll.clear();
            self.wanted(&mut poll);
            if let Err(error) = poll.wait(self.next_moment()) {
                say!("it cannot wait: {error}");
                break 1;
            }
            for (token, readable) in poll.ready() {
                self.ready(token, readable);
            }
            self.relays.retain(|relay| !relay.over());
        };
        self.end(status);
        status
    }

    fn wanted(&self, poll: &mut Poll<Token>) {
        poll.add(&self.signals, true, false, Token::Signals);
        poll.add(&self.folder, true, false, Token::Folder);
        if self.relays.len() < CONNECTIONS_MAX {
            poll.add(self.listener.socket(), true, false, Token::Listener);
        }
        if let Some(control) = &self.control {
            let (reads, writes) = (control.reads(), control.writes());
            poll.add(control.stream(), reads, writes, Token::Control);
        }
        if let Some(monitor) = &self.monitor {
            poll.add(monitor, true, false, Token::Monitor);
        }
        for (words, pid) in self.held.starting() {
            poll.add(words, true, false, Token::Starting(pid));
        }
        for (index, relay) in self.relays.iter().enumerate() {
            let (reads, writes) = (relay.reads_client(), relay.writes_client());
            poll.add(relay.client(), reads, writes, Token::Client(index));
            let (reads, writes) = (relay.reads_upstream(), relay.writes_upstream());
            // An end would be told even to who wants nothing, again and again.
            if let Some(upstream) = relay.upstream()
                && (reads || writes)
            {
                poll.add(upstream, reads, writes, Token::Upstream(index));
            }
        }
    }

    /// When something is due without any event.
    fn next_moment(&self) -> Option<Instant> {
        let own = match self.program.state() {
            State::Pausing(moment) => Some(moment),
            State::Claiming(_, moment) | State::Foreign(moment) => moment,
            _ => None,
        };
        let waiting = self.relays.iter().filter(|relay| relay.needs_upstream());
        own.into_iter()
            .chain(waiting.filter_map(Relay::redial_at))
            .min()
    }

    /// Does what is due.
    fn advance(&mut self) {
        let now = Instant::now();
        match self.program.state() {
            State::Pausing(moment) if moment <= now => self.have_supervisor(),
            State::Claiming(pid, Some(moment)) if moment <= now => {
                say!("parked supervisor {pid}: it does not answer, and is killed");
                self.program.unanswered(pid);
            }
            State::Foreign(Some(moment)) if moment <= now && !self.look_at_foreign() => {
                self.program.foreign_missed();
            }
            _ => {}
        }
        for index in 0..self.relays.len() {
            let relay = &mut self.relays[index];
            let due = relay.redial_at().is_none_or(|moment| moment <= now);
            if !relay.needs_upstream() || !due {
                continue;
            }
            if relay.dial(&self.task_socket) {
                self.program.served = true;
                self.flush(index);
            }
        }
    }

    fn have_supervisor(&mut self) {
        if !self.claim() {
            self.start();
        }
    }

    /// Tells a parked supervisor the pod. False: there is none to be had.
    fn claim(&mut self) -> bool {
        let Some(pool) = &self.pool else { return false };
        let parked = pool.take();
        let claimed =
            parked.and_then(|parked| Some((Control::new(parked.stream).ok()?, parked.pid)));
        let Some((mut control, pid)) = claimed else {
            say!("no parked supervisor of this shape: one is started");
            self.pool = None;
            return false;
        };
        control.tell(&claim::words(&self.pod));
        self.control = Some(control);
        self.channel += 1;
        self.program.claiming(pid);
        self.flush_control();
        true
    }

    fn claim_answered(&mut self, pid: Pid, answer: ClaimAnswer) {
        match answer {
            ClaimAnswer::Serves => {
                self.pool = None;
                self.first = false;
                self.program.claimed(pid);
            }
            ClaimAnswer::Declines(why) => {
                say!("parked supervisor {pid}: {why}");
                self.control = None;
                // Another may be better.
                self.program.unclaimed();
            }
        }
    }

    /// The channel is over; of a supervisor that is no child, so is the supervisor.
    fn control_lost(&mut self) {
        self.control = None;
        match self.program.state() {
            State::Claiming(pid, _) => {
                say!("parked supervisor {pid}: it ended without a word");
                self.pool = None;
                self.program.unclaimed();
            }
            State::Claimed(pid) => {
                if let Some(text) = self.program.claimed_ended() {
                    say!("process {pid}: {text}");
                }
            }
            _ => {}
        }
    }

    fn start(&mut self) {
        let started = UnixStream::pair().and_then(|(ours, theirs)| {
            let control = Control::new(ours)?;
            self.program.start(OwnedFd::from(theirs), !self.first)?;
            Ok(control)
        });
        match started {
            Ok(control) => {
                self.first = false;
                self.channel += 1;
                self.control = Some(control);
            }
            Err(error) => {
                say!("the supervisor cannot be started: {error}");
                self.program.give_up(1);
            }
        }
    }

    /// False: it does not serve.
    fn look_at_foreign(&mut self) -> bool {
        let Ok(monitor) = socket::dial(&self.task_socket) else {
            return false;
        };
        self.monitor = Some(monitor);
        self.program.served = true;
        self.program.foreign_seen();
        true
    }

    fn ready(&mut self, token: Token, readable: bool) {
        match token {
            Token::Signals => self.take_signals(),
            Token::Folder => self.look_at_folder(),
            Token::Listener => self.accept(),
            Token::Control => self.serve_control(readable),
            Token::Monitor => self.look_at_monitor(),
            Token::Starting(pid) => {
                let answer = self.held.started(pid);
                self.answer(answer);
            }
            Token::Client(index) => {
                let relay = &mut self.relays[index];
                // What does not read and is over for reading is an end as well.
                if readable {
                    relay.client_readable(&mut self.scratch);
                }
                self.connect(index);
                self.flush(index);
            }
            Token::Upstream(index) => {
                let relay = &mut self.relays[index];
                if readable && relay.reads_upstream() && !relay.upstream_readable(&mut self.scratch)
                {
                    relay.upstream_lost();
                }
                self.flush(index);
            }
        }
    }

    /// What the client has just asked goes out without another turn.
    fn connect(&mut self, index: usize) {
        let relay = &mut self.relays[index];
        if relay.needs_upstream() && relay.redial_at().is_none() && relay.dial(&self.task_socket) {
            self.program.served = true;
        }
    }

    fn flush(&mut self, index: usize) {
        let relay = &mut self.relays[index];
        if !relay.flush() {
            // What it answered before its end is still to be read.
            while relay.upstream().is_some() && relay.upstream_readable(&mut self.scratch) {
                if !relay.reads_upstream() {
                    break;
                }
            }
            relay.upstream_lost();
            let _ = relay.flush();
        }
    }

    fn take_signals(&mut self) {
        while let Some(signal) = self.signals.next() {
            if signal != libc::SIGCHLD && !self.program.signal(Signal::SIGTERM) {
                say!("ended by a signal while it has no supervisor");
                self.program.give_up(1);
            }
        }
        // Many ends may be one signal.
        while let Ok(status) = waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            let Some(pid) = status.pid() else { break };
            if !matches!(status, WaitStatus::Exited(..) | WaitStatus::Signaled(..)) {
                continue;
            }
            if self.program.state() == State::Running(pid) {
                self.supervisor_ended(pid, status);
            } else {
                match self.held.reaped(pid) {
                    Some(Reaped::Released(answer)) => self.answer(Some(answer)),
                    Some(Reaped::Lost(key)) => self.lost(&key),
                    None => {}
                }
            }
        }
    }

    fn supervisor_ended(&mut self, pid: Pid, status: WaitStatus) {
        self.control = None;
        if let Some(text) = self.program.ended(status) {
            say!("process {pid}: {text}");
        }
    }

    fn look_at_folder(&mut self) {
        let changes = self.folder.read(TASK_SOCKET);
        // Where one lives, its end is waited for.
        let has_one = matches!(
            self.program.state(),
            State::Running(_) | State::Claiming(..) | State::Claimed(_)
        );
        if changes.gone && !has_one {
            say!("the pod is gone");
            self.program.give_up(0);
        }
        if changes.socket {
            for relay in &mut self.relays {
                relay.redial_now();
            }
            if let State::Foreign(Some(_)) = self.program.state() {
                self.look_at_foreign();
            }
        }
    }

    fn look_at_monitor(&mut self) {
        // It says nothing; being readable is its end.
        self.monitor = None;
        self.program.foreign_missed();
    }

    fn accept(&mut self) {
        while self.relays.len() < CONNECTIONS_MAX {
            match self.listener.accept() {
                Ok(Some(client)) => self.relays.push(Relay::new(client)),
                Ok(None) => say!("a connection of another user was refused"),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    say!("cannot take a connection: {error}");
                    return;
                }
            }
        }
    }

    fn serve_control(&mut self, readable: bool) {
        let Some(control) = &mut self.control else {
            return;
        };
        let lines = match readable {
            true => control.read(&mut self.scratch),
            false => Some(Vec::new()),
        };
        let Some(lines) = lines else {
            self.control_lost();
            return;
        };
        for line in lines {
            if let State::Claiming(pid, _) = self.program.state()
                && let Some(answer) = claim::answer(&line)
            {
                self.claim_answered(pid, answer);
            } else {
                self.asked(&line);
            }
        }
        self.flush_control();
    }

    fn asked(&mut self, line: &[u8]) {
        let Some((number, question)) = control::question(line) else {
            say!("a line on the control channel is no question");
            return;
        };
        let asker = Asker {
            channel: self.channel,
            number,
        };
        match question {
            Ok(Question::Hold {
                key,
                title,
                network,
            }) => {
                if let Err(why) = self.held.hold(asker, &key, &title, &network) {
                    self.answer(Some((asker, Err(why))));
                }
            }
            Ok(Question::Release { key }) => {
                for answer in self.held.release(asker, &key) {
                    self.answer(Some(answer));
                }
            }
            Ok(Question::List) => {
                let held: serde_json::Map<_, _> = self
                    .held
                    .list()
                    .map(|(key, pid)| (key.to_owned(), pid.into()))
                    .collect();
                if let Some(control) = &mut self.control {
                    control.answer(number, json!({ "held": held }));
                }
            }
            Ok(Question::Keep { key, read, write }) => {
                let kept = self.ends.keep(&key, &read, &write);
                self.answer(Some((asker, kept.map(|()| None))));
            }
            Ok(Question::Drop { key }) => {
                self.ends.drop(&key);
                self.answer(Some((asker, Ok(None))));
            }
            Err(why) => self.answer(Some((asker, Err(why)))),
        }
    }

    /// The supervisor ends what the process stood for; one that comes later finds it missing in the list.
    fn lost(&mut self, key: &str) {
        if let Some(control) = &mut self.control {
            control.tell(&json!({ "lost": key }));
            self.flush_control();
        }
    }

    fn answer(&mut self, answer: Option<Answer>) {
        let Some((asker, answer)) = answer else {
            return;
        };
        // Of a supervisor that is gone: the next asks for the list.
        if asker.channel != self.channel {
            return;
        }
        let Some(control) = &mut self.control else {
            return;
        };
        let fields = match answer {
            Ok(Some(pid)) => json!({ "pid": pid }),
            Ok(None) => json!({}),
            Err(why) => json!({ "error": why }),
        };
        control.answer(asker.number, fields);
        self.flush_control();
    }

    fn flush_control(&mut self) {
        if self
            .control
            .as_mut()
            .is_some_and(|control| !control.flush())
        {
            self.control_lost();
        }
    }

    /// Nobody new is let in; what was answered is delivered; nothing is left.
    fn end(&mut self, status: i32) {
        self.listener.remove();
        self.held.release_all();
        let why = match status {
            0 => "the pod has ended: unavailable",
            _ => "the pod's supervisor ended, see its log: unavailable",
        };
        let until = Instant::now() + FLUSH;
        for relay in &mut self.relays {
            while relay.upstream().is_some() && relay.upstream_readable(&mut self.scratch) {
                if !relay.reads_upstream() || Instant::now() > until {
                    break;
                }
            }
            relay.give_up(why);
        }
        let mut poll = Poll::new();
        loop {
            poll.clear();
            for (index, relay) in self.relays.iter_mut().enumerate() {
                let _ = relay.flush();
                if relay.writes_client() && !relay.over() {
                    poll.add(relay.client(), false, true, Token::Client(index));
                }
            }
            if poll.is_empty() || Instant::now() >= until || poll.wait(Some(until)).is_err() {
                return;
            }
        }
    }
}

/// A pod is called as its folder is.
fn name_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
