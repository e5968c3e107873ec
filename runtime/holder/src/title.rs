//! The name of this process as `ps` shows it: its arguments, overwritten in place. A forked process is told apart by it.

use std::fs;

use nix::sys::prctl;

/// Where the kernel reads the arguments of this process.
#[derive(Clone, Copy)]
pub struct Title {
    start: usize,
    length: usize,
}

impl Title {
    /// To be called before arguments are needed no more: `set` destroys them.
    pub fn find() -> Option<Self> {
        let stat = fs::read_to_string("/proc/self/stat").ok()?;
        // The name, in parentheses, may hold anything; after it comes the third field.
        let fields: Vec<&str> = stat[stat.rfind(')')? + 1..].split_whitespace().collect();
        let (start, end): (usize, usize) =
            (fields.get(45)?.parse().ok()?, fields.get(46)?.parse().ok()?);
        (start != 0 && end > start + 2).then(|| Self {
            start,
            length: end - start,
        })
    }

    /// As much of the text as there is room for.
    pub fn set(self, text: &str) {
        let text = text.replace('\0', " ");
        let name: String = text.chars().take(15).collect();
        if let Ok(name) = std::ffi::CString::new(name) {
            let _ = prctl::set_name(&name);
        }
        let shown = text.len().min(self.length - 2);
        // SAFETY: the kernel told that this process' arguments are there, on its own stack's writable pages; nobody
        // reads them any more (std copied what `args` gives) but the kernel.
        let area = unsafe { std::slice::from_raw_parts_mut(self.start as *mut u8, self.length) };
        area.fill(0);
        area[..shown].copy_from_slice(&text.as_bytes()[..shown]);
        // Where the last byte is not NUL, the kernel shows up to the first one, as setproctitle(3) has it.
        area[self.length - 1] = b'.';
    }
}
