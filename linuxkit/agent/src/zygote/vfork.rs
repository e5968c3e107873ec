//! A child that shares its parent's memory until it executes: no page table is copied and no page is copied on
//! write, which under emulation is most of what a fork costs. clone3(2) also puts it straight into its cgroup, so
//! that no migration between cgroups is waited for.

use std::arch::asm;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

/// The flag of clone3(2) alone; libc's constant is too narrow for it.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;
/// The size of a child's stack. Its code recurses nowhere; loading a seccomp profile takes the most.
const STACK: usize = 256 * 1024;

/// A stack for one child after the other; its pages are taken once. Sixteen-byte units: the alignment it must have.
pub struct Stack(Vec<u128>);

impl Default for Stack {
    fn default() -> Self {
        Self(Vec::with_capacity(STACK / 16))
    }
}

/// Runs `child` in a new process in `cgroup`. The caller, whose process must have one thread, stands still until
/// the child has executed another program or ended; what `child` wrote to memory is seen by the caller. A child
/// that returns ends with status 127. A `sibling` is a child of the caller's parent. Gives its pid, as seen from the
/// caller's process namespace.
pub fn into_cgroup<F: FnMut()>(
    stack: &mut Stack,
    cgroup: &File,
    sibling: bool,
    mut child: F,
) -> io::Result<i32> {
    /// # Safety
    /// `data` points to the `F` of the caller, which stands still.
    unsafe extern "C" fn enter<F: FnMut()>(data: *mut F) -> ! {
        let run = std::panic::AssertUnwindSafe(|| {
            // SAFETY: see above; nobody else uses it meanwhile.
            unsafe { (*data)() }
        });
        let _ = std::panic::catch_unwind(run);
        // SAFETY: ends this process without touching the memory that it shares.
        unsafe { libc::_exit(127) }
    }

    // SAFETY: an all-zero clone_args is valid.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = (libc::CLONE_VM | libc::CLONE_VFORK) as u64 | CLONE_INTO_CGROUP;
    if sibling {
        args.flags |= libc::CLONE_PARENT as u64;
    } else {
        args.exit_signal = libc::SIGCHLD as u64;
    }
    args.cgroup = cgroup.as_raw_fd() as u64;
    args.stack = stack.0.as_mut_ptr() as u64;
    args.stack_size = STACK as u64;
    let entry: unsafe extern "C" fn(*mut F) -> ! = enter::<F>;
    let data: *mut F = &mut child;
    let result: i64;
    // SAFETY: the child starts behind the system call on its own empty, aligned stack and only calls `entry`,
    // which never returns. The caller is suspended (CLONE_VFORK) until the child leaves this memory, so the stack
    // and `child` outlive it. Registers beyond those named are kept by the kernel.
    unsafe {
        asm!(
            "syscall",
            "test rax, rax",
            "jnz 2f",
            "xor ebp, ebp",
            "mov rdi, r12",
            "call r13",
            "ud2",
            "2:",
            inlateout("rax") libc::SYS_clone3 => result,
            in("rdi") &raw const args,
            in("rsi") size_of::<libc::clone_args>(),
            in("r12") data,
            in("r13") entry,
            lateout("rcx") _,
            lateout("r11") _,
        );
    }
    if result < 0 {
        return Err(io::Error::from_raw_os_error(-result as i32));
    }
    Ok(result as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_child_wrote_is_seen_and_its_return_is_an_exit() {
        let Ok(cgroup) = File::open("/sys/fs/cgroup") else {
            println!("SKIP no cgroup mount");
            return;
        };
        let mut seen = 0;
        match into_cgroup(&mut Stack::default(), &cgroup, false, || seen = 42) {
            Ok(pid) => {
                let mut status = 0;
                // SAFETY: waits for our own child.
                unsafe { libc::waitpid(pid, &mut status, 0) };
                assert_eq!(seen, 42);
                assert_eq!(libc::WEXITSTATUS(status), 127);
            }
            Err(error) => println!("SKIP clone3 into {cgroup:?}: {error}"),
        }
    }
}
