//! Frames on their way to a socket that may take them slowly.

use std::collections::VecDeque;
use std::io::{self, Write};

use crate::frame::Frame;

#[derive(Default)]
pub struct Outbox {
    frames: VecDeque<Frame>,
    /// Of the first frame: what the socket took already.
    taken: usize,
    bytes: usize,
}

impl Outbox {
    pub fn push(&mut self, frame: Frame) {
        self.bytes += frame.bytes().len();
        self.frames.push_back(frame);
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Bytes of the frames in it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Writes until the socket takes no more; `sent` gets each frame that it took whole.
    pub fn write(&mut self, to: &mut impl Write, mut sent: impl FnMut(&Frame)) -> io::Result<()> {
        while let Some(frame) = self.frames.front() {
            match to.write(&frame.bytes()[self.taken..]) {
                Ok(count) => self.taken += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            if self.taken == frame.bytes().len() {
                self.bytes -= self.taken;
                self.taken = 0;
                sent(frame);
                self.frames.pop_front();
            }
        }
        if self.frames.capacity() > 64 {
            self.frames = VecDeque::new();
        }
        Ok(())
    }

    /// The socket is another one now: `first` go before what is left, each from its beginning.
    pub fn restart(&mut self, first: Vec<Frame>, keep: impl Fn(&Frame) -> bool) {
        let left = std::mem::take(&mut self.frames);
        self.frames = first
            .into_iter()
            .chain(left.into_iter().filter(keep))
            .collect();
        self.taken = 0;
        self.bytes = self.frames.iter().map(|frame| frame.bytes().len()).sum();
    }
}
