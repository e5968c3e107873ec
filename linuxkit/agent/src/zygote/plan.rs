//! What an exec server is told: an OCI process object in the form in which the kernel takes it. Made in the agent, so
//! that the server and the child parse nothing.

use oci_spec::runtime::{Capability, PosixRlimitType, Process};
/// Descriptors go beside it: stdin, stdout, stderr (none with a terminal).
#[derive(Clone, PartialEq, prost::Message)]
pub struct Plan {
    /// The container's init; 0 runs in the VM's own namespaces.
    #[prost(int32, tag = "1")]
    pub init_pid: i32,
    /// Absolute path of the cgroup that receives the process.
    #[prost(string, tag = "2")]
    pub cgroup: String,
    /// Whether the container has a user namespace of its own.
    #[prost(bool, tag = "3")]
    pub user_namespace: bool,
    #[prost(bool, tag = "4")]
    pub terminal: bool,
    #[prost(uint32, tag = "5")]
    pub width: u32,
    #[prost(uint32, tag = "6")]
    pub height: u32,
    #[prost(string, repeated, tag = "7")]
    pub args: Vec<String>,
    #[prost(string, repeated, tag = "8")]
    pub env: Vec<String>,
    #[prost(string, tag = "9")]
    pub cwd: String,
    #[prost(uint32, tag = "10")]
    pub uid: u32,
    #[prost(uint32, tag = "11")]
    pub gid: u32,
    #[prost(uint32, repeated, tag = "12")]
    pub groups: Vec<u32>,
    #[prost(uint32, optional, tag = "13")]
    pub umask: Option<u32>,
    #[prost(bool, tag = "14")]
    pub no_new_privileges: bool,
    #[prost(int32, tag = "15")]
    pub oom_score: i32,
    #[prost(message, repeated, tag = "16")]
    pub limits: Vec<Limit>,
    /// Absent: whatever its user has.
    #[prost(message, optional, tag = "17")]
    pub capabilities: Option<Capabilities>,
    /// The container's seccomp profile as JSON; empty for none.
    #[prost(bytes = "vec", tag = "18")]
    pub seccomp: Vec<u8>,
}

/// setrlimit(2).
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Limit {
    #[prost(uint32, tag = "1")]
    pub resource: u32,
    #[prost(uint64, tag = "2")]
    pub soft: u64,
    #[prost(uint64, tag = "3")]
    pub hard: u64,
}

/// Sets of capabilities, a bit each.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Capabilities {
    #[prost(fixed64, tag = "1")]
    pub bounding: u64,
    #[prost(fixed64, tag = "2")]
    pub effective: u64,
    #[prost(fixed64, tag = "3")]
    pub permitted: u64,
    #[prost(fixed64, tag = "4")]
    pub inheritable: u64,
    #[prost(fixed64, tag = "5")]
    pub ambient: u64,
}

impl Plan {
    /// Which resources may go up to what.
    pub fn hard_limits(&self) -> Vec<(u32, u64)> {
        self.limits
            .iter()
            .map(|limit| (limit.resource, limit.hard))
            .collect()
    }

    /// From a process object that `spec::edit_process` has edited.
    pub fn of(process: Process) -> Self {
        let user = process.user();
        let limits = process.rlimits().iter().flatten().map(|limit| Limit {
            resource: resource(limit.typ()),
            soft: limit.soft(),
            hard: limit.hard(),
        });
        Self {
            terminal: process.terminal().unwrap_or(false),
            uid: user.uid(),
            gid: user.gid(),
            groups: user.additional_gids().clone().unwrap_or_default(),
            umask: user.umask(),
            no_new_privileges: process.no_new_privileges().unwrap_or(false),
            oom_score: process.oom_score_adj().unwrap_or(0),
            limits: limits.collect(),
            capabilities: process.capabilities().as_ref().map(|sets| Capabilities {
                bounding: bits(sets.bounding().iter().flatten()),
                effective: bits(sets.effective().iter().flatten()),
                permitted: bits(sets.permitted().iter().flatten()),
                inheritable: bits(sets.inheritable().iter().flatten()),
                ambient: bits(sets.ambient().iter().flatten()),
            }),
            cwd: process.cwd().to_string_lossy().into_owned(),
            args: process.args().clone().unwrap_or_default(),
            env: process.env().clone().unwrap_or_default(),
            ..Self::default()
        }
    }
}

fn bits<'a>(set: impl Iterator<Item = &'a Capability>) -> u64 {
    // The kernel's numbers, in the order of linux/capability.h.
    set.fold(0, |bits, capability| bits | 1 << number(*capability))
}

fn number(capability: Capability) -> u32 {
    use Capability::*;
    match capability {
        Chown => 0,
        DacOverride => 1,
        DacReadSearch => 2,
        Fowner => 3,
        Fsetid => 4,
        Kill => 5,
        Setgid => 6,
        Setuid => 7,
        Setpcap => 8,
        LinuxImmutable => 9,
        NetBindService => 10,
        NetBroadcast => 11,
        NetAdmin => 12,
        NetRaw => 13,
        IpcLock => 14,
        IpcOwner => 15,
        SysModule => 16,
        SysRawio => 17,
        SysChroot => 18,
        SysPtrace => 19,
        SysPacct => 20,
        SysAdmin => 21,
        SysBoot => 22,
        SysNice => 23,
        SysResource => 24,
        SysTime => 25,
        SysTtyConfig => 26,
        Mknod => 27,
        Lease => 28,
        AuditWrite => 29,
        AuditControl => 30,
        Setfcap => 31,
        MacOverride => 32,
        MacAdmin => 33,
        Syslog => 34,
        WakeAlarm => 35,
        BlockSuspend => 36,
        AuditRead => 37,
        Perfmon => 38,
        Bpf => 39,
        CheckpointRestore => 40,
    }
}

fn resource(kind: PosixRlimitType) -> u32 {
    match kind {
        PosixRlimitType::RlimitCpu => libc::RLIMIT_CPU,
        PosixRlimitType::RlimitFsize => libc::RLIMIT_FSIZE,
        PosixRlimitType::RlimitData => libc::RLIMIT_DATA,
        PosixRlimitType::RlimitStack => libc::RLIMIT_STACK,
        PosixRlimitType::RlimitCore => libc::RLIMIT_CORE,
        PosixRlimitType::RlimitRss => libc::RLIMIT_RSS,
        PosixRlimitType::RlimitNproc => libc::RLIMIT_NPROC,
        PosixRlimitType::RlimitNofile => libc::RLIMIT_NOFILE,
        PosixRlimitType::RlimitMemlock => libc::RLIMIT_MEMLOCK,
        PosixRlimitType::RlimitAs => libc::RLIMIT_AS,
        PosixRlimitType::RlimitLocks => libc::RLIMIT_LOCKS,
        PosixRlimitType::RlimitSigpending => libc::RLIMIT_SIGPENDING,
        PosixRlimitType::RlimitMsgqueue => libc::RLIMIT_MSGQUEUE,
        PosixRlimitType::RlimitNice => libc::RLIMIT_NICE,
        PosixRlimitType::RlimitRtprio => libc::RLIMIT_RTPRIO,
        PosixRlimitType::RlimitRttime => libc::RLIMIT_RTTIME,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_object_becomes_numbers() {
        let process: Process = serde_json::from_str(
            r#"{"cwd":"/","args":["a","b"],"env":["X=1"],"user":{"uid":7,"gid":8,"additionalGids":[9]},
                "capabilities":{"bounding":["CAP_CHOWN","CAP_MKNOD"],"ambient":["CAP_CHECKPOINT_RESTORE"]},
                "rlimits":[{"type":"RLIMIT_NOFILE","soft":1,"hard":2}]}"#,
        )
        .expect("a process");
        let plan = Plan::of(process);
        let sets = plan.capabilities.expect("sets");
        assert_eq!((sets.bounding, sets.ambient), (1 | 1 << 27, 1 << 40));
        assert_eq!((plan.uid, plan.gid, &plan.groups[..]), (7, 8, &[9][..]));
        assert_eq!(
            (plan.limits[0].resource, plan.limits[0].hard),
            (libc::RLIMIT_NOFILE, 2)
        );
    }
}
