//! The first milliseconds of PID 1: a root that can be pivoted, file systems, the platform and its first
//! modules, loopback. Everything that can wait is done after the host has its link.

use std::ffi::CStr;
use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use crate::{error, log, modules::Modules, timeline, uevent::Uevents, zygote};

/// Where the agent is kept in somebody else's image, beside all that is there.
pub const ADDED: &str = "/lcow";

/// The agent's own path: `/init`, or where it was added to somebody else's image.
pub fn executable() -> String {
    if added() {
        format!("{ADDED}/init")
    } else {
        "/init".to_owned()
    }
}

/// Whether the image is somebody else's: the kernel then starts us as `/lcow/init`.
pub fn added() -> bool {
    std::env::args_os()
        .next()
        .is_some_and(|name| std::path::Path::new(&name).starts_with(ADDED))
}

/// What the guest runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Qemu,
    HyperV,
}

impl Platform {
    /// The name in `HelloResponse.platform` and of the platform's module group.
    pub fn name(self) -> &'static str {
        match self {
            Self::Qemu => "qemu",
            Self::HyperV => "hyperv",
        }
    }

    /// The group of modules that this platform never needs.
    pub fn other(self) -> &'static str {
        match self {
            Self::Qemu => "hyperv",
            Self::HyperV => "qemu",
        }
    }

    /// Hyper-V names itself in CPUID leaf 0x40000000; QEMU may imitate its interface for other guests, but not
    /// on a machine that also has virtio devices.
    fn detect() -> Self {
        let leaf = std::arch::x86_64::__cpuid(1);
        if leaf.ecx & (1 << 31) == 0 {
            return Self::Qemu;
        }
        let leaf = std::arch::x86_64::__cpuid(0x4000_0000);
        let mut vendor = [0u8; 12];
        vendor[..4].copy_from_slice(&leaf.ebx.to_le_bytes());
        vendor[4..8].copy_from_slice(&leaf.ecx.to_le_bytes());
        vendor[8..].copy_from_slice(&leaf.edx.to_le_bytes());
        if &vendor == b"Microsoft Hv" && !has_virtio() {
            Self::HyperV
        } else {
            Self::Qemu
        }
    }
}

fn has_virtio() -> bool {
    pci_devices("0x1af4").next().is_some()
}

/// Addresses of the PCI devices of `vendor` ("0x1af4"), unordered.
pub fn pci_devices(vendor: &'static str) -> impl Iterator<Item = String> {
    fs::read_dir("/sys/bus/pci/devices")
        .into_iter()
        .flatten()
        .flatten()
        .filter(move |entry| {
            fs::read_to_string(entry.path().join("vendor"))
                .is_ok_and(|found| found.trim_end() == vendor)
        })
        .filter_map(|entry| entry.file_name().into_string().ok())
}

/// What boot hands to the agent.
pub struct Booted {
    pub platform: Platform,
    pub modules: Modules,
    pub uevents: Uevents,
    pub zygote: zygote::Control,
}

/// Boots the guest up to the point where the link can be opened.
///
/// A step that fails is said in the kernel's log and passed over: a guest that still reaches its host can
/// explain itself.
pub fn boot() -> std::io::Result<Booted> {
    // SAFETY: no other thread exists yet.
    unsafe {
        libc::umask(0o022);
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
    }
    let root = leave_rootfs();
    mount_file_systems();
    stdio_to_null();
    if let Err(error) = root {
        error!("cannot leave the initial root: {error}");
    }
    if std::env::args().any(|argument| argument == "debug") {
        log::enable_debug();
    }
    let zygote = zygote::fork()?;
    timeline::mark("mounts");
    let uevents = Uevents::open()?;
    let platform = Platform::detect();
    let modules = Modules::read();
    modules.load("base");
    modules.load(platform.name());
    timeline::mark("modules");
    if let Err(error) = loopback_up() {
        error!("cannot bring lo up: {error}");
    }
    Ok(Booted {
        platform,
        modules,
        uevents,
        zygote,
    })
}

/// Puts a bind mount of the initial root over itself. pivot_root(2) refuses to replace the kernel's own
/// rootfs, a mount without a parent; its bind mount has one. Four calls, and nothing is copied.
fn leave_rootfs() -> std::io::Result<()> {
    fs::create_dir_all("/run")?;
    mount(c"/", c"/run", None, libc::MS_BIND, None)?;
    std::env::set_current_dir("/run")?;
    mount(c".", c"/", None, libc::MS_MOVE, None)?;
    // SAFETY: a literal path.
    if unsafe { libc::chroot(c".".as_ptr()) } < 0 {
        return Err(std::io::Error::last_os_error());
    }
    std::env::set_current_dir("/")
}

fn mount_file_systems() {
    const PLAIN: libc::c_ulong = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    const QUIET: libc::c_ulong = libc::MS_NOSUID | libc::MS_NOEXEC;
    let table: &[(&CStr, &CStr, &CStr, libc::c_ulong, Option<&CStr>)] = &[
        (c"dev", c"/dev", c"devtmpfs", QUIET, Some(c"mode=0755")),
        (c"proc", c"/proc", c"proc", PLAIN, None),
        (c"sysfs", c"/sys", c"sysfs", PLAIN, None),
        (
            c"run",
            c"/run",
            c"tmpfs",
            libc::MS_NOSUID | libc::MS_NODEV,
            Some(c"mode=0755"),
        ),
        (
            c"tmp",
            c"/tmp",
            c"tmpfs",
            libc::MS_NOSUID | libc::MS_NODEV,
            Some(c"mode=1777"),
        ),
        (
            c"devpts",
            c"/dev/pts",
            c"devpts",
            QUIET,
            Some(c"gid=5,mode=0620,ptmxmode=0666"),
        ),
        (
            c"shm",
            c"/dev/shm",
            c"tmpfs",
            libc::MS_NOSUID | libc::MS_NODEV,
            Some(c"mode=1777"),
        ),
        // favordynmods: a process enters a cgroup without waiting for an RCU grace period.
        (
            c"cgroup2",
            c"/sys/fs/cgroup",
            c"cgroup2",
            PLAIN,
            Some(c"nsdelegate,favordynmods"),
        ),
    ];
    for (source, target, kind, flags, data) in table {
        if let Ok(path) = target.to_str() {
            let _ = fs::create_dir(path);
        }
        let mut result = mount(source, target, Some(kind), *flags, *data);
        if result.is_err() && *kind == c"cgroup2" {
            result = mount(source, target, Some(kind), *flags, Some(c"nsdelegate"));
        }
        match result {
            Ok(()) => {}
            // The kernel may have mounted devtmpfs itself.
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) => {}
            Err(error) => error!("cannot mount {target:?}: {error}"),
        }
    }
    for (target, link) in [
        ("/proc/self/fd", "/dev/fd"),
        ("/proc/self/fd/0", "/dev/stdin"),
        ("/proc/self/fd/1", "/dev/stdout"),
        ("/proc/self/fd/2", "/dev/stderr"),
    ] {
        let _ = std::os::unix::fs::symlink(target, link);
    }
    let _ = fs::create_dir_all("/run/lcow/c");
}

/// mount(2) without the allocation of paths.
fn mount(
    source: &CStr,
    target: &CStr,
    kind: Option<&CStr>,
    flags: libc::c_ulong,
    data: Option<&CStr>,
) -> std::io::Result<()> {
    // SAFETY: every pointer is null or a NUL-terminated string that outlives the call.
    let result = unsafe {
        libc::mount(
            source.as_ptr(),
            target.as_ptr(),
            kind.map_or(std::ptr::null(), CStr::as_ptr),
            flags,
            data.map_or(std::ptr::null(), |data| data.as_ptr().cast()),
        )
    };
    if result < 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(())
}

/// The agent neither reads nor writes its standard streams; descriptors 0 to 2 must still be taken.
fn stdio_to_null() {
    if let Ok(null) = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")
    {
        for fd in 0..3 {
            // SAFETY: both are descriptors of this process; dup2 onto a closed or open number is defined.
            unsafe { libc::dup2(null.as_raw_fd(), fd) };
        }
        if null.as_raw_fd() < 3 {
            std::mem::forget(null);
        }
    }
}

/// Sets IFF_UP on `lo` of the caller's network namespace.
pub fn loopback_up() -> std::io::Result<()> {
    // SAFETY: an all-zero ifreq is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    request.ifr_name[0] = b'l' as libc::c_char;
    request.ifr_name[1] = b'o' as libc::c_char;
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as i16;
    // SAFETY: the socket is checked and closed; `request` outlives the ioctl.
    unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        if socket < 0 {
            return Err(std::io::Error::last_os_error());
        }
        let result = libc::ioctl(socket, libc::SIOCSIFFLAGS, &raw const request);
        let error = std::io::Error::last_os_error();
        libc::close(socket);
        if result < 0 { Err(error) } else { Ok(()) }
    }
}

/// The virtio-serial port that the host named `name`, as a device path.
pub fn serial_port(name: &str) -> Option<String> {
    for entry in fs::read_dir("/sys/class/virtio-ports").ok()?.flatten() {
        let found = fs::read_to_string(entry.path().join("name")).unwrap_or_default();
        if found.trim_end() == name {
            let device = format!("/dev/{}", entry.file_name().to_str()?);
            return Path::new(&device).exists().then_some(device);
        }
    }
    None
}

/// Folders in sysfs of the virtio devices of one kind (the standard's numbers: 3 console, 8 SCSI) whose driver's bus is
/// known, in the order of their places: PCI addresses, or the transports of a machine without PCI.
pub fn virtio_devices(kind: u32) -> Vec<PathBuf> {
    let wanted = format!("0x{kind:04x}");
    let mut found: Vec<PathBuf> = fs::read_dir("/sys/bus/virtio/devices")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            fs::read_to_string(entry.path().join("device"))
                .is_ok_and(|found| found.trim_end() == wanted)
        })
        .filter_map(|entry| fs::canonicalize(entry.path()).ok())
        .collect();
    found.sort_unstable();
    found
}

/// Whether the machine has a virtio console controller, whose ports may still be on their way.
pub fn has_serial_controller() -> bool {
    !virtio_devices(3).is_empty()
        || pci_devices("0x1af4").any(|address| {
            fs::read_to_string(format!("/sys/bus/pci/devices/{address}/device"))
                .is_ok_and(|id| matches!(id.trim_end(), "0x1003" | "0x1043"))
        })
}
