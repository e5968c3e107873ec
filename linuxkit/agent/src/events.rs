//! What happened in the VM, numbered and replayable: a ring of 4096 events and the kernel's log beside it.

use std::collections::VecDeque;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::Mutex;

use tokio::io::Interest;
use tokio::sync::{broadcast, watch};

use crate::proto::{Event, EventsLost, KernelLog, event};
use crate::timeline;

/// Events that are kept for hosts that were away.
const RING: usize = 4096;

/// The event log.
pub struct Events {
    ring: Mutex<Ring>,
    last: watch::Sender<u64>,
    kernel: Mutex<Option<broadcast::Sender<KernelLog>>>,
}

#[derive(Default)]
struct Ring {
    events: VecDeque<Event>,
    last: u64,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            ring: Mutex::default(),
            last: watch::Sender::new(0),
            kernel: Mutex::new(None),
        }
    }
}

impl Events {
    /// Appends an event.
    pub fn emit(&self, event: event::Event) {
        let last = {
            let mut ring = self.ring.lock().unwrap_or_else(|e| e.into_inner());
            ring.last += 1;
            let event = Event {
                sequence: ring.last,
                at_ns: timeline::now_ns(),
                event: Some(event),
            };
            if ring.events.len() == RING {
                ring.events.pop_front();
            }
            ring.events.push_back(event);
            ring.last
        };
        self.last.send_replace(last);
    }

    /// The number of the last event, as it changes.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    /// Up to `limit` events after `after`; the first tells of a loss when the ring no longer held them all.
    pub fn after(&self, after: u64, limit: usize) -> Vec<Event> {
        let ring = self.ring.lock().unwrap_or_else(|e| e.into_inner());
        let first = ring.last + 1 - ring.events.len() as u64;
        let mut found = Vec::new();
        if after + 1 < first {
            found.push(Event {
                sequence: 0,
                at_ns: timeline::now_ns(),
                event: Some(event::Event::Lost(EventsLost { first_kept: first })),
            });
        }
        let skip = (after + 1).saturating_sub(first) as usize;
        found.extend(ring.events.iter().skip(skip).take(limit).cloned());
        found
    }

    /// The kernel's log from now on. The first subscriber starts the reader.
    pub fn kernel_log(&self) -> std::io::Result<broadcast::Receiver<KernelLog>> {
        let mut kernel = self.kernel.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(sender) = kernel.as_ref() {
            return Ok(sender.subscribe());
        }
        let file = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open("/dev/kmsg")?;
        // SAFETY: lseek on an open descriptor; to the end: only what is new.
        unsafe { libc::lseek(std::os::fd::AsRawFd::as_raw_fd(&file), 0, libc::SEEK_END) };
        let file = crate::readiness::of(file, Interest::READABLE)?;
        let (sender, receiver) = broadcast::channel(256);
        *kernel = Some(sender.clone());
        tokio::spawn(async move {
            let mut buffer = vec![0; 8192];
            loop {
                let read = file
                    .async_io(Interest::READABLE, |mut file| file.read(&mut buffer))
                    .await;
                match read {
                    Ok(length) => {
                        if let Some(line) = parse(&buffer[..length]) {
                            let _ = sender.send(line);
                        }
                    }
                    // EPIPE: records were overwritten before they were read.
                    Err(error) if error.raw_os_error() == Some(libc::EPIPE) => {}
                    Err(_) => return,
                }
            }
        });
        Ok(receiver)
    }
}

/// One record of /dev/kmsg: "priority,sequence,microseconds,flags;text\n dictionary".
pub fn parse(record: &[u8]) -> Option<KernelLog> {
    let text = String::from_utf8_lossy(record);
    let (head, body) = text.split_once(';')?;
    let level = head.split(',').next()?.parse::<u32>().ok()? & 7;
    let line = body.lines().next().unwrap_or("");
    let mut end = line.len().min(1024);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    Some(KernelLog {
        level,
        text: line[..end].to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::OutOfMemory;

    fn oom(count: u64) -> event::Event {
        event::Event::Oom(OutOfMemory {
            container_id: "c".into(),
            oom_kills: count,
        })
    }

    #[test]
    fn events_are_replayed_after_a_number_and_a_loss_is_told() {
        let events = Events::default();
        for count in 0..RING as u64 + 10 {
            events.emit(oom(count));
        }
        let all = events.after(0, usize::MAX);
        assert_eq!(all.len(), RING + 1);
        assert!(matches!(&all[0].event, Some(event::Event::Lost(lost)) if lost.first_kept == 11));
        assert_eq!(all[1].sequence, 11);
        let tail = events.after(RING as u64 + 8, usize::MAX);
        assert_eq!(
            tail.iter().map(|e| e.sequence).collect::<Vec<_>>(),
            [RING as u64 + 9, RING as u64 + 10]
        );
        assert!(events.after(RING as u64 + 10, 5).is_empty());
    }

    #[test]
    fn a_kernel_record_gives_its_level_and_first_line() {
        let line = parse(b"30,1,5,-;hello; there\n SUBSYSTEM=x\n").expect("a record");
        assert_eq!((line.level, line.text.as_str()), (6, "hello; there"));
        assert!(parse(b"nonsense").is_none());
    }
}
