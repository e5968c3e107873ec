//! The frames of ttrpc: ten bytes of header (data length and stream id in big-endian, type, flags), then the data.
//! Frames are kept whole, header included, as they are passed on. It knows no messages and no sockets.

pub const HEADER: usize = 10;
/// The most data that a frame may carry.
pub const DATA_MAX: usize = 4 << 20;
/// What a reader keeps of its buffer when nothing is in it.
const KEPT_CAPACITY: usize = 16 * 1024;

pub const REQUEST: u8 = 1;
pub const RESPONSE: u8 = 2;
pub const DATA: u8 = 3;
pub const REMOTE_CLOSED: u8 = 0x01;
pub const REMOTE_OPEN: u8 = 0x02;

/// A whole frame, as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(Vec<u8>);

impl Frame {
    /// `data` must fit a frame.
    pub fn new(stream: u32, kind: u8, flags: u8, data: &[u8]) -> Self {
        debug_assert!(data.len() <= DATA_MAX);
        let mut bytes = Vec::with_capacity(HEADER + data.len());
        bytes.extend_from_slice(&(data.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(&[kind, flags]);
        bytes.extend_from_slice(data);
        Self(bytes)
    }

    pub fn stream(&self) -> u32 {
        number(&self.0[4..8])
    }

    pub fn kind(&self) -> u8 {
        self.0[8]
    }

    pub fn flags(&self) -> u8 {
        self.0[9]
    }

    pub fn data(&self) -> &[u8] {
        &self.0[HEADER..]
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    Frame(Frame),
    /// The header announced more than a frame carries; the data is skipped, never kept.
    Oversize {
        stream: u32,
        kind: u8,
        length: u32,
    },
}

/// Finds frames in bytes that are cut anywhere. Keeps one frame at most, whatever the peer sends.
#[derive(Default)]
pub struct FrameReader {
    partial: Vec<u8>,
    skip: usize,
}

impl FrameReader {
    /// Gives what `bytes` completes to `take`, in order.
    pub fn push(&mut self, mut bytes: &[u8], mut take: impl FnMut(Received)) {
        while !bytes.is_empty() {
            if self.skip > 0 {
                let skipped = self.skip.min(bytes.len());
                self.skip -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            let missing = self.missing();
            let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
            self.partial.extend_from_slice(taken);
            bytes = rest;
            if let Some(received) = self.complete() {
                take(received);
            }
        }
    }

    /// How many bytes the header, or else the frame, lacks.
    fn missing(&self) -> usize {
        if self.partial.len() < HEADER {
            HEADER - self.partial.len()
        } else {
            HEADER + number(&self.partial[..4]) as usize - self.partial.len()
        }
    }

    fn complete(&mut self) -> Option<Received> {
        if self.partial.len() < HEADER {
            return None;
        }
        let length = number(&self.partial[..4]);
        if length as usize > DATA_MAX {
            self.skip = length as usize;
            let header = std::mem::take(&mut self.partial);
            let (stream, kind) = (number(&header[4..8]), header[8]);
            return Some(Received::Oversize {
                stream,
                kind,
                length,
            });
        }
        if self.partial.len() < HEADER + length as usize {
            return None;
        }
        let frame = Frame(self.partial.as_slice().to_vec());
        if self.partial.capacity() > KEPT_CAPACITY {
            self.partial = Vec::new();
        } else {
            self.partial.clear();
        }
        Some(Received::Frame(frame))
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |value, &byte| value << 8 | u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(chunks: &[&[u8]]) -> Vec<Received> {
        let mut reader = FrameReader::default();
        let mut all = Vec::new();
        for chunk in chunks {
            reader.push(chunk, |received| all.push(received));
        }
        all
    }

    #[test]
    fn an_empty_response_is_ten_bytes() {
        let frame = Frame::new(3, RESPONSE, 0, &[]);
        assert_eq!(frame.bytes(), [0, 0, 0, 0, 0, 0, 0, 3, 2, 0]);
        assert_eq!(read(&[frame.bytes()]), [Received::Frame(frame)]);
    }

    #[test]
    fn an_oversize_frame_is_told_once_and_its_data_is_skipped_without_being_kept() {
        let length = DATA_MAX as u32 + 1;
        let mut header = Vec::new();
        header.extend_from_slice(&length.to_be_bytes());
        header.extend_from_slice(&[0, 0, 0, 5, REQUEST, 0]);
        let mut reader = FrameReader::default();
        let mut all = Vec::new();
        reader.push(&header, |received| all.push(received));
        let chunk = vec![7; 1 << 20];
        for _ in 0..4 {
            reader.push(&chunk, |received| all.push(received));
            assert!(reader.partial.capacity() < 1024);
        }
        reader.push(&[7], |received| all.push(received));
        let next = Frame::new(7, REQUEST, 0, b"x");
        reader.push(next.bytes(), |received| all.push(received));
        let oversize = Received::Oversize {
            stream: 5,
            kind: REQUEST,
            length,
        };
        assert_eq!(all, [oversize, Received::Frame(next)]);
    }

    proptest! {
        #[test]
        fn frames_come_back_as_they_were_however_they_are_cut(
            sent in prop::collection::vec((any::<u32>(), any::<u8>(), any::<u8>(), prop::collection::vec(any::<u8>(), 0..300)), 0..8),
            cut in 1usize..50,
        ) {
            let frames: Vec<_> = sent.iter().map(|(s, k, f, d)| Frame::new(*s, *k, *f, d)).collect();
            let wire: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes().to_vec()).collect();
            let chunks: Vec<&[u8]> = wire.chunks(cut).collect();
            let expected: Vec<_> = frames.into_iter().map(Received::Frame).collect();
            prop_assert_eq!(read(&chunks), expected);
        }

        #[test]
        fn noise_never_panics_and_never_keeps_more_than_a_frame(
            chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..2000), 0..20),
        ) {
            let mut reader = FrameReader::default();
            for chunk in &chunks {
                reader.push(chunk, |_| {});
                prop_assert!(reader.partial.len() <= HEADER + DATA_MAX);
            }
        }
    }
}
