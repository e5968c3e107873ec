//! What containers need and a kernel lacks, by the names of its configuration: for somebody else's image, whose kernel
//! nobody here has chosen. Modules that the image brings count as there. Not part of a usual boot.

use std::fs;
use std::path::Path;

use crate::boot::Platform;
use crate::cgroup;

/// File systems, the group of modules that may bring each, and the option.
const FILE_SYSTEMS: [(&str, &str, &str); 5] = [
    ("overlay", "overlay", "CONFIG_OVERLAY_FS"),
    ("ext4", "ext4", "CONFIG_EXT4_FS"),
    ("9p", "9p", "CONFIG_9P_FS"),
    ("mqueue", "", "CONFIG_POSIX_MQUEUE"),
    ("cgroup2", "", "CONFIG_CGROUPS"),
];
const NAMESPACES: [(&str, &str); 5] = [
    ("ipc", "CONFIG_IPC_NS"),
    ("net", "CONFIG_NET_NS"),
    ("pid", "CONFIG_PID_NS"),
    ("user", "CONFIG_USER_NS"),
    ("uts", "CONFIG_UTS_NS"),
];
const CONTROLLERS: [(&str, &str); 5] = [
    ("cpu", "CONFIG_FAIR_GROUP_SCHED"),
    ("cpuset", "CONFIG_CPUSETS"),
    ("io", "CONFIG_BLK_CGROUP"),
    ("memory", "CONFIG_MEMCG"),
    ("pids", "CONFIG_CGROUP_PIDS"),
];
/// Drivers by their folder below /sys/bus.
const QEMU: [(&str, &str, &str); 5] = [
    ("scsi/drivers/sd", "scsi", "CONFIG_BLK_DEV_SD"),
    ("virtio/drivers/virtio_scsi", "scsi", "CONFIG_SCSI_VIRTIO"),
    ("virtio/drivers/virtio_net", "net", "CONFIG_VIRTIO_NET"),
    ("virtio/drivers/9pnet_virtio", "9p", "CONFIG_NET_9P_VIRTIO"),
    ("pci_express/drivers/pciehp", "", "CONFIG_HOTPLUG_PCI_PCIE"),
];
const HYPERV: [(&str, &str, &str); 3] = [
    ("scsi/drivers/sd", "scsi", "CONFIG_BLK_DEV_SD"),
    (
        "vmbus/drivers/hv_storvsc",
        "hyperv",
        "CONFIG_HYPERV_STORAGE",
    ),
    ("vmbus/drivers/hv_netvsc", "hyperv", "CONFIG_HYPERV_NET"),
];

/// Options that are missing, in a fixed order. `groups` are those of the image's modules.
pub fn missing(platform: Platform, groups: &[String]) -> Vec<String> {
    let brought = |group: &str| groups.iter().any(|known| known == group);
    let filesystems = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    let controllers =
        fs::read_to_string(format!("{}/cgroup.controllers", cgroup::ROOT)).unwrap_or_default();
    let drivers: &[(&str, &str, &str)] = match platform {
        Platform::Qemu => &QEMU,
        Platform::HyperV => &HYPERV,
    };
    let mut found: Vec<&str> = Vec::new();
    let mut look = |there: bool, option| {
        if !there {
            found.push(option);
        }
    };
    for (name, group, option) in FILE_SYSTEMS {
        look(listed(&filesystems, name) || brought(group), option);
    }
    for (path, group, option) in drivers {
        look(
            Path::new("/sys/bus").join(path).exists() || brought(group),
            option,
        );
    }
    for (name, option) in NAMESPACES {
        look(Path::new("/proc/self/ns").join(name).exists(), option);
    }
    for (name, option) in CONTROLLERS {
        look(
            controllers.split_whitespace().any(|known| known == name),
            option,
        );
    }
    look(
        Path::new("/proc/sys/kernel/seccomp").exists(),
        "CONFIG_SECCOMP_FILTER",
    );
    look(device_programs(), "CONFIG_CGROUP_BPF");
    found.into_iter().map(str::to_owned).collect()
}

/// Whether /proc/filesystems lists `name`: "nodev\toverlay".
fn listed(filesystems: &str, name: &str) -> bool {
    filesystems
        .lines()
        .any(|line| line.split_whitespace().next_back() == Some(name))
}

/// Whether programs can be attached to groups, by asking for those of the root.
fn device_programs() -> bool {
    use std::os::fd::AsRawFd;
    const BPF_PROG_QUERY: libc::c_int = 16;
    const BPF_CGROUP_DEVICE: u32 = 6;
    /// The head of union bpf_attr for this command.
    #[repr(C)]
    struct Query {
        target: u32,
        kind: u32,
        query_flags: u32,
        attach_flags: u32,
        programs: u64,
        count: u32,
        padding: u32,
    }
    let Ok(root) = fs::File::open(cgroup::ROOT) else {
        return false;
    };
    let mut query = Query {
        target: root.as_raw_fd() as u32,
        kind: BPF_CGROUP_DEVICE,
        query_flags: 0,
        attach_flags: 0,
        programs: 0,
        count: 0,
        padding: 0,
    };
    // SAFETY: `query` has the head of union bpf_attr for this command and outlives the call, which may write to it.
    let result = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            BPF_PROG_QUERY,
            &raw mut query,
            size_of::<Query>(),
        )
    };
    result == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_is_listed_by_its_whole_name() {
        let text = "nodev\tsysfs\nnodev\toverlay\n\text4\n";
        assert!(listed(text, "overlay") && listed(text, "ext4"));
        assert!(!listed(text, "ext") && !listed(text, "9p"));
    }
}
