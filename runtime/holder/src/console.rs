//! A pseudo terminal for a caller: its master goes over the caller's socket, as runc's `--console-socket` has it; its
//! slave, raw, becomes this process' streams and controlling terminal.

use std::io::{self, IoSlice};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::pty::openpty;
use nix::sys::socket::{ControlMessage, MsgFlags, sendmsg};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::ttyname;

pub fn attach(socket: &Path) -> io::Result<()> {
    let pty = openpty(None, None)?;
    // What is typed is the guest's terminal's to make sense of.
    let mut attributes = tcgetattr(&pty.slave)?;
    cfmakeraw(&mut attributes);
    tcsetattr(&pty.slave, SetArg::TCSANOW, &attributes)?;
    let name = ttyname(&pty.slave)?;
    let caller = UnixStream::connect(socket)?;
    let name = [IoSlice::new(name.as_os_str().as_encoded_bytes())];
    let master = [pty.master.as_raw_fd()];
    let rights = [ControlMessage::ScmRights(&master)];
    let flags = MsgFlags::MSG_NOSIGNAL;
    sendmsg::<()>(caller.as_raw_fd(), &name, &rights, flags, None)?;
    let slave = pty.slave.as_raw_fd();
    // SAFETY: our own session, standard streams and terminal. A process that leads a session already stays so.
    unsafe {
        libc::setsid();
        if libc::ioctl(slave, libc::TIOCSCTTY, 0) < 0 {
            return Err(io::Error::last_os_error());
        }
        for standard in 0..3 {
            if libc::dup2(slave, standard) < 0 {
                return Err(io::Error::last_os_error());
            }
        }
    }
    Ok(())
}

/// The terminal's width and height; `None` before somebody has set it.
pub fn size() -> Option<(u16, u16)> {
    // SAFETY: fd 0 is open for the life of the process.
    let terminal = unsafe { BorrowedFd::borrow_raw(0) };
    // SAFETY: an all-zero winsize is valid.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one winsize.
    let result = unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCGWINSZ, &mut size) };
    (result == 0 && size.ws_col > 0 && size.ws_row > 0).then_some((size.ws_col, size.ws_row))
}
