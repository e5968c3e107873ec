//! Preloaded into QEMU: lets its 9P server make FIFOs, sockets and device nodes on hosts whose QEMU cannot.
//!
//! Since the fix of CVE-2023-2861, releases before 9.2 (Debian 12 has one) refuse with ENXIO to give a node that they
//! just made its mode: they open it with O_PATH for that, see by fstat(2) that it is special, and remove it again. The
//! refusal is right for descriptors that can be read and written; one of O_PATH cannot. Here fstat calls a special file
//! behind such a descriptor regular, and is the C library's own otherwise. Built by rustc alone: no crates, no std.

#![no_std]

use core::ffi::{c_char, c_int};

/// x86-64's and AArch64's O_PATH.
const O_PATH: c_int = 0o10_000_000;
const AT_EMPTY_PATH: c_int = 0x1000;
const F_GETFL: c_int = 3;
const S_IFMT: u32 = 0o170_000;
const S_IFREG: u32 = 0o100_000;
const S_IFDIR: u32 = 0o040_000;
const S_IFLNK: u32 = 0o120_000;

/// The head of `struct stat` as far as st_mode.
#[repr(C)]
pub struct Stat {
    device: u64,
    inode: u64,
    #[cfg(target_arch = "x86_64")]
    links: u64,
    mode: u32,
}

unsafe extern "C" {
    fn fstatat64(folder: c_int, path: *const c_char, stat: *mut Stat, flags: c_int) -> c_int;
    fn fcntl(fd: c_int, command: c_int, ...) -> c_int;
}

/// The C library's fstat64(3), with the exception that the module tells of.
///
/// # Safety
/// As fstat64: `stat` is a whole `struct stat64`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstat64(fd: c_int, stat: *mut Stat) -> c_int {
    // SAFETY: the caller's buffer; an empty path names the descriptor itself.
    unsafe {
        let result = fstatat64(fd, c"".as_ptr(), stat, AT_EMPTY_PATH);
        if result == 0 && !matches!((*stat).mode & S_IFMT, S_IFREG | S_IFDIR | S_IFLNK) {
            let flags = fcntl(fd, F_GETFL);
            if flags >= 0 && flags & O_PATH != 0 {
                (*stat).mode = (*stat).mode & !S_IFMT | S_IFREG;
            }
        }
        result
    }
}

/// The same under the name that it has where files were always large.
///
/// # Safety
/// As fstat64.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstat(fd: c_int, stat: *mut Stat) -> c_int {
    // SAFETY: as the caller's promise.
    unsafe { fstat64(fd, stat) }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
