//! Which devices a container may open: the spec's `linux.resources.devices` as a BPF program on its cgroup.
//! libcontainer leaves this out without its eBPF feature, and without it a container that may make device nodes
//! could read every disk of the VM.
//!
//! Rules are tried from the last to the first and the first that matches decides, as runc does; what no rule names
//! is refused. Nodes every container needs (null, zero, full, random, urandom, tty, ptmx, pts) and making nodes
//! without opening them are allowed behind the spec's own rules.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use oci_spec::runtime::{LinuxDeviceCgroup, LinuxDeviceType, Spec};

/// Rules that one spec may hold: a program has at most 4096 instructions before Linux 5.2, 8 a rule.
const MAX_RULES: usize = 500;

/// Access bits of the kernel: mknod, read, write.
const MAY: [(char, i32); 3] = [('m', 1), ('r', 2), ('w', 4)];
const ALL: i32 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rule {
    allow: bool,
    /// 1 block, 2 character, none for both.
    kind: Option<i32>,
    major: Option<i32>,
    minor: Option<i32>,
    access: i32,
}

const fn node(kind: i32, major: Option<i32>, minor: Option<i32>, access: i32) -> Rule {
    Rule {
        allow: true,
        kind: Some(kind),
        major,
        minor,
        access,
    }
}

const DEFAULTS: [Rule; 11] = [
    node(2, None, None, 1),
    node(1, None, None, 1),
    node(2, Some(1), Some(3), ALL),
    node(2, Some(1), Some(5), ALL),
    node(2, Some(1), Some(7), ALL),
    node(2, Some(1), Some(8), ALL),
    node(2, Some(1), Some(9), ALL),
    node(2, Some(5), Some(0), ALL),
    node(2, Some(5), Some(1), ALL),
    node(2, Some(5), Some(2), ALL),
    node(2, Some(136), None, ALL),
];

fn rule(device: &LinuxDeviceCgroup) -> Rule {
    let number = |value: Option<i64>| {
        value
            .filter(|v| *v >= 0)
            .and_then(|v| i32::try_from(v).ok())
    };
    let access = device.access().clone().unwrap_or_default();
    let bits = MAY
        .iter()
        .filter(|(letter, _)| access.contains(*letter))
        .map(|(_, bit)| bit)
        .sum();
    Rule {
        allow: device.allow(),
        kind: match device.typ() {
            Some(LinuxDeviceType::B) => Some(1),
            Some(LinuxDeviceType::C | LinuxDeviceType::U) => Some(2),
            _ => None,
        },
        major: number(device.major()),
        minor: number(device.minor()),
        access: if access.is_empty() { ALL } else { bits },
    }
}

/// The rules of a spec, in the order in which they are tried.
fn rules(spec: &Spec) -> io::Result<Vec<Rule>> {
    let devices = spec
        .linux()
        .as_ref()
        .and_then(|linux| linux.resources().as_ref())
        .and_then(|resources| resources.devices().clone())
        .unwrap_or_default();
    if devices.len() > MAX_RULES {
        return Err(io::Error::other(format!(
            "{} device rules, at most {MAX_RULES}",
            devices.len()
        )));
    }
    Ok(DEFAULTS
        .into_iter()
        .chain(devices.iter().rev().map(rule))
        .collect())
}

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Instruction {
    code: u8,
    registers: u8,
    offset: i16,
    value: i32,
}

const fn op(code: u8, to: u8, from: u8, offset: i16, value: i32) -> Instruction {
    Instruction {
        code,
        registers: to | from << 4,
        offset,
        value,
    }
}

/// r2 = type, r3 = access, r4 = major, r5 = minor; r0 is the verdict.
fn program(rules: &[Rule]) -> Vec<Instruction> {
    const LOAD: u8 = 0x61;
    const AND: u8 = 0x54;
    const SHIFT_RIGHT: u8 = 0x74;
    const COPY: u8 = 0xbc;
    const SET: u8 = 0xb7;
    const EXIT: u8 = 0x95;
    const UNLESS_VALUE: u8 = 0x55;
    const UNLESS_REGISTER: u8 = 0x5d;
    let mut code = vec![
        op(LOAD, 2, 1, 0, 0),
        op(AND, 2, 0, 0, 0xffff),
        op(LOAD, 3, 1, 0, 0),
        op(SHIFT_RIGHT, 3, 0, 0, 16),
        op(LOAD, 4, 1, 4, 0),
        op(LOAD, 5, 1, 8, 0),
    ];
    let verdict = |allow: bool| [op(SET, 0, 0, 0, i32::from(allow)), op(EXIT, 0, 0, 0, 0)];
    for rule in rules {
        let mut block = Vec::with_capacity(8);
        let conditions = [(2, rule.kind), (4, rule.major), (5, rule.minor)];
        let mut jumps = Vec::new();
        for (register, value) in conditions {
            if let Some(value) = value {
                jumps.push(block.len());
                block.push(op(UNLESS_VALUE, register, 0, 0, value));
            }
        }
        if rule.access != ALL {
            block.push(op(COPY, 1, 3, 0, 0));
            block.push(op(AND, 1, 0, 0, rule.access));
            jumps.push(block.len());
            block.push(op(UNLESS_REGISTER, 1, 3, 0, 0));
        }
        let always = block.is_empty();
        block.extend(verdict(rule.allow));
        let length = block.len();
        for jump in jumps {
            block[jump].offset = (length - jump - 1) as i16;
        }
        code.extend(block);
        if always {
            // The verifier refuses what can never be reached.
            return code;
        }
    }
    code.extend(verdict(false));
    code
}

/// Attaches the spec's rules to the cgroup `folder`.
pub fn restrict(folder: &str, spec: &Spec) -> io::Result<()> {
    const BPF_PROG_LOAD: libc::c_int = 5;
    const BPF_PROG_ATTACH: libc::c_int = 8;
    const BPF_PROG_TYPE_CGROUP_DEVICE: u32 = 15;
    const BPF_CGROUP_DEVICE: u32 = 6;

    #[repr(C)]
    #[derive(Default)]
    struct Load {
        kind: u32,
        count: u32,
        instructions: u64,
        license: u64,
        log_level: u32,
        log_size: u32,
        log: u64,
        kernel: u32,
        flags: u32,
    }
    #[repr(C)]
    struct Attach {
        target: u32,
        program: u32,
        kind: u32,
        flags: u32,
    }

    let code = program(&rules(spec)?);
    let load = Load {
        kind: BPF_PROG_TYPE_CGROUP_DEVICE,
        count: code.len() as u32,
        instructions: code.as_ptr() as u64,
        license: c"Apache-2.0".as_ptr() as u64,
        ..Load::default()
    };
    // SAFETY: `load` has the head of union bpf_attr for this command; what it points to outlives the call.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            BPF_PROG_LOAD,
            &raw const load,
            size_of::<Load>(),
        )
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: `fd` was just made and belongs to nobody else.
    let loaded = unsafe { OwnedFd::from_raw_fd(fd as i32) };
    let group = File::open(folder)?;
    let attach = Attach {
        target: group.as_raw_fd() as u32,
        program: loaded.as_raw_fd() as u32,
        kind: BPF_CGROUP_DEVICE,
        flags: 0,
    };
    // SAFETY: `attach` has the head of union bpf_attr for this command.
    let result = unsafe {
        libc::syscall(
            libc::SYS_bpf,
            BPF_PROG_ATTACH,
            &raw const attach,
            size_of::<Attach>(),
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a program as the kernel would.
    fn allowed(code: &[Instruction], kind: i32, access: i32, major: i32, minor: i32) -> bool {
        let mut registers = [0i64; 11];
        let context = [kind | access << 16, major, minor];
        let mut at = 0;
        loop {
            let i = code[at];
            let (to, from) = (usize::from(i.registers & 15), usize::from(i.registers >> 4));
            at += 1;
            match i.code {
                0x61 => registers[to] = i64::from(context[i.offset as usize / 4]),
                0x54 => registers[to] &= i64::from(i.value),
                0x74 => registers[to] >>= i.value,
                0xbc => registers[to] = registers[from],
                0xb7 => registers[to] = i64::from(i.value),
                0x55 if registers[to] != i64::from(i.value) => at += i.offset as usize,
                0x5d if registers[to] != registers[from] => at += i.offset as usize,
                0x55 | 0x5d => {}
                0x95 => return registers[0] != 0,
                other => panic!("instruction {other:#x}"),
            }
        }
    }

    fn compile(devices: &str) -> Vec<Instruction> {
        let text =
            format!(r#"{{"ociVersion":"1.0.2","linux":{{"resources":{{"devices":{devices}}}}}}}"#);
        let spec: Spec = serde_json::from_str(&text).expect("a spec");
        program(&rules(&spec).expect("rules"))
    }

    #[test]
    fn disks_are_refused_and_needed_nodes_allowed() {
        let code = compile(r#"[{"allow":false,"access":"rwm"}]"#);
        assert!(!allowed(&code, 1, 2, 8, 0), "reading a disk");
        assert!(allowed(&code, 1, 1, 8, 0), "making a node");
        assert!(!allowed(&code, 1, 3, 8, 0), "making and reading");
        assert!(allowed(&code, 2, 6, 1, 3), "/dev/null");
        assert!(allowed(&code, 2, 6, 136, 9), "a terminal");
        assert!(!allowed(&code, 2, 2, 10, 1), "another character device");
        assert!(!allowed(&compile("[]"), 1, 2, 8, 0));
    }

    #[test]
    fn the_last_rule_that_matches_decides() {
        let code = compile(
            r#"[{"allow":false,"access":"rwm"},{"allow":true,"type":"b","major":8,"access":"r"},{"allow":false,"type":"b","major":8,"minor":16,"access":"rwm"}]"#,
        );
        assert!(allowed(&code, 1, 2, 8, 0));
        assert!(!allowed(&code, 1, 4, 8, 0));
        assert!(!allowed(&code, 1, 2, 8, 16));
        assert!(allowed(
            &compile(r#"[{"allow":true,"access":"rwm"}]"#),
            1,
            7,
            8,
            0
        ));
    }
}
