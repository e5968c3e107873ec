//! Capabilities of a process that is about to execute: capset(2) and prctl(2), a few calls and no allocation.

use std::io;

use super::plan::Capabilities;

/// Version 3 of struct __user_cap_header_struct.
const VERSION: u32 = 0x2008_0522;
/// The kernel's highest is 40 since Linux 5.9; a number it does not know ends the loop.
const HIGHEST: u32 = 63;

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Words {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

fn header() -> Header {
    Header {
        version: VERSION,
        pid: 0,
    }
}

fn set(effective: u64, permitted: u64, inheritable: u64) -> io::Result<()> {
    let word = |shift: u32| Words {
        effective: (effective >> shift) as u32,
        permitted: (permitted >> shift) as u32,
        inheritable: (inheritable >> shift) as u32,
    };
    let (header, words) = (header(), [word(0), word(32)]);
    // SAFETY: both have the kernel's layout and outlive the call.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw const header, words.as_ptr()) })
}

fn permitted() -> io::Result<u64> {
    let (header, mut words) = (header(), [Words::default(); 2]);
    // SAFETY: both have the kernel's layout; the words are writable.
    check(unsafe { libc::syscall(libc::SYS_capget, &raw const header, words.as_mut_ptr()) })?;
    Ok(u64::from(words[0].permitted) | u64::from(words[1].permitted) << 32)
}

fn check(result: libc::c_long) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Gives the calling process these sets and no others. Its user has been set, its permitted set kept.
pub fn apply(wanted: &Capabilities) -> io::Result<()> {
    // Leaving user 0 has emptied the effective set; dropping from the bounding set needs CAP_SETPCAP.
    let held = permitted()?;
    set(held, held, 0)?;
    for number in 0..=HIGHEST {
        if wanted.bounding & 1 << number != 0 {
            continue;
        }
        // SAFETY: prctl with plain numbers.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, number, 0, 0, 0) } < 0 {
            let error = io::Error::last_os_error();
            if error.raw_os_error() == Some(libc::EINVAL) {
                break;
            }
            return Err(error);
        }
    }
    set(wanted.effective, wanted.permitted, wanted.inheritable)?;
    let ambient = |operation: libc::c_int, number: u32| {
        // SAFETY: prctl with plain numbers.
        check(unsafe { libc::prctl(libc::PR_CAP_AMBIENT, operation, number, 0, 0) }.into())
    };
    ambient(libc::PR_CAP_AMBIENT_CLEAR_ALL, 0)?;
    for number in (0..=HIGHEST).filter(|number| wanted.ambient & 1 << number != 0) {
        ambient(libc::PR_CAP_AMBIENT_RAISE, number)?;
    }
    Ok(())
}
