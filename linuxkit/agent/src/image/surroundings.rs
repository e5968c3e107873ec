//! What LinuxKit's own init sets up around the containers of an image, beyond what every utility VM has
//! (`crate::boot`). Each step is best effort, as there: what is missing shows in what needs it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::{names, storage, warning};

/// Folders of /var that programs take for granted.
const VAR: [(&str, u32); 9] = [
    ("/var/cache", 0o755),
    ("/var/empty", 0o555),
    ("/var/lib", 0o755),
    ("/var/local", 0o755),
    ("/var/lock", 0o755),
    ("/var/log", 0o755),
    ("/var/opt", 0o755),
    ("/var/spool", 0o755),
    ("/var/tmp", 0o1777),
];

/// Mounted where the kernel has them.
const OPTIONAL: [(&str, &str); 9] = [
    ("mqueue", "/dev/mqueue"),
    ("securityfs", "/sys/kernel/security"),
    ("debugfs", "/sys/kernel/debug"),
    ("configfs", "/sys/kernel/config"),
    ("fusectl", "/sys/fs/fuse/connections"),
    ("pstore", "/sys/fs/pstore"),
    ("bpf", "/sys/fs/bpf"),
    ("efivarfs", "/sys/firmware/efi/efivars"),
    ("binfmt_misc", "/proc/sys/fs/binfmt_misc"),
];

/// The image's own name, which goes before what the host calls the VM.
pub fn hostname() -> Option<String> {
    let text = fs::read_to_string("/etc/hostname").ok()?;
    let name = text.lines().next()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Sets everything up. Blocks.
pub fn prepare() {
    for (path, mode) in VAR {
        if !Path::new(path).exists() && fs::create_dir_all(path).is_ok() {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
        }
    }
    let _ = std::os::unix::fs::symlink("/run", "/var/run");
    let quiet = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    for (kind, target) in OPTIONAL {
        if kind == "mqueue" {
            let _ = fs::create_dir(target);
        }
        if Path::new(target).is_dir() {
            let _ = storage::mount(kind, target, kind, quiet, "");
        }
    }
    // Containers may ask for mounts that spread (rshared).
    if let Err(error) = storage::mount("", "/", "", libc::MS_REC | libc::MS_SHARED, "") {
        warning!("cannot share the root's mounts: {error}");
    }
    // Containers are told to bind it.
    names::prepare_resolv_conf();
    if let Some(name) = hostname()
        && let Err(status) = names::set_hostname(&name)
    {
        warning!("/etc/hostname: {}", status.message());
    }
}

/// How many adapters the host says it will give: `lcow.adapters=N` on the kernel line.
pub fn adapters() -> usize {
    let line = fs::read_to_string("/proc/cmdline").unwrap_or_default();
    line.split_whitespace()
        .find_map(|word| word.strip_prefix("lcow.adapters="))
        .and_then(|count| count.parse().ok())
        .unwrap_or(0)
        .min(8)
}

/// How many adapters there are beside loopback.
pub fn adapters_found() -> usize {
    fs::read_dir("/sys/class/net")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path().join("device").exists())
        .count()
}
