//! The preamble of docs/protocol.md §2: a pure codec on bytes. It knows neither sockets nor time.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Length of either side's hello.
pub const HELLO_LEN: usize = 64;
/// What a side discards at most before the other's hello.
pub const DISCARD_LIMIT: u64 = 4 << 20;

const HOST_MAGIC: &[u8; 8] = b"lcowHOST";
const GUEST_MAGIC: &[u8; 8] = b"lcowGUES";
const VERSION: u32 = 1;

/// The 32 bytes that prove who may take this VM over.
pub type Secret = [u8; 32];

/// The host's hello, as it stood on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostHello {
    pub version: u32,
    pub flags: u32,
    pub nonce: [u8; 16],
    pub proof: [u8; 32],
}

/// The guest's answer to a hello.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted = 0,
    BadVersion = 1,
    BadProof = 2,
}

impl HostHello {
    fn parse(bytes: &[u8; HELLO_LEN]) -> Self {
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&bytes[16..32]);
        let mut proof = [0; 32];
        proof.copy_from_slice(&bytes[32..64]);
        Self {
            version: u32::from_le_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]),
            flags: u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]),
            nonce,
            proof,
        }
    }

    /// What to answer, given the agent's secret (none before the first `Vm.Hello`).
    pub fn judge(&self, secret: Option<&Secret>) -> Verdict {
        if self.version != VERSION || self.flags != 0 {
            return Verdict::BadVersion;
        }
        match secret {
            None => Verdict::Accepted,
            Some(secret) => match keyed(secret, &self.nonce).verify_slice(&self.proof) {
                Ok(()) => Verdict::Accepted,
                Err(_) => Verdict::BadProof,
            },
        }
    }

    /// The guest's hello in answer to this one.
    pub fn answer(&self, verdict: Verdict, secret: Option<&Secret>) -> [u8; HELLO_LEN] {
        let mut bytes = [0; HELLO_LEN];
        bytes[..8].copy_from_slice(GUEST_MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&(verdict as u32).to_le_bytes());
        bytes[16..32].copy_from_slice(&self.nonce);
        if let (Some(secret), Verdict::Accepted) = (secret, verdict) {
            let flipped = self.nonce.map(|byte| byte ^ 0xff);
            bytes[32..].copy_from_slice(&keyed(secret, &flipped).finalize().into_bytes());
        }
        bytes
    }
}

fn keyed(secret: &Secret, message: &[u8]) -> Hmac<Sha256> {
    #[allow(clippy::expect_used)]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(message);
    mac
}

/// Where in a whole hello another one begins, of which at least half the magic is there. A nonce or a proof looks
/// like that by chance once in four thousand million hellos, and its host then tries again.
fn cut_off(bytes: &[u8; HELLO_LEN]) -> Option<usize> {
    (1..=HELLO_LEN - HOST_MAGIC.len() / 2).find(|&at| {
        let rest = &bytes[at..];
        let length = rest.len().min(HOST_MAGIC.len());
        rest[..length] == HOST_MAGIC[..length]
    })
}

/// Finds hosts' hellos in a stream of bytes, whatever stands around them.
///
/// The scanner sees every byte of a channel, between sessions and during them: on a serial port the host may
/// have gone and come back unseen, and then its hello stands in the middle of what was an HTTP/2 session.
#[derive(Debug, Default)]
pub struct Scanner {
    held: Vec<u8>,
    discarded: u64,
}

impl Scanner {
    /// Bytes seen since the last hello that belong to none.
    pub fn discarded(&self) -> u64 {
        self.discarded
    }

    /// Forgets the count of discarded bytes.
    pub fn reset_discarded(&mut self) {
        self.discarded = 0;
    }

    /// Forgets a hello that has begun: its host is gone.
    pub fn reset(&mut self) {
        self.discarded += self.held.len() as u64;
        self.held.clear();
    }

    /// Whether a hello has begun and not ended.
    pub fn partial(&self) -> bool {
        self.held.len() >= HOST_MAGIC.len()
    }

    /// Takes bytes until a hello is complete. Returns it with the number of bytes of `input` that were taken;
    /// without one all of `input` was taken.
    pub fn feed(&mut self, input: &[u8]) -> Option<(HostHello, usize)> {
        let mut at = 0;
        while at < input.len() {
            if self.held.is_empty() {
                match memchr::memchr(HOST_MAGIC[0], &input[at..]) {
                    None => {
                        self.discarded += (input.len() - at) as u64;
                        return None;
                    }
                    Some(skip) => {
                        self.discarded += skip as u64;
                        at += skip;
                    }
                }
            }
            let length = self.held.len();
            if length < HOST_MAGIC.len() {
                if input[at] == HOST_MAGIC[length] {
                    self.held.push(input[at]);
                    at += 1;
                } else {
                    // No proper suffix of a part of the magic begins it again: its first letter stands once.
                    self.discarded += length as u64;
                    self.held.clear();
                }
                continue;
            }
            let take = (HELLO_LEN - length).min(input.len() - at);
            self.held.extend_from_slice(&input[at..at + take]);
            at += take;
            if let Ok(bytes) = <&[u8; HELLO_LEN]>::try_from(self.held.as_slice()) {
                // A hello inside this one: this one was cut off, and its host has come back.
                if let Some(cut) = cut_off(bytes) {
                    self.discarded += cut as u64;
                    self.held.drain(..cut);
                    continue;
                }
                let hello = HostHello::parse(bytes);
                self.held.clear();
                return Some((hello, at));
            }
        }
        None
    }

    /// Gives back the bytes of a hello that was refused: another may begin within them.
    pub fn reject(&mut self, hello: &HostHello) -> Option<HostHello> {
        let mut tail = Vec::with_capacity(HELLO_LEN - 8);
        tail.extend_from_slice(&hello.version.to_le_bytes());
        tail.extend_from_slice(&hello.flags.to_le_bytes());
        tail.extend_from_slice(&hello.nonce);
        tail.extend_from_slice(&hello.proof);
        self.discarded += 8;
        self.feed(&tail).map(|(hello, _)| hello)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello(nonce: [u8; 16], secret: Option<&Secret>) -> Vec<u8> {
        let mut bytes = HOST_MAGIC.to_vec();
        bytes.extend_from_slice(&1u32.to_le_bytes());
        bytes.extend_from_slice(&0u32.to_le_bytes());
        bytes.extend_from_slice(&nonce);
        match secret {
            None => bytes.extend_from_slice(&[0; 32]),
            Some(secret) => bytes.extend_from_slice(&keyed(secret, &nonce).finalize().into_bytes()),
        }
        bytes
    }

    #[test]
    fn a_hello_is_found_behind_garbage_that_resembles_it() {
        let mut scanner = Scanner::default();
        let mut input = b"lcowHOSlcowlllcowHO".to_vec();
        let garbage = input.len();
        input.extend(hello([7; 16], None));
        input.extend_from_slice(b"PRI");
        let (found, taken) = scanner.feed(&input).expect("a hello");
        assert_eq!(found.nonce, [7; 16]);
        assert_eq!(taken, garbage + HELLO_LEN);
        assert_eq!(scanner.discarded(), garbage as u64);
    }

    #[test]
    fn a_hello_that_comes_byte_by_byte_is_found() {
        let mut scanner = Scanner::default();
        let bytes = hello([9; 16], None);
        for byte in &bytes[..63] {
            assert!(scanner.feed(&[*byte]).is_none());
        }
        assert!(scanner.partial());
        assert!(scanner.feed(&bytes[63..]).is_some());
    }

    #[test]
    fn a_hello_behind_a_cut_off_one_is_found() {
        for cut in 0..=60 {
            let mut scanner = Scanner::default();
            let mut input = hello([9; 16], None);
            input.truncate(cut);
            input.extend(hello([3; 16], Some(&[1; 32])));
            let (found, taken) = scanner.feed(&input).expect("a hello");
            assert_eq!((found.nonce, taken), ([3; 16], input.len()), "cut at {cut}");
        }
    }

    #[test]
    fn a_host_that_is_gone_leaves_nothing_of_its_hello() {
        let mut scanner = Scanner::default();
        assert!(scanner.feed(&hello([9; 16], None)[..63]).is_none());
        scanner.reset();
        let (found, _) = scanner.feed(&hello([3; 16], None)).expect("a hello");
        assert_eq!(found.nonce, [3; 16]);
    }

    #[test]
    fn a_refused_hello_is_searched_for_another() {
        let secret = [5; 32];
        let mut scanner = Scanner::default();
        let mut input = hello([9; 16], None);
        input.truncate(62);
        input.extend(hello([3; 16], Some(&secret)));
        let (refused, taken) = scanner.feed(&input).expect("the first");
        assert_eq!(refused.judge(Some(&secret)), Verdict::BadProof);
        assert!(scanner.reject(&refused).is_none());
        let (found, _) = scanner.feed(&input[taken..]).expect("the second");
        assert_eq!(found.judge(Some(&secret)), Verdict::Accepted);
    }

    #[test]
    fn a_proof_is_asked_for_once_there_is_a_secret() {
        let secret = [5; 32];
        let (bare, _) = Scanner::default()
            .feed(&hello([1; 16], None))
            .expect("hello");
        assert_eq!(bare.judge(None), Verdict::Accepted);
        assert_eq!(bare.judge(Some(&secret)), Verdict::BadProof);
        let (proven, _) = Scanner::default()
            .feed(&hello([1; 16], Some(&secret)))
            .expect("hello");
        assert_eq!(proven.judge(Some(&secret)), Verdict::Accepted);
        let answer = proven.answer(Verdict::Accepted, Some(&secret));
        assert_eq!(&answer[..8], GUEST_MAGIC);
        assert_eq!(answer[12], 0);
        assert_eq!(&answer[16..32], &[1; 16]);
        let expected = keyed(&secret, &[0xfe; 16]).finalize().into_bytes();
        assert_eq!(&answer[32..], expected.as_slice());
    }

    #[test]
    fn another_version_is_refused() {
        let mut bytes = hello([1; 16], None);
        bytes[8] = 2;
        let (found, _) = Scanner::default().feed(&bytes).expect("hello");
        assert_eq!(found.judge(None), Verdict::BadVersion);
        assert_eq!(found.answer(Verdict::BadVersion, None)[12], 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_garbage_before_a_hello_is_skipped(garbage in proptest::collection::vec(any::<u8>(), 0..600), cut in 1usize..97) {
            // Garbage that itself holds the magic could begin a hello of its own: not the subject here.
            prop_assume!(memchr::memmem::find(&garbage, HOST_MAGIC).is_none());
            prop_assume!(!garbage.ends_with(b"l"));
            let mut input = garbage;
            input.extend(hello([0xab; 16], None));
            let mut scanner = Scanner::default();
            let mut found = None;
            for part in input.chunks(cut) {
                if let Some((hello, _)) = scanner.feed(part) { found = Some(hello); }
            }
            prop_assert_eq!(found.map(|h| h.nonce), Some([0xab; 16]));
        }

        #[test]
        fn random_bytes_never_upset_the_scanner(parts in proptest::collection::vec(proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'l'), Just(b'c'), Just(b'o'), Just(b'w')], 0..200), 0..20)) {
            let mut scanner = Scanner::default();
            for part in &parts {
                let mut rest = part.as_slice();
                while let Some((hello, taken)) = scanner.feed(rest) {
                    let _ = scanner.reject(&hello);
                    rest = &rest[taken..];
                }
                prop_assert!(scanner.held.len() < HELLO_LEN);
            }
        }
    }
}
