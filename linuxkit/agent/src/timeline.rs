//! The moments of the guest's start, on CLOCK_MONOTONIC. Not a tracer: a short list of named marks.

use std::sync::Mutex;

use crate::proto::TimelineMark;

/// At most this many marks are kept; the contract promises 64.
const MAX_MARKS: usize = 64;

static MARKS: Mutex<Vec<(&'static str, i64)>> = Mutex::new(Vec::new());

/// CLOCK_MONOTONIC in nanoseconds since the guest's boot.
pub fn now_ns() -> i64 {
    clock_ns(libc::CLOCK_MONOTONIC)
}

/// Wall clock in nanoseconds since 1970-01-01 UTC.
pub fn wall_ns() -> i64 {
    clock_ns(libc::CLOCK_REALTIME)
}

fn clock_ns(clock: libc::clockid_t) -> i64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid, writable timespec for the duration of the call.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Records that `name` happened now. A name is kept once: its first moment.
pub fn mark(name: &'static str) {
    mark_at(name, now_ns());
}

/// Records that `name` happened at `at_ns`.
pub fn mark_at(name: &'static str, at_ns: i64) {
    let mut marks = MARKS.lock().unwrap_or_else(|e| e.into_inner());
    if marks.len() < MAX_MARKS && marks.iter().all(|(known, _)| *known != name) {
        marks.push((name, at_ns));
    }
}

/// All marks in the order in which they were made.
pub fn marks() -> Vec<TimelineMark> {
    let marks = MARKS.lock().unwrap_or_else(|e| e.into_inner());
    marks
        .iter()
        .map(|(name, at_ns)| TimelineMark {
            name: (*name).to_owned(),
            at_ns: *at_ns,
        })
        .collect()
}
