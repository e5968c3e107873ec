//! Kernel modules: the image's ordered list `/etc/lcow/modules` (`/lcow/modules` in somebody else's image) and loading by group with finit_module(2).
//! Not modprobe: dependency order is decided when the image is built.
//!
//! The list holds lines of `<group> <absolute path>`; blank lines and lines that begin with `#` are skipped.
//! A path may stand in several groups; what is loaded already is left alone.

use std::collections::HashSet;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::{boot, warning};

/// Where the image keeps the list.
const LIST: &str = "/etc/lcow/modules";

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    pub group: String,
    pub path: String,
}

/// Parameters of a module, where the kernel's defaults cost too much. Without `scan=manual` the SCSI layer asks all
/// 256 targets of each virtio-scsi controller one by one: 345 ms of 368 under emulation. We know which target and
/// LUN each disk has and ask for those (storage.rs). Hyper-V's driver finds its disks by that scan: left alone.
fn parameters(group: &str, path: &str) -> &'static std::ffi::CStr {
    match path.rsplit('/').next() {
        Some("scsi_mod.ko") if group != "hyperv" => c"scan=manual",
        _ => c"",
    }
}

/// Parses the list. A line that cannot be read is skipped: a guest that boots without one driver can still
/// say so, a guest that does not boot cannot.
pub fn parse(text: &str) -> Vec<Module> {
    text.lines()
        .filter_map(|line| {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                return None;
            }
            let (group, path) = line.split_once(char::is_whitespace)?;
            let path = path.trim_start();
            path.starts_with('/').then(|| Module {
                group: group.to_owned(),
                path: path.to_owned(),
            })
        })
        .collect()
}

/// The image's modules and which of them are in the kernel.
pub struct Modules {
    list: Vec<Module>,
    loaded: Mutex<HashSet<usize>>,
    complete: AtomicBool,
}

impl Modules {
    /// Reads the image's list; an image without one has everything built in.
    pub fn read() -> Self {
        let list = if boot::added() {
            format!("{}/modules", boot::ADDED)
        } else {
            LIST.to_owned()
        };
        Self::new(parse(&std::fs::read_to_string(list).unwrap_or_default()))
    }

    fn new(list: Vec<Module>) -> Self {
        Self {
            list,
            loaded: Mutex::new(HashSet::new()),
            complete: AtomicBool::new(false),
        }
    }

    /// Whether all that will ever be loaded is.
    pub fn complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }

    /// Loads every module of `group` that is not loaded yet, in the list's order. Blocks while another thread
    /// loads: two groups may share modules.
    pub fn load(&self, group: &str) {
        if self.complete() {
            return;
        }
        let mut loaded = self.loaded.lock().unwrap_or_else(|e| e.into_inner());
        for (index, module) in self.list.iter().enumerate() {
            if module.group != group || loaded.contains(&index) {
                continue;
            }
            if self
                .list
                .iter()
                .enumerate()
                .any(|(other, m)| m.path == module.path && loaded.contains(&other))
            {
                loaded.insert(index);
                continue;
            }
            if let Err(error) = insert(module) {
                warning!("cannot load module {}: {error}", module.path);
            }
            loaded.insert(index);
        }
    }

    /// Groups in the order of their first line.
    pub fn groups(&self) -> Vec<String> {
        let mut groups: Vec<String> = Vec::new();
        for module in &self.list {
            if !groups.contains(&module.group) {
                groups.push(module.group.clone());
            }
        }
        groups
    }

    /// Loads what is left, except the groups of the other platform. For a background thread.
    pub fn load_rest(&self, except: &str) {
        for group in self.groups() {
            if group != except {
                self.load(&group);
            }
        }
        self.complete.store(true, Ordering::Release);
    }
}

fn insert(module: &Module) -> std::io::Result<()> {
    let file = File::open(&module.path)?;
    let parameters = parameters(&module.group, &module.path);
    // SAFETY: the descriptor is open for the call and the parameter string is a NUL-terminated literal.
    let result = unsafe {
        libc::syscall(
            libc::SYS_finit_module,
            file.as_raw_fd(),
            parameters.as_ptr(),
            0,
        )
    };
    if result == 0 {
        return Ok(());
    }
    let error = std::io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EEXIST) => Ok(()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_modules_and_noise_is_skipped() {
        let text = "# comment\n\nbase /lib/a.ko\n  qemu\t/lib/b.ko  \nrelative lib/c.ko\nlonely\n";
        let list = parse(text);
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].group, "base");
        assert_eq!(list[1].path, "/lib/b.ko");
    }

    #[test]
    fn only_the_scsi_layer_of_qemu_is_told_not_to_scan() {
        assert_eq!(parameters("scsi", "/lib/scsi_mod.ko"), c"scan=manual");
        assert_eq!(parameters("hyperv", "/lib/scsi_mod.ko"), c"");
        assert_eq!(parameters("scsi", "/lib/sd_mod.ko"), c"");
    }

    #[test]
    fn groups_keep_the_order_of_their_first_line() {
        let modules = Modules::new(parse("b /1\na /2\nb /3\n"));
        assert_eq!(modules.groups(), ["b", "a"]);
    }
}
