//! Control groups (v2 only): the agent's own leaf, containers' groups under /lcow, freezing, killing, counting.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use libcgroups::common::{CgroupConfig, CgroupManager, ControllerOpt, create_cgroup_manager};
use oci_spec::runtime::LinuxResources;
use tonic::Status;

use crate::agent::lock;
use crate::bounds::internal;
use crate::proto::{IoStat, LinkStat, StatsResponse};
use crate::{spec, warning};

/// The mount.
pub const ROOT: &str = "/sys/fs/cgroup";
/// How long freezing and emptying may take.
const SETTLE: Duration = Duration::from_secs(10);

/// Groups that go by another name than their container's: a container that was made of a standby has its group.
static LENT: Mutex<BTreeMap<String, String>> = Mutex::new(BTreeMap::new());

/// The name of container `id`'s group.
pub fn group_of(id: &str) -> String {
    lock(&LENT)
        .get(id)
        .cloned()
        .unwrap_or_else(|| id.to_owned())
}

/// Container `id` has the group `name` from now on.
pub fn lend(id: &str, name: &str) {
    lock(&LENT).insert(id.to_owned(), name.to_owned());
}

/// The group is nobody's; gives its name where it was lent.
pub fn take_back(id: &str) -> Option<String> {
    lock(&LENT).remove(id)
}

/// A group below the mount.
pub fn path(name: &str) -> String {
    format!("/lcow/{name}")
}

/// A group as a folder.
pub fn folder(name: &str) -> String {
    format!("{ROOT}/lcow/{name}")
}

/// Opens the controllers for containers and moves the agent into a leaf of its own. Once, before the first
/// container.
pub fn prepare(zygote: i32) {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let result = (|| -> io::Result<()> {
            let available = fs::read_to_string(format!("{ROOT}/cgroup.controllers"))?;
            let wanted: Vec<String> = available
                .split_whitespace()
                .filter(|name| {
                    matches!(
                        *name,
                        "cpuset" | "cpu" | "io" | "memory" | "hugetlb" | "pids"
                    )
                })
                .map(|name| format!("+{name}"))
                .collect();
            let wanted = wanted.join(" ");
            fs::create_dir_all(format!("{ROOT}/agent"))?;
            for pid in [1, zygote] {
                fs::write(format!("{ROOT}/agent/cgroup.procs"), pid.to_string())?;
            }
            fs::create_dir_all(format!("{ROOT}/lcow"))?;
            fs::write(format!("{ROOT}/cgroup.subtree_control"), &wanted)?;
            fs::write(format!("{ROOT}/lcow/cgroup.subtree_control"), &wanted)
        })();
        if let Err(error) = result {
            warning!("cannot prepare cgroups: {error}");
        }
    });
}

/// How many processes of container `id` the kernel killed for want of memory.
pub fn oom_kills(id: &str) -> u64 {
    memory_events(id).map_or(0, |file| oom_kills_of(&file))
}

/// Where the kernel counts what befell container `id` for want of memory.
pub fn memory_events(id: &str) -> io::Result<fs::File> {
    fs::File::open(format!("{}/memory.events", spec::cgroup_folder(id)))
}

/// What `memory_events` counts of it now; 0 of a group that is gone.
pub fn oom_kills_of(memory_events: &fs::File) -> u64 {
    let mut text = [0; 512];
    let length = memory_events.read_at(&mut text, 0).unwrap_or(0);
    parse_keyed(&String::from_utf8_lossy(&text[..length]))
        .remove("oom_kill")
        .unwrap_or(0)
}

/// Freezes or thaws a group and waits until it is so.
pub fn freeze(folder: &str, frozen: bool) -> io::Result<()> {
    fs::write(
        format!("{folder}/cgroup.freeze"),
        if frozen { "1" } else { "0" },
    )?;
    wait_event(folder, "frozen", u64::from(frozen))
}

/// Kills every process of a group and waits until none is left.
pub fn kill(folder: &str) -> io::Result<()> {
    match fs::write(format!("{folder}/cgroup.kill"), "1") {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !Path::new(folder).exists() => {
            return Ok(());
        }
        // Before Linux 5.14: one by one, frozen so that none escapes by forking.
        Err(_) => {
            let _ = fs::write(format!("{folder}/cgroup.freeze"), "1");
            for pid in pids(folder) {
                // SAFETY: a signal to a process of this group; a dead one is not an error.
                unsafe { libc::kill(pid as i32, libc::SIGKILL) };
            }
            let _ = fs::write(format!("{folder}/cgroup.freeze"), "0");
        }
        Ok(()) => {}
    }
    wait_event(folder, "populated", 0)
}

fn wait_event(folder: &str, key: &str, value: u64) -> io::Result<()> {
    let path = format!("{folder}/cgroup.events");
    let end = Instant::now() + SETTLE;
    let Ok(file) = fs::File::open(&path) else {
        return Ok(());
    };
    loop {
        // The read arms the poll.
        let mut text = String::new();
        {
            use std::io::{Read, Seek};
            (&file).seek(io::SeekFrom::Start(0))?;
            (&file).read_to_string(&mut text)?;
        }
        if parse_keyed(&text).get(key) == Some(&value) {
            return Ok(());
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::Error::from_raw_os_error(libc::ETIMEDOUT));
        }
        let mut poll = libc::pollfd {
            fd: file.as_raw_fd(),
            events: libc::POLLPRI,
            revents: 0,
        };
        // SAFETY: one valid pollfd for the duration of the call.
        unsafe { libc::poll(&mut poll, 1, left.as_millis() as i32 + 1) };
    }
}

/// Removes a group and the groups below it, which must be empty of processes.
pub fn remove(folder: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove(&entry.path().to_string_lossy())?;
        }
    }
    match fs::remove_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Pids in a group and in the groups below it.
pub fn pids(folder: &str) -> Vec<u32> {
    let mut found: Vec<u32> = fs::read_to_string(format!("{folder}/cgroup.procs"))
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.parse().ok())
        .collect();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(pids(&entry.path().to_string_lossy()));
        }
    }
    found
}

/// Applies resources to a container's group, as its creation did.
pub fn apply(id: &str, resources: &LinuxResources) -> Result<(), Status> {
    let failed = |error: &dyn std::fmt::Display| {
        internal(&format!("limit the resources of container {id:?}"), error)
    };
    let manager = create_cgroup_manager(CgroupConfig {
        cgroup_path: spec::cgroup(id).into(),
        systemd_cgroup: false,
        container_name: id.to_owned(),
    })
    .map_err(|error| failed(&error))?;
    manager
        .apply(&ControllerOpt {
            resources,
            disable_oom_killer: false,
            oom_score_adj: None,
            freezer_state: None,
        })
        .map_err(|error| failed(&error))
}

fn parse_keyed(text: &str) -> BTreeMap<String, u64> {
    text.lines()
        .filter_map(|line| {
            let (key, value) = line.split_once(' ')?;
            Some((key.to_owned(), value.trim().parse().ok()?))
        })
        .collect()
}

/// A "key value" file; empty when it cannot be read.
pub fn keyed(path: &str) -> BTreeMap<String, u64> {
    parse_keyed(&fs::read_to_string(path).unwrap_or_default())
}

/// A number; 0 when it is absent or "max".
fn number(path: &str) -> u64 {
    fs::read_to_string(path)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

/// `avg10` of the line `kind` ("some", "full") of a pressure file.
pub fn pressure(path: &str, kind: &str) -> f64 {
    fs::read_to_string(path)
        .unwrap_or_default()
        .lines()
        .find(|line| line.starts_with(kind))
        .and_then(|line| {
            line.split_whitespace()
                .find_map(|part| part.strip_prefix("avg10="))
        })
        .and_then(|value| value.parse().ok())
        .unwrap_or(0.0)
}

/// The statistics of one group; `pid` names the network namespace whose links are counted.
pub fn stats(folder: &str, pid: Option<i32>) -> StatsResponse {
    let file = |name: &str| format!("{folder}/{name}");
    let cpu = keyed(&file("cpu.stat"));
    let value = |key: &str| cpu.get(key).copied().unwrap_or(0);
    StatsResponse {
        cpu_usage_us: value("usage_usec"),
        cpu_user_us: value("user_usec"),
        cpu_system_us: value("system_usec"),
        cpu_periods: value("nr_periods"),
        cpu_throttled_periods: value("nr_throttled"),
        cpu_throttled_us: value("throttled_usec"),
        memory_bytes: number(&file("memory.current")),
        memory_limit_bytes: number(&file("memory.max")),
        memory_peak_bytes: number(&file("memory.peak")),
        swap_bytes: number(&file("memory.swap.current")),
        memory_stat: keyed(&file("memory.stat")),
        memory_events: keyed(&file("memory.events")),
        pids: number(&file("pids.current")),
        pids_limit: number(&file("pids.max")),
        io: fs::read_to_string(file("io.stat"))
            .unwrap_or_default()
            .lines()
            .filter_map(parse_io)
            .collect(),
        links: pid.map(links).unwrap_or_default(),
        cpu_some_avg10: pressure(&file("cpu.pressure"), "some"),
        memory_some_avg10: pressure(&file("memory.pressure"), "some"),
        io_some_avg10: pressure(&file("io.pressure"), "some"),
        cpu_full_avg10: pressure(&file("cpu.pressure"), "full"),
        memory_full_avg10: pressure(&file("memory.pressure"), "full"),
        io_full_avg10: pressure(&file("io.pressure"), "full"),
    }
}

/// "8:0 rbytes=1 wbytes=2 rios=3 wios=4 ...".
fn parse_io(line: &str) -> Option<IoStat> {
    let mut parts = line.split_whitespace();
    let (major, minor) = parts.next()?.split_once(':')?;
    let mut stat = IoStat {
        major: major.parse().ok()?,
        minor: minor.parse().ok()?,
        ..IoStat::default()
    };
    for part in parts {
        let (key, value) = part.split_once('=')?;
        let value = value.parse().ok()?;
        match key {
            "rbytes" => stat.read_bytes = value,
            "wbytes" => stat.write_bytes = value,
            "rios" => stat.reads = value,
            "wios" => stat.writes = value,
            _ => {}
        }
    }
    Some(stat)
}

fn links(pid: i32) -> Vec<LinkStat> {
    fs::read_to_string(format!("/proc/{pid}/net/dev"))
        .unwrap_or_default()
        .lines()
        .filter_map(parse_link)
        .collect()
}

fn parse_link(line: &str) -> Option<LinkStat> {
    let (name, counts) = line.split_once(':')?;
    let counts: Vec<u64> = counts
        .split_whitespace()
        .filter_map(|c| c.parse().ok())
        .collect();
    if counts.len() < 12 || name.trim() == "lo" {
        return None;
    }
    Some(LinkStat {
        name: name.trim().to_owned(),
        rx_bytes: counts[0],
        rx_packets: counts[1],
        rx_errors: counts[2],
        rx_dropped: counts[3],
        tx_bytes: counts[8],
        tx_packets: counts[9],
        tx_errors: counts[10],
        tx_dropped: counts[11],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_files_are_read() {
        let stat =
            parse_io("8:16 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0").expect("a line");
        assert_eq!(
            (stat.major, stat.minor, stat.read_bytes, stat.writes),
            (8, 16, 10, 2)
        );
        let link = parse_link("  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16").expect("a line");
        assert_eq!(
            (link.name.as_str(), link.rx_bytes, link.tx_bytes),
            ("eth0", 1, 9)
        );
        assert_eq!(parse_keyed("oom 1\noom_kill 2\n").get("oom_kill"), Some(&2));
    }
}
