//! A worker's second job: a further process in a running container, or in the VM itself.
//!
//! Not libcontainer's tenant path: that reads the whole spec again, runs two further processes and moves a
//! process between cgroups. Here one clone3(2) puts the child into the cgroup, and the child does the rest.
//! The child shares memory with its parent until its exec, but nothing else: what it enters and gives up is its own.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use super::plan::Plan;
use super::{Cause, Failure, Reply, capabilities, init, seccomp, terminal, vfork, wire};
use crate::lookup;

/// A process that starts others: an exec server for as long as the VM lives, or a worker for once.
pub struct Starter {
    /// Its own process namespace, to which children return after each exec.
    home: File,
    /// What /proc/self/oom_score_adj holds: children inherit it.
    score: Option<i32>,
    /// Whether children become its siblings, so that PID 1 reaps them while it lives on.
    siblings: bool,
    stack: vfork::Stack,
    /// The last container's, for the next exec in it. Of a container that went, both refuse to be used.
    init: Option<(i32, OwnedFd)>,
    cgroup: Option<(String, File)>,
}

impl Starter {
    pub fn new(siblings: bool) -> io::Result<Self> {
        Ok(Self {
            home: File::open("/proc/self/ns/pid")?,
            score: None,
            siblings,
            stack: vfork::Stack::default(),
            init: None,
            cgroup: None,
        })
    }

    /// Starts the process; the reply carries its pid and the terminal's master.
    pub fn exec(
        &mut self,
        plan: &Plan,
        fds: &[OwnedFd],
    ) -> Result<(Reply, Option<OwnedFd>), Failure> {
        if self.score != Some(plan.oom_score) {
            std::fs::write("/proc/self/oom_score_adj", plan.oom_score.to_string())
                .map_err(|error| Failure::io("set process.oomScoreAdj", &error))?;
            self.score = Some(plan.oom_score);
        }
        if plan.init_pid > 0 {
            self.enter(plan.init_pid)?;
        }
        let result = self.start(plan, fds);
        if plan.init_pid > 0 {
            setns(
                &self.home,
                libc::CLONE_NEWPID,
                "leave the process namespace",
            )?;
        }
        result
    }

    /// Enters the process namespace of `pid`, for children only; the child joins the other namespaces itself.
    fn enter(&mut self, pid: i32) -> Result<(), Failure> {
        let what = "enter the process namespace";
        if let Some((known, init)) = &self.init
            && *known == pid
            && setns(init, libc::CLONE_NEWPID, what).is_ok()
        {
            return Ok(());
        }
        let init = open_init(pid)?;
        setns(&init, libc::CLONE_NEWPID, what)?;
        self.init = Some((pid, init));
        Ok(())
    }

    fn start(&mut self, plan: &Plan, fds: &[OwnedFd]) -> Result<(Reply, Option<OwnedFd>), Failure> {
        let filter = match &plan.seccomp[..] {
            [] => None,
            profile => Some(seccomp::parse(profile)?),
        };
        let (mut ours, mut theirs) = (None, None);
        if plan.terminal {
            let pair = wire::pair(libc::SOCK_STREAM);
            let (a, b) = pair.map_err(|error| Failure::io("make a socket", &error))?;
            (ours, theirs) = (Some(a), Some(b));
        }
        let mut child = Child {
            plan,
            command: init::Command::new(&plan.args, &plan.env)?,
            path: None,
            fds,
            terminal: theirs,
            filter: filter.as_ref(),
            init: match (&self.init, plan.init_pid) {
                (Some((_, init)), 1..) => Some(init),
                _ => None,
            },
            server: self.siblings,
            failure: None,
        };
        let known = self.cgroup.take_if(|(path, _)| *path == plan.cgroup);
        let mut pid = None;
        if let Some((path, cgroup)) = known {
            match vfork::into_cgroup(&mut self.stack, &cgroup, self.siblings, || child.run()) {
                Ok(started) => {
                    self.cgroup = Some((path, cgroup));
                    pid = Some(started);
                }
                // The group of an earlier container of that name.
                Err(error) if error.raw_os_error() == Some(libc::ENODEV) => {}
                Err(error) => return Err(Failure::io("fork", &error)),
            }
        }
        let pid = match pid {
            Some(pid) => pid,
            None => {
                let cgroup = File::open(&plan.cgroup)
                    .map_err(|error| Failure::io("open the container's cgroup", &error))?;
                let pid =
                    vfork::into_cgroup(&mut self.stack, &cgroup, self.siblings, || child.run())
                        .map_err(|error| Failure::io("fork", &error))?;
                self.cgroup = Some((plan.cgroup.clone(), cgroup));
                pid
            }
        };
        if let Some(failure) = child.failure.take() {
            if !self.siblings {
                // SAFETY: waits for our own child, which has ended without an exec.
                unsafe { libc::waitpid(pid, std::ptr::null_mut(), 0) };
            }
            return Err(failure);
        }
        let master = match &ours {
            None => None,
            Some(ours) => {
                let (_, mut received) = wire::recv_fds(ours, &mut [0; 1])
                    .map_err(|error| Failure::io("receive the terminal", &error))?;
                received.pop()
            }
        };
        Ok((Reply::Started { pid }, master))
    }
}

/// What the child needs; it shares the worker's memory until its exec, and leaves its failure here.
struct Child<'a> {
    plan: &'a Plan,
    command: init::Command,
    /// The program; kept here so that the parent frees it.
    path: Option<CString>,
    fds: &'a [OwnedFd],
    /// With a terminal: where its master is sent.
    terminal: Option<OwnedFd>,
    filter: Option<&'a seccomp::Program>,
    init: Option<&'a OwnedFd>,
    /// Whether an exec server started it, whose scheduling it has.
    server: bool,
    failure: Option<Failure>,
}

impl Child<'_> {
    fn run(&mut self) {
        let mut flags = libc::CLONE_NEWNS
            | libc::CLONE_NEWNET
            | libc::CLONE_NEWIPC
            | libc::CLONE_NEWUTS
            | libc::CLONE_NEWCGROUP;
        if self.plan.user_namespace {
            flags |= libc::CLONE_NEWUSER;
        }
        let entered = self.init.map_or(Ok(()), |init| {
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

/// Sets how this process is scheduled. SCHED_BATCH wakes without taking the processor from who has it: an exec server
/// is woken by the agent that has a moment's work left, and by its child that has executed and may be over in another.
/// On one processor each such change would cost all that is known of address translation, twice.
pub fn schedule(policy: libc::c_int) {
    // SAFETY: an all-zero sched_param is valid for both policies and outlives the call.
    unsafe {
        let parameters: libc::sched_param = std::mem::zeroed();
        libc::sched_setscheduler(0, policy, &raw const parameters);
    }
}

pub(super) enum Never {}

/// Runs in the child: everything between fork and exec.
fn become_process(child: &mut Child<'_>) -> Result<Never, Failure> {
    let (plan, filter) = (child.plan, child.filter);
    // SAFETY: plain calls on this process, which has one thread.
    unsafe { libc::setsid() };
    if child.server {
        schedule(libc::SCHED_OTHER);
    }
    if let Some(socket) = &child.terminal {
        let (master, slave) = terminal::open(plan)?;
        wire::send_fds(socket, &[0xff], &[master.as_raw_fd()])
            .map_err(|error| Failure::io("send the terminal", &error))?;
        stdio([slave.as_raw_fd(); 3])?;
    } else {
        let fd = |index: usize| child.fds.get(index).map_or(-1, AsRawFd::as_raw_fd);
        stdio([fd(0), fd(1), fd(2)])?;
    }
    execute(plan, filter, &child.command, &mut child.path, || Ok(()))
}

/// Makes this process, whose namespaces, cgroup and standard streams it has, what `plan` wants, and executes.
/// @param path is left there, for a parent that shares this memory to free
/// @param gate is called when nothing but the execution itself is left that may fail
pub(super) fn execute(
    plan: &Plan,
    filter: Option<&seccomp::Program>,
    command: &init::Command,
    path: &mut Option<CString>,
    gate: impl FnOnce() -> Result<(), Failure>,
) -> Result<Never, Failure> {
    for limit in &plan.limits {
        let value = libc::rlimit {
            rlim_cur: limit.soft,
            rlim_max: limit.hard,
        };
        // SAFETY: a valid rlimit for the duration of the call.
        if unsafe { libc::setrlimit(limit.resource, &value) } < 0 {
            return Err(Failure::last(&format!(
                "set process.rlimits: resource {} to {}:{}",
                limit.resource, limit.soft, limit.hard
            )));
        }
    }
    // SAFETY: umask cannot fail.
    unsafe { libc::umask(plan.umask.unwrap_or(0o022) as libc::mode_t) };
    let entered = std::env::set_current_dir(&plan.cwd);
    if plan.no_new_privileges {
        // SAFETY: prctl with plain numbers.
        if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } < 0 {
            return Err(Failure::last("set noNewPrivileges"));
        }
    } else if let Some(filter) = filter {
        filter.load()?;
    }
    set_user(plan.uid, plan.gid, &plan.groups)?;
    if let Some(wanted) = &plan.capabilities {
        capabilities::apply(wanted)
            .map_err(|error| Failure::io("set process.capabilities", &error))?;
    }
    if let Err(error) = entered {
        // A folder that only its user may enter.
        std::env::set_current_dir(&plan.cwd).map_err(|_| {
            let cause = match error.kind() {
                io::ErrorKind::NotFound => Cause::ExecNotFound,
                _ => Cause::ExecNotPermitted,
            };
            let cwd = &plan.cwd;
            Failure::new(cause, format!("cannot enter process.cwd {cwd:?}: {error}"))
        })?;
    }
    inside(&plan.cwd)?;
    let name = plan.args.first().map_or("", String::as_str);
    let found = lookup::find_here(name, lookup::path_of(&plan.env), &plan.cwd)?;
    let c_path = &*path.insert(lookup::c_path(&found)?);
    drop(found);
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
        return Err(Failure::last("close descriptors"));
    }
    gate()?;
    if let (true, Some(filter)) = (plan.no_new_privileges, filter) {
        filter.load()?;
    }
    let error = command.exec(c_path);
    Err(Failure::execve(&c_path.to_string_lossy(), &error))
}

/// The folder that was entered is one of this root: a path such as /proc/self/fd/7 may lead out of it (CVE-2024-21626).
fn inside(cwd: &str) -> Result<(), Failure> {
    let mut path = [0u8; libc::PATH_MAX as usize];
    // SAFETY: the buffer is valid for its length.
    let length = unsafe { libc::syscall(libc::SYS_getcwd, path.as_mut_ptr(), path.len()) };
    if length > 0 && path[0] == b'/' {
        return Ok(());
    }
    Err(Failure::new(
        Cause::Invalid,
        format!("process.cwd {cwd:?} is outside of the container's root"),
    ))
}

pub(super) fn stdio(fds: [RawFd; 3]) -> Result<(), Failure> {
    for (target, fd) in fds.into_iter().enumerate() {
        // SAFETY: dup2 between descriptors of this process.
        if unsafe { libc::dup2(fd, target as RawFd) } < 0 {
            return Err(Failure::last("set up standard streams"));
        }
    }
    Ok(())
}

fn set_user(uid: u32, gid: u32, groups: &[u32]) -> Result<(), Failure> {
    // SAFETY: plain calls; the group list is valid for its length. The raw calls act on this thread, the only one.
    unsafe {
        libc::prctl(libc::PR_SET_KEEPCAPS, 1, 0, 0, 0);
        if libc::setgroups(groups.len(), groups.as_ptr()) < 0 {
            return Err(Failure::last("set process.user.additionalGids"));
        }
        if libc::setresgid(gid, gid, gid) < 0 {
            return Err(Failure::last(&format!("set process.user.gid {gid}")));
        }
        if libc::setresuid(uid, uid, uid) < 0 {
            return Err(Failure::last(&format!("set process.user.uid {uid}")));
        }
        libc::prctl(libc::PR_SET_KEEPCAPS, 0, 0, 0, 0);
    }
    Ok(())
}
