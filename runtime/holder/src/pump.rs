//! Carries a guest process's stdout from the socket of its port to the pipe that its reader has, past the supervisor
//! (docs/protocol.md §3). What the pipe took is written down first, acknowledged to the guest then. It ends with the
//! supervisor, who finds in the record where to go on.

use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::socket;

const MAGIC: [u8; 8] = *b"lcowBULK";
const NONCE_BYTES: usize = 16;
const HELLO_BYTES: usize = MAGIC.len() + NONCE_BYTES;
/// The guest's: it says where it begins.
const HEAD_BYTES: usize = HELLO_BYTES + 8;
/// Bytes of an earlier connection that may come before: what port and socket hold, many times over.
const DISCARD_LIMIT: usize = 16 << 20;
const BUFFER_BYTES: usize = 256 * 1024;
/// Acknowledged at once, for the guest holds no more than some of this.
const ACKNOWLEDGE_BYTES: u64 = 512 * 1024;
/// The pipe's, where it may be as large.
const PIPE_BYTES: i32 = 1 << 20;
/// Digits of a number in the record, whose first it is.
const DIGITS: usize = 16;

const CONTROL: RawFd = 0;
const OUTPUT: RawFd = 3;
const RECORD: RawFd = 4;

/// Runs until all is carried or nothing more can be: the supervisor closes our stdin, or the guest its end.
pub fn run(path: &Path, nonce: &str) -> Result<(), String> {
    let hello = hello(nonce)?;
    die_with_parent();
    for fd in [OUTPUT, RECORD] {
        // SAFETY: asks of a descriptor whether it is open.
        if unsafe { libc::fcntl(fd, libc::F_GETFD) } < 0 {
            return Err(format!("descriptor {fd} is not open"));
        }
    }
    let socket = socket::dial_in_folder(path)
        .map_err(|error| format!("cannot connect to {path:?}: {error}"))?;
    let mut pump = Pump::new(socket);
    pump.say(&hello)?;
    crate::tell("ready\n");
    let Some(from) = await_go()? else {
        return Ok(());
    };
    // SAFETY: fcntl on an open descriptor; one that may not grow stays as it is.
    unsafe { libc::fcntl(OUTPUT, libc::F_SETPIPE_SZ, PIPE_BYTES) };
    if pump.await_head(&hello, from)? {
        pump.carry(from)?;
    }
    Ok(())
}

fn hello(nonce: &str) -> Result<[u8; HELLO_BYTES], String> {
    let mut hello = [0; HELLO_BYTES];
    hello[..MAGIC.len()].copy_from_slice(&MAGIC);
    let wrong = || {
        format!(
            "--nonce {nonce} is not {} hexadecimal digits",
            2 * NONCE_BYTES
        )
    };
    if nonce.len() != 2 * NONCE_BYTES || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    for (at, byte) in hello[MAGIC.len()..].iter_mut().enumerate() {
        *byte = u8::from_str_radix(&nonce[2 * at..2 * at + 2], 16).map_err(|_| wrong())?;
    }
    Ok(hello)
}

fn die_with_parent() {
    // SAFETY: of our own process.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
    }
}

/// The supervisor has handed on all that came before `N`: "go N". None: it wants nothing any more.
fn await_go() -> Result<Option<u64>, String> {
    let mut line = String::new();
    let read = io::stdin().read_line(&mut line);
    read.map_err(|error| format!("cannot read what to do: {error}"))?;
    if line.is_empty() {
        return Ok(None);
    }
    let number = line
        .strip_prefix("go ")
        .and_then(|text| text.trim_end().parse().ok());
    number.map(Some).ok_or(format!("{line:?} is not \"go N\""))
}

struct Pump {
    socket: UnixStream,
    buffer: Vec<u8>,
    /// What of the buffer is to be passed on.
    begin: usize,
    end: usize,
    /// Of an acknowledgement that the socket took in part.
    owed: Vec<u8>,
}

impl Pump {
    fn new(socket: UnixStream) -> Self {
        Self {
            socket,
            buffer: vec![0; BUFFER_BYTES],
            begin: 0,
            end: 0,
            owed: Vec::new(),
        }
    }

    fn say(&mut self, bytes: &[u8]) -> Result<(), String> {
        // A socket that nobody has written to has room for this.
        let said = self.socket.write_all(bytes);
        said.map_err(|error| format!("cannot greet the guest: {error}"))
    }

    /// Waits for the guest or the supervisor, or for the pipe. False: the supervisor wants no more.
    fn wait(&self, output: bool) -> Result<bool, String> {
        let of = |fd: RawFd, events: i16| libc::pollfd {
            fd,
            events,
            revents: 0,
        };
        let owing = if self.owed.is_empty() {
            0
        } else {
            libc::POLLOUT
        };
        let mut list = [
            of(CONTROL, libc::POLLIN),
            if output {
                of(OUTPUT, libc::POLLOUT)
            } else {
                of(self.socket.as_raw_fd(), libc::POLLIN | owing)
            },
        ];
        // SAFETY: the list is ours and as long as it says.
        if unsafe { libc::poll(list.as_mut_ptr(), list.len() as libc::nfds_t, -1) } < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(format!("cannot wait: {error}"));
            }
            return Ok(true);
        }
        // Whatever it says: it is done with us.
        Ok(list[0].revents == 0)
    }

    /// Reads what there is behind what is held; false where there is nothing yet.
    fn read(&mut self) -> Result<bool, String> {
        match self.socket.read(&mut self.buffer[self.end..]) {
            Ok(0) => Err("the guest's end is closed".to_owned()),
            Ok(count) => {
                self.end += count;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(format!("cannot read from the guest: {error}")),
        }
    }

    /// Seeks the guest's hello. False: the supervisor wants no more.
    fn await_head(&mut self, hello: &[u8; HELLO_BYTES], from: u64) -> Result<bool, String> {
        let mut discarded = 0;
        loop {
            let held = &self.buffer[..self.end];
            if let Some(at) = held.windows(HELLO_BYTES).position(|part| part == hello) {
                let head = &held[at..];
                if head.len() >= HEAD_BYTES {
                    let mut number = [0; 8];
                    number.copy_from_slice(&head[HELLO_BYTES..HEAD_BYTES]);
                    let begins = u64::from_le_bytes(number);
                    if begins != from {
                        return Err(format!("the guest begins at {begins}, not at {from}"));
                    }
                    self.begin = at + HEAD_BYTES;
                    return Ok(true);
                }
                self.discard(at);
            } else {
                let old = self.end.saturating_sub(HELLO_BYTES - 1);
                discarded += old;
                self.discard(old);
            }
            if discarded > DISCARD_LIMIT {
                return Err(format!("{discarded} bytes came before the guest's hello"));
            }
            if !self.read()? && !self.wait(false)? {
                return Ok(false);
            }
        }
    }

    fn discard(&mut self, count: usize) {
        self.buffer.copy_within(count..self.end, 0);
        self.end -= count;
    }

    fn carry(&mut self, from: u64) -> Result<(), String> {
        // SAFETY: both were given to us alone, and live as long as this process.
        let (mut output, record) = unsafe {
            (
                std::mem::ManuallyDrop::new(std::fs::File::from_raw_fd(OUTPUT)),
                std::mem::ManuallyDrop::new(std::fs::File::from_raw_fd(RECORD)),
            )
        };
        let mut at = from;
        let mut acknowledged = from;
        loop {
            while self.begin < self.end {
                match output.write(&self.buffer[self.begin..self.end]) {
                    Ok(count) => {
                        self.begin += count;
                        at += count as u64;
                        // A disk that is full stops nothing: the next supervisor hands on more of it again.
                        let _ = record.write_at(format!("{at:0DIGITS$}").as_bytes(), 0);
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                        acknowledged = self.acknowledge(at, acknowledged)?;
                        if !self.wait(true)? {
                            return Ok(());
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(format!("cannot write what came: {error}")),
                }
            }
            (self.begin, self.end) = (0, 0);
            if at - acknowledged >= ACKNOWLEDGE_BYTES {
                acknowledged = self.acknowledge(at, acknowledged)?;
            }
            if self.read()? {
                continue;
            }
            acknowledged = self.acknowledge(at, acknowledged)?;
            if !self.wait(false)? {
                return Ok(());
            }
        }
    }

    /// Tells the guest where it stands; where it stands as far as the guest was told.
    fn acknowledge(&mut self, at: u64, acknowledged: u64) -> Result<u64, String> {
        let mut told = acknowledged;
        if self.owed.is_empty() && at > acknowledged {
            self.owed.extend_from_slice(&at.to_le_bytes());
            told = at;
        }
        while !self.owed.is_empty() {
            match self.socket.write(&self.owed) {
                Ok(count) => drop(self.owed.drain(..count)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(format!("cannot write to the guest: {error}")),
            }
        }
        Ok(told)
    }
}
