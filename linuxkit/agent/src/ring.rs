//! Bytes in the order of their coming, in one piece of memory that descriptors are read into and written from without a
//! copy between. It grows by doubling to what is asked of it, and gives all of it back when it is empty and asked to.

/// The least memory, once there is any.
const LEAST: usize = 4096;

#[derive(Debug, Default)]
pub struct Ring {
    /// Its length is a power of two, or none.
    memory: Vec<u8>,
    head: usize,
    length: usize,
}

impl Ring {
    /// Bytes held.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Memory held, in bytes.
    pub fn capacity(&self) -> usize {
        self.memory.len()
    }

    /// A free part to be filled from its beginning, of at most `limit` bytes, after which `commit` is called. Not all
    /// of `limit` where the end of the memory comes before, but never nothing.
    pub fn spare(&mut self, limit: usize) -> &mut [u8] {
        self.reserve(limit);
        let size = self.memory.len();
        let tail = (self.head + self.length) & size.wrapping_sub(1);
        let free = size - self.length;
        let until = (tail + free.min(limit)).min(size);
        &mut self.memory[tail..until]
    }

    /// So many bytes of `spare` were filled.
    pub fn commit(&mut self, count: usize) {
        self.length += count;
        debug_assert!(self.length <= self.memory.len());
    }

    pub fn push(&mut self, mut bytes: &[u8]) {
        self.reserve(bytes.len());
        while !bytes.is_empty() {
            let spare = self.spare(bytes.len());
            let count = spare.len();
            spare.copy_from_slice(&bytes[..count]);
            self.commit(count);
            bytes = &bytes[count..];
        }
    }

    /// Drops the first `count` bytes, of those that there are.
    pub fn consume(&mut self, count: usize) {
        let count = count.min(self.length);
        self.length -= count;
        self.head = if self.length == 0 {
            0
        } else {
            (self.head + count) & (self.memory.len() - 1)
        };
    }

    /// What is held from `skip` on, as far as it lies in one piece; the rest is at `skip` plus its length.
    pub fn slice(&self, skip: usize) -> &[u8] {
        if skip >= self.length {
            return &[];
        }
        let size = self.memory.len();
        let begin = (self.head + skip) & (size - 1);
        &self.memory[begin..size.min(begin + self.length - skip)]
    }

    /// Gives the memory back, where nothing is held.
    pub fn release(&mut self) {
        if self.length == 0 {
            *self = Self::default();
        }
    }

    fn reserve(&mut self, more: usize) {
        let wanted = self.length + more;
        if wanted <= self.memory.len() {
            return;
        }
        let mut memory = vec![0; wanted.next_power_of_two().max(LEAST)];
        let front = self.slice(0);
        let back = self.slice(front.len());
        memory[..front.len()].copy_from_slice(front);
        memory[front.len()..self.length].copy_from_slice(back);
        self.memory = memory;
        self.head = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    proptest! {
        #[test]
        fn a_ring_holds_what_a_queue_would(steps in proptest::collection::vec((0usize..9000, 0usize..9000, any::<bool>()), 1..60)) {
            let mut ring = Ring::default();
            let mut queue = VecDeque::new();
            let mut next = 0u8;
            for (more, fewer, release) in steps {
                let bytes: Vec<u8> = (0..more).map(|_| { next = next.wrapping_add(7); next }).collect();
                ring.push(&bytes);
                queue.extend(bytes);
                let fewer = fewer.min(queue.len());
                ring.consume(fewer);
                queue.drain(..fewer);
                if release {
                    ring.release();
                }
                let mut all = Vec::new();
                while all.len() < ring.len() {
                    all.extend_from_slice(ring.slice(all.len()));
                }
                prop_assert_eq!(all, queue.iter().copied().collect::<Vec<_>>());
                prop_assert!(!ring.spare(1).is_empty());
            }
        }
    }
}
