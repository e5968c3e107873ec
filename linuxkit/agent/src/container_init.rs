//! `lcow-init`: the agent's binary as the first process of a container (`lcow run --init`). It starts the command as
//! its child, passes every signal on, reaps what is orphaned and ends as the command ended. Not the VM's PID 1.

use std::ffi::CString;
use std::os::unix::ffi::OsStringExt;

/// Whether this process was started under that name.
pub fn called(name: Option<&str>) -> bool {
    name.and_then(|name| name.rsplit('/').next()) == Some("lcow-init")
}

/// Runs the command behind `--`; gives the exit status. One thread, no runtime.
pub fn run() -> i32 {
    let mut words: Vec<_> = std::env::args_os().skip(1).collect();
    if words.first().is_some_and(|word| word == "--") {
        words.remove(0);
    }
    let words: Vec<CString> = words
        .into_iter()
        .filter_map(|word| CString::new(word.into_vec()).ok())
        .collect();
    let Some(program) = words.first() else {
        eprintln!("usage: lcow-init -- COMMAND [ARGUMENT...]");
        return 64;
    };
    let mut pointers: Vec<_> = words.iter().map(|word| word.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: this process has one thread; every pointer outlives its call; the child only calls what may be called
    // after fork and executes.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        for signal in [
            libc::SIGFPE,
            libc::SIGILL,
            libc::SIGSEGV,
            libc::SIGBUS,
            libc::SIGABRT,
            libc::SIGTRAP,
            libc::SIGSYS,
        ] {
            libc::sigdelset(&mut all, signal);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &all, &mut before);
        // Background processes may ask for the terminal: giving it away must not stop us.
        libc::signal(libc::SIGTTIN, libc::SIG_IGN);
        libc::signal(libc::SIGTTOU, libc::SIG_IGN);
        let child = libc::fork();
        if child < 0 {
            eprintln!(
                "lcow-init: cannot fork: {}",
                std::io::Error::last_os_error()
            );
            return 71;
        }
        if child == 0 {
            libc::setpgid(0, 0);
            // Fails without a terminal.
            libc::tcsetpgrp(0, libc::getpgrp());
            libc::signal(libc::SIGTTIN, libc::SIG_DFL);
            libc::signal(libc::SIGTTOU, libc::SIG_DFL);
            // Rust's start-up ignores it.
            libc::signal(libc::SIGPIPE, libc::SIG_DFL);
            libc::sigprocmask(libc::SIG_SETMASK, &before, std::ptr::null_mut());
            libc::execvp(program.as_ptr(), pointers.as_ptr());
            let error = std::io::Error::last_os_error();
            eprintln!("lcow-init: cannot execute {program:?}: {error}");
            libc::_exit(match error.raw_os_error() {
                Some(libc::ENOENT | libc::ENOTDIR) => 127,
                _ => 126,
            });
        }
        loop {
            let signal = libc::sigwaitinfo(&all, std::ptr::null_mut());
            if signal == libc::SIGCHLD {
                if let Some(status) = reap(child) {
                    return status;
                }
            } else if signal > 0 {
                libc::kill(child, signal);
            }
        }
    }
}

/// Reaps all that ended; the child's status when it is among them.
fn reap(child: i32) -> Option<i32> {
    let mut ended = None;
    loop {
        let mut status = 0;
        // SAFETY: `status` is writable; the call does not wait.
        let pid = unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) };
        if pid <= 0 {
            return ended;
        }
        if pid == child {
            ended = Some(if libc::WIFEXITED(status) {
                libc::WEXITSTATUS(status)
            } else {
                128 + libc::WTERMSIG(status)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_answers_to_its_name_alone() {
        assert!(called(Some("/sbin/lcow-init")));
        assert!(called(Some("lcow-init")));
        assert!(!called(Some("/init")));
        assert!(!called(None));
    }
}
