//! One connection of containerd's, joined to one of the supervisor's. Requests pass with their stream ids as they are,
//! so that what is unanswered when a supervisor dies can be asked of the next in the same order. A call that changes
//! something and was sent is answered UNAVAILABLE then: nobody knows whether it was done.
//!
//!   client -> from_client -> to_upstream -> upstream         back-pressure: what is full is not read into
//!   client <- to_client <- from_upstream <- upstream         only whole frames: a torn answer never reaches the client

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::frame::{DATA, DATA_MAX, Frame, FrameReader, REMOTE_CLOSED, REMOTE_OPEN, REQUEST};
use crate::frame::{RESPONSE, Received};
use crate::message;
use crate::outbox::Outbox;
use crate::socket;

/// Bytes that wait for a socket before the other side is no longer read.
const WAITING_MAX: usize = 1 << 20;
/// Requests without an answer before the client is no longer read: a supervisor takes 1024 and refuses more.
const PENDING_MAX: usize = 2048;
/// A question beyond this is not kept to be asked again; those of the Task API have a hundred bytes.
const QUESTION_MAX: usize = 4096;
/// How soon after an end without a word, or a refusal, it is dialled again: doubling.
const REDIAL: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

const REPLACED: &str = "the supervisor was replaced while the call was under way: unavailable";

pub struct Relay {
    client: UnixStream,
    upstream: Option<UnixStream>,
    from_client: FrameReader,
    from_upstream: FrameReader,
    to_client: Outbox,
    to_upstream: Outbox,
    /// Requests without an answer, by stream.
    pending: BTreeMap<u32, Pending>,
    last_stream: u32,
    redial_at: Option<Instant>,
    redial_after: Duration,
    over: bool,
}

struct Pending {
    /// All of it went to the supervisor.
    sent: bool,
    /// To be asked again; `None` of a call that must not be.
    question: Option<Frame>,
}

impl Relay {
    pub fn new(client: UnixStream) -> Self {
        Self {
            client,
            upstream: None,
            from_client: FrameReader::default(),
            from_upstream: FrameReader::default(),
            to_client: Outbox::default(),
            to_upstream: Outbox::default(),
            pending: BTreeMap::new(),
            last_stream: 0,
            redial_at: None,
            redial_after: REDIAL.0,
            over: false,
        }
    }

    pub fn client(&self) -> &UnixStream {
        &self.client
    }

    pub fn upstream(&self) -> Option<&UnixStream> {
        self.upstream.as_ref()
    }

    /// The client is gone.
    pub fn over(&self) -> bool {
        self.over
    }

    pub fn reads_client(&self) -> bool {
        self.to_upstream.bytes() < WAITING_MAX
            && self.to_client.bytes() < WAITING_MAX
            && self.pending.len() < PENDING_MAX
    }

    pub fn writes_client(&self) -> bool {
        !self.to_client.is_empty()
    }

    pub fn reads_upstream(&self) -> bool {
        self.to_client.bytes() < WAITING_MAX
    }

    pub fn writes_upstream(&self) -> bool {
        !self.to_upstream.is_empty()
    }

    /// Has something for a supervisor and none to give it to.
    pub fn needs_upstream(&self) -> bool {
        self.upstream.is_none() && !self.over && !self.to_upstream.is_empty()
    }

    /// When it should be dialled again, where that is not at once.
    pub fn redial_at(&self) -> Option<Instant> {
        self.redial_at
    }

    /// A new supervisor may be there: no need to wait.
    pub fn redial_now(&mut self) {
        self.redial_at = None;
        self.redial_after = REDIAL.0;
    }

    /// Reads from the client, and passes on what came.
    pub fn client_readable(&mut self, scratch: &mut [u8]) {
        match (&self.client).read(scratch) {
            // There is no half-closed connection in ttrpc.
            Ok(0) => self.over = true,
            Ok(count) => {
                let mut reader = std::mem::take(&mut self.from_client);
                reader.push(&scratch[..count], |received| self.asked(received));
                self.from_client = reader;
            }
            Err(error) if passes(&error) => {}
            Err(_) => self.over = true,
        }
    }

    /// Reads from the supervisor, and passes on what came. False: it is gone.
    pub fn upstream_readable(&mut self, scratch: &mut [u8]) -> bool {
        let Some(upstream) = &mut self.upstream else {
            return true;
        };
        match upstream.read(scratch) {
            Ok(0) => false,
            Ok(count) => {
                self.redial_after = REDIAL.0;
                let mut whole = true;
                let mut reader = std::mem::take(&mut self.from_upstream);
                reader.push(&scratch[..count], |received| {
                    whole &= self.answered(received)
                });
                self.from_upstream = reader;
                whole
            }
            Err(error) if passes(&error) => true,
            Err(_) => false,
        }
    }

    /// Writes what the sockets take. False: the supervisor is gone.
    pub fn flush(&mut self) -> bool {
        if self.to_client.write(&mut &self.client, |_| {}).is_err() {
            self.over = true;
        }
        let Some(upstream) = &mut self.upstream else {
            return true;
        };
        let pending = &mut self.pending;
        let sent = |frame: &Frame| {
            if frame.kind() == REQUEST
                && let Some(entry) = pending.get_mut(&frame.stream())
            {
                entry.sent = true;
            }
        };
        self.to_upstream.write(upstream, sent).is_ok()
    }

    /// Dials the supervisor. False: nobody serves there.
    pub fn dial(&mut self, path: &Path) -> bool {
        match socket::dial(path) {
            Ok(stream) => {
                self.upstream = Some(stream);
                self.redial_at = None;
                true
            }
            Err(_) => {
                self.redial_later();
                false
            }
        }
    }

    /// The supervisor's end is gone: asks again what may be, answers the rest, and keeps what was not sent.
    pub fn upstream_lost(&mut self) {
        self.upstream = None;
        self.from_upstream = FrameReader::default();
        let mut questions = Vec::new();
        let mut lost = Vec::new();
        for (&stream, pending) in &mut self.pending {
            if !pending.sent {
                continue;
            }
            pending.sent = false;
            match &pending.question {
                Some(question) => questions.push(question.clone()),
                None => lost.push(stream),
            }
        }
        for stream in lost {
            self.refuse(stream, message::UNAVAILABLE, REPLACED);
        }
        let pending = &self.pending;
        self.to_upstream
            .restart(questions, |frame| pending.contains_key(&frame.stream()));
        self.redial_later();
    }

    /// Nobody will answer any more: says so for each call.
    pub fn give_up(&mut self, why: &str) {
        self.upstream = None;
        let streams: Vec<u32> = self.pending.keys().copied().collect();
        for stream in streams {
            self.refuse(stream, message::UNAVAILABLE, why);
        }
        self.to_upstream = Outbox::default();
    }

    fn redial_later(&mut self) {
        self.redial_at = Some(Instant::now() + self.redial_after);
        self.redial_after = (self.redial_after * 2).min(REDIAL.1);
    }

    /// Something came from the client.
    fn asked(&mut self, received: Received) {
        let frame = match received {
            Received::Frame(frame) => frame,
            Received::Oversize { stream, length, .. } => {
                // In the words of Go's server; the data never comes this far.
                let text =
                    format!("message length {length} exceed maximum message size of {DATA_MAX}");
                self.last_stream = self.last_stream.max(stream);
                self.refuse(stream, message::RESOURCE_EXHAUSTED, &text);
                return;
            }
        };
        let stream = frame.stream();
        match frame.kind() {
            REQUEST if stream % 2 == 0 => {
                let text = "StreamID must be odd for client initiated streams";
                self.answer(stream, message::INVALID_ARGUMENT, text);
            }
            REQUEST if stream <= self.last_stream => {
                let text = "StreamID cannot be re-used and must increment";
                self.answer(stream, message::INVALID_ARGUMENT, text);
            }
            REQUEST => {
                self.last_stream = stream;
                let again = frame.flags() & REMOTE_OPEN == 0
                    && frame.bytes().len() <= QUESTION_MAX
                    && message::is_repeatable(frame.data());
                let question = again.then(|| frame.clone());
                let sent = false;
                self.pending.insert(stream, Pending { sent, question });
                self.to_upstream.push(frame);
            }
            // Of a stream that is over it was on its way when the answer left.
            DATA if self.pending.contains_key(&stream) => self.to_upstream.push(frame),
            DATA if stream > self.last_stream => {
                self.answer(
                    stream,
                    message::INVALID_ARGUMENT,
                    "StreamID was never requested",
                );
            }
            // Other types are for versions to come, and are to be ignored.
            _ => {}
        }
    }

    /// Something came from the supervisor. False: it breaks the protocol.
    fn answered(&mut self, received: Received) -> bool {
        let Received::Frame(frame) = received else {
            return false;
        };
        let ends =
            frame.kind() == RESPONSE || frame.kind() == DATA && frame.flags() & REMOTE_CLOSED != 0;
        if ends {
            self.pending.remove(&frame.stream());
        }
        self.to_client.push(frame);
        true
    }

    fn refuse(&mut self, stream: u32, code: u64, text: &str) {
        self.pending.remove(&stream);
        self.answer(stream, code, text);
    }

    fn answer(&mut self, stream: u32, code: u64, text: &str) {
        let data = message::error_response(code, text);
        self.to_client.push(Frame::new(stream, RESPONSE, 0, &data));
    }
}

fn passes(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
