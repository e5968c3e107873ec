//! A worker's second job: a further process in a running container, or in the VM itself.
//!
//! Not libcontainer's tenant path: that reads the whole spec again, runs two further processes and moves a
//! process between cgroups. Here one clone3(2) puts the child into the cgroup, and the child does the rest.
//! The child shares memory with its parent until its exec, but nothing else: what it enters and gives up is its own.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use libcontainer::capabilities;
use libcontainer::oci_spec::runtime::{LinuxSeccomp, PosixRlimitType, Process};
use libcontainer::syscall::syscall::SyscallType;
use serde::{Deserialize, Serialize};

use super::{Cause, Failure, Reply, init, seccomp, vfork, wire};
use crate::lookup;

#[derive(Debug, Serialize, Deserialize)]
pub struct Exec {
    /// The container's init; 0 runs in the VM's own namespaces.
    pub init_pid: i32,
    /// Absolute path of the cgroup that receives the process.
    pub cgroup: String,
    /// Whether the container has a user namespace of its own.
    pub user_namespace: bool,
    pub process: Process,
    pub seccomp: Option<LinuxSeccomp>,
    pub width: u16,
    pub height: u16,
}

/// A process that starts others: an exec server for as long as the VM lives, or a worker for once.
pub struct Starter {
    /// Its own process namespace, to which children return after each exec.
    home: std::fs::File,
    /// What /proc/self/oom_score_adj holds: children inherit it.
    score: Option<i32>,
    /// Whether children become its siblings, so that PID 1 reaps them while it lives on.
    siblings: bool,
}

impl Starter {
    pub fn new(siblings: bool) -> io::Result<Self> {
        Ok(Self {
            home: std::fs::File::open("/proc/self/ns/pid")?,
            score: None,
            siblings,
        })
    }

    /// Starts the process; the reply carries its pid and the terminal's master.
    pub fn exec(
        &mut self,
        request: &Exec,
        fds: &[OwnedFd],
    ) -> Result<(Reply, Option<OwnedFd>), Failure> {
        let score = request.process.oom_score_adj().unwrap_or(0);
        if self.score != Some(score) {
            std::fs::write("/proc/self/oom_score_adj", score.to_string())
                .map_err(|error| Failure::io("set process.oomScoreAdj", &error))?;
            self.score = Some(score);
        }
        let init = match request.init_pid {
            0 => None,
            pid => Some(open_init(pid)?),
        };
        if let Some(init) = &init {
            // Of children only; the child joins the other namespaces itself.
            setns(init, libc::CLONE_NEWPID, "enter the process namespace")?;
        }
        let result = start(request, fds, init, self.siblings);
        if request.init_pid > 0 {
            setns(
                &self.home,
                libc::CLONE_NEWPID,
                "leave the process namespace",
            )?;
        }
        result
    }
}

fn start(
    request: &Exec,
    fds: &[OwnedFd],
    init: Option<OwnedFd>,
    siblings: bool,
) -> Result<(Reply, Option<OwnedFd>), Failure> {
    let terminal = request.process.terminal().unwrap_or(false);
    let cgroup = std::fs::File::open(&request.cgroup)
        .map_err(|error| Failure::io("open the container's cgroup", &error))?;
    let filter = match &request.seccomp {
        None => None,
        Some(profile) => Some(seccomp::compiled(&request.cgroup, profile)?),
    };
    let (ours, theirs) =
        wire::pair(libc::SOCK_STREAM).map_err(|error| Failure::io("make a socket", &error))?;
    let empty = Vec::new();
    let args = request.process.args().as_ref().unwrap_or(&empty);
    let env = request.process.env().as_ref().unwrap_or(&empty);
    let mut child = Child {
        request,
        command: init::Command::new(args, env)?,
        path: None,
        fds,
        terminal: terminal.then_some(theirs),
        filter: filter.as_deref(),
        init,
        failure: None,
    };
    let pid = vfork::into_cgroup(&cgroup, siblings, || child.run())
        .map_err(|error| Failure::io("fork", &error))?;
    if let Some(failure) = child.failure.take() {
        if !siblings {
            // SAFETY: waits for our own child, which has ended without an exec.
            unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
        }
        return Err(failure);
    }
    let mut master = None;
    if terminal {
        let (_, mut received) = wire::recv_fds(&ours, &mut [0; 1])
            .map_err(|error| Failure::io("receive the terminal", &error))?;
        master = received.pop();
    }
    Ok((Reply::Started { pid }, master))
}

/// What the child needs; it shares the worker's memory until its exec, and leaves its failure here.
struct Child<'a> {
    request: &'a Exec,
    command: init::Command,
    /// The program; kept here so that the parent frees it.
    path: Option<CString>,
    fds: &'a [OwnedFd],
    /// With a terminal: where its master is sent.
    terminal: Option<OwnedFd>,
    filter: Option<&'a seccomp::Program>,
    init: Option<OwnedFd>,
    failure: Option<Failure>,
}

impl Child<'_> {
    fn run(&mut self) {
        let mut flags = libc::CLONE_NEWNS
            | libc::CLONE_NEWNET
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWCGROUP;
        if self.request.user_namespace {
            flags |= libc::CLONE_NEWUSER;
        }
        let entered = self.init.as_ref().map_or(Ok(()), |init| {
            setns(init, flags, "enter the container's namespaces")
        });
        let became = entered.and_then(|()| become_process(self));
        match became {
            Ok(never) => match never {},
            Err(failure) => self.failure = Some(failure),
        }
    }
}

fn open_init(pid: i32) -> Result<OwnedFd, Failure> {
    // SAFETY: pidfd_open(2); the result is checked before it is owned.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as RawFd;
    if fd < 0 {
        return Err(Failure::new(
            Cause::NotFound,
            "the container's init is gone",
        ));
    }
    // SAFETY: `fd` was just made and belongs to nobody else.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn setns(namespaces: &impl AsRawFd, flags: libc::c_int, what: &str) -> Result<(), Failure> {
    // SAFETY: this process has one thread; setns acts on it alone.
    if unsafe { libc::setns(namespaces.as_raw_fd(), flags) } < 0 {
        let error = io::Error::last_os_error();
        return Err(match error.raw_os_error() {
            Some(libc::ESRCH) => Failure::new(Cause::NotFound, "the container's init is gone"),
            _ => Failure::io(what, &error),
        });
    }
    Ok(())
}

enum Never {}

fn last(what: &str) -> Failure {
    Failure::io(what, &io::Error::last_os_error())
}

/// Runs in the child: everything between fork and exec.
fn become_process(child: &mut Child<'_>) -> Result<Never, Failure> {
    let (request, filter) = (child.request, child.filter);
    let process = &request.process;
    let user = process.user();
    // SAFETY: plain calls on this process, which has one thread.
    unsafe { libc::setsid() };
    if let Some(socket) = &child.terminal {
        let slave = open_terminal(request, socket)?;
        stdio([slave.as_raw_fd(); 3])?;
    } else {
        let fd = |index: usize| child.fds.get(index).map_or(-1, AsRawFd::as_raw_fd);
        stdio([fd(0), fd(1), fd(2)])?;
    }
    for limit in process.rlimits().iter().flatten() {
        let value = libc::rlimit {
            rlim_cur: limit.soft(),
            rlim_max: limit.hard(),
        };
        // SAFETY: a valid rlimit for the duration of the call.
        if unsafe { libc::setrlimit(resource(limit.typ()), &value) } < 0 {
            return Err(last(&format!("set the limit {}", limit.typ())));
        }
    }
    // SAFETY: umask cannot fail.
    unsafe { libc::umask(user.umask().unwrap_or(0o022) as libc::mode_t) };
    let cwd = process.cwd().to_string_lossy();
    let entered = std::env::set_current_dir(cwd.as_ref());
    let no_new_privileges = process.no_new_privileges().unwrap_or(false);
    if no_new_privileges {
        // SAFETY: prctl with plain numbers.
        if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } < 0 {
            return Err(last("set noNewPrivileges"));
        }
    } else if let Some(filter) = filter {
        filter.load()?;
    }
    set_user(
        user.uid(),
        user.gid(),
        user.additional_gids().as_deref().unwrap_or(&[]),
    )?;
    if let Some(capabilities) = process.capabilities() {
        // Leaving user 0 has emptied the effective set; what is permitted was kept.
        let syscall = SyscallType::default().create_syscall();
        capabilities::reset_effective(syscall.as_ref())
            .and_then(|()| capabilities::drop_privileges(capabilities, syscall.as_ref()))
            .map_err(|error| Failure::other(format!("cannot set capabilities: {error}")))?;
    }
    if let Err(error) = entered {
        // A folder that only its user may enter.
        std::env::set_current_dir(cwd.as_ref()).map_err(|_| {
            let cause = match error.kind() {
                io::ErrorKind::NotFound => Cause::ExecNotFound,
                _ => Cause::ExecNotPermitted,
            };
            Failure::new(cause, format!("cannot enter process.cwd {cwd:?}: {error}"))
        })?;
    }
    let empty = Vec::new();
    let args = process.args().as_ref().unwrap_or(&empty);
    let env = process.env().as_ref().unwrap_or(&empty);
    let root = std::fs::File::open("/").map_err(|error| Failure::io("open the root", &error))?;
    let name = args.first().map_or("", String::as_str);
    let path = lookup::find(&root, name, lookup::path_of(env), &cwd)?;
    drop(root);
    let c_path = &*child.path.insert(lookup::c_path(&path)?);
    drop(path);
    // SAFETY: marks descriptors; nothing is closed before exec.
    if unsafe {
        libc::syscall(
            libc::SYS_close_range,
            3u32,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    } < 0
    {
        return Err(last("close descriptors"));
    }
    if let (true, Some(filter)) = (no_new_privileges, filter) {
        filter.load()?;
    }
    let error = child.command.exec(c_path);
    Err(Failure::execve(&c_path.to_string_lossy(), &error))
}

fn stdio(fds: [RawFd; 3]) -> Result<(), Failure> {
    for (target, fd) in fds.into_iter().enumerate() {
        // SAFETY: dup2 between descriptors of this process.
        if unsafe { libc::dup2(fd, target as RawFd) } < 0 {
            return Err(last("set up standard streams"));
        }
    }
    Ok(())
}

fn set_user(uid: u32, gid: u32, groups: &[u32]) -> Result<(), Failure> {
    // SAFETY: plain calls; the group list is valid for its length. The raw calls act on this thread, the only one.
    unsafe {
        libc::prctl(libc::PR_SET_KEEPCAPS, 1, 0, 0, 0);
        if libc::setgroups(groups.len(), groups.as_ptr()) < 0 {
            return Err(last("set process.user.additionalGids"));
        }
        if libc::setresgid(gid, gid, gid) < 0 {
            return Err(last(&format!("set process.user.gid {gid}")));
        }
        if libc::setresuid(uid, uid, uid) < 0 {
            return Err(last(&format!("set process.user.uid {uid}")));
        }
        libc::prctl(libc::PR_SET_KEEPCAPS, 0, 0, 0, 0);
    }
    Ok(())
}

/// Makes a terminal in the container's own devpts, sends its master, and makes it the controlling one.
fn open_terminal(request: &Exec, socket: &OwnedFd) -> Result<OwnedFd, Failure> {
    let open = |path: &std::ffi::CStr| {
        // SAFETY: a literal path; the result is checked before it is owned.
        let fd = unsafe {
            libc::open(
                path.as_ptr(),
                libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC,
            )
        };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: `fd` was just made and belongs to nobody else.
        Ok(unsafe { OwnedFd::from_raw_fd(fd) })
    };
    let master = open(c"/dev/pts/ptmx")
        .or_else(|_| open(c"/dev/ptmx"))
        .map_err(|error| Failure::io("open /dev/pts/ptmx", &error))?;
    let size = libc::winsize {
        ws_row: request.height,
        ws_col: request.width,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let unlock: libc::c_int = 0;
    // SAFETY: ioctls on an open terminal with valid arguments; the peer is owned once.
    let slave = unsafe {
        if libc::ioctl(master.as_raw_fd(), libc::TIOCSPTLCK, &raw const unlock) < 0 {
            return Err(last("unlock the terminal"));
        }
        let fd = libc::ioctl(
            master.as_raw_fd(),
            libc::TIOCGPTPEER,
            libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC,
        );
        if fd < 0 {
            return Err(last("open the terminal"));
        }
        let slave = OwnedFd::from_raw_fd(fd);
        if request.width > 0 && request.height > 0 {
            libc::ioctl(fd, libc::TIOCSWINSZ, &raw const size);
        }
        if libc::ioctl(fd, libc::TIOCSCTTY, 0) < 0 {
            return Err(last("take the terminal"));
        }
        libc::fchown(fd, request.process.user().uid(), u32::MAX);
        slave
    };
    wire::send_fds(socket, &[0xff], &[master.as_raw_fd()])
        .map_err(|error| Failure::io("send the terminal", &error))?;
    Ok(slave)
}

fn resource(kind: PosixRlimitType) -> libc::__rlimit_resource_t {
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
