//! The agent's log: lines in the kernel's log (/dev/kmsg), so that they reach the console and the host's
//! `Events.Subscribe(kernel_log)` without a daemon. Not a tracing framework: none is paid for at start-up.

use std::fmt;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

static DEBUG: AtomicBool = AtomicBool::new(false);

/// Switches `debug!` lines on (the kernel line's `debug` after `--`).
pub fn enable_debug() {
    DEBUG.store(true, Ordering::Relaxed);
}

/// Whether `debug!` lines are written.
pub fn debug_enabled() -> bool {
    DEBUG.load(Ordering::Relaxed)
}

/// Writes one line at the kernel's log level `level` (3 error, 4 warning, 6 info, 7 debug).
pub fn write(level: u8, args: fmt::Arguments<'_>) {
    let mut line = format!("<{level}>lcow-agent: {args}");
    // The kernel refuses a record beyond its line limit; a shortened line is better than none.
    let mut end = line.len().min(900);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    line.truncate(end);
    // Without its end the kernel waits for more of it, and shows it when the next line comes.
    line.push('\n');
    if let Ok(mut kmsg) = std::fs::OpenOptions::new().write(true).open("/dev/kmsg") {
        let _ = kmsg.write_all(line.as_bytes());
    }
}

/// An error that somebody should look at.
#[macro_export]
macro_rules! error {
    ($($arg:tt)*) => { $crate::log::write(3, format_args!($($arg)*)) };
}

/// Something unusual that the agent coped with.
#[macro_export]
macro_rules! warning {
    ($($arg:tt)*) => { $crate::log::write(4, format_args!($($arg)*)) };
}

/// Something that happened as it should and that somebody may want to know.
#[macro_export]
macro_rules! info {
    ($($arg:tt)*) => { $crate::log::write(6, format_args!($($arg)*)) };
}

/// Detail for who debugs the guest; costs nothing when it is off.
#[macro_export]
macro_rules! debug {
    ($($arg:tt)*) => {
        if $crate::log::debug_enabled() { $crate::log::write(6, format_args!($($arg)*)) }
    };
}
