//! A container's init that was made ahead of need. libcontainer gave it namespaces, a cgroup and the usual mounts on a
//! placeholder of a root, and started it; it waits here for its container. What the claim says is done in this
//! process: the real root takes the placeholder's place with the mounts that are wanted, and from there on it is as any
//! init that waits for Start.
//!
//! Wire: the claim and its descriptors, then this process's answer (started, or why not), then one byte that starts
//! the command. The socket's end is the end of this process.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::path::Path;

use prost::Message;

use super::exec::{self, Never};
use super::plan::Plan;
use super::tree::{self, Attributes};
use super::{Failure, Reply, init, seccomp, terminal, wire};
use crate::lookup;

/// Where the real root is mounted in the placeholder until it takes its place.
pub const NEW_ROOT: &str = "/.root";

/// What a standby is to become.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Claim {
    #[prost(message, optional, tag = "1")]
    pub plan: Option<Plan>,
    /// In order; each is below the new root.
    #[prost(message, repeated, tag = "2")]
    pub steps: Vec<Step>,
    #[prost(string, repeated, tag = "3")]
    pub masked: Vec<String>,
    #[prost(string, repeated, tag = "4")]
    pub read_only_paths: Vec<String>,
    #[prost(bool, tag = "5")]
    pub read_only: bool,
    #[prost(string, tag = "6")]
    pub hostname: String,
    #[prost(string, tag = "7")]
    pub domain_name: String,
    /// A cgroup namespace of its own, whose root is the group that it is in.
    #[prost(bool, tag = "8")]
    pub cgroup_namespace: bool,
}

/// Descriptors: the root, the status pipe's write end, stdin, stdout, stderr (none with a terminal), then one for each
/// step that places one.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Step {
    #[prost(enumeration = "Kind", tag = "1")]
    pub kind: i32,
    #[prost(string, tag = "2")]
    pub destination: String,
    /// Of a cgroup mount: attributes.
    #[prost(uint64, tag = "3")]
    pub attributes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum Kind {
    /// The placeholder's mount of this place, with those below it.
    Move = 0,
    /// What was moved here and is not wanted.
    Drop = 1,
    /// A descriptor's mount, on a folder.
    PlaceFolder = 2,
    /// A descriptor's mount, on a file.
    PlaceFile = 3,
    /// The tree of control groups.
    Cgroup = 4,
}

/// The life of a standby. `socket` is open in this process alone.
pub fn serve(socket: RawFd) -> ! {
    // SAFETY: it was handed to this process and belongs to nobody else in it.
    let socket = unsafe { OwnedFd::from_raw_fd(socket) };
    let status = std::panic::catch_unwind(|| live(&socket)).unwrap_or(70);
    // SAFETY: no destructor of this process matters.
    unsafe { libc::_exit(status) }
}

fn live(socket: &OwnedFd) -> i32 {
    let _ = std::fs::create_dir(NEW_ROOT);
    // Made, and waiting.
    if send(socket, &[init::REACHED]).is_err() {
        return 0;
    }
    let Ok((claim, mut fds)) = wire::recv(socket) else {
        return 0;
    };
    let status = if fds.len() > 1 {
        Some(fds.remove(1))
    } else {
        None
    };
    let mut answered = false;
    let outcome = Claim::decode(&claim[..])
        .map_err(|error| Failure::other(format!("cannot read the agent's claim: {error}")))
        .and_then(|claim| become_container(socket, &claim, fds, status.as_ref(), &mut answered));
    let Err(failure) = outcome;
    if !answered {
        let _ = wire::send_reply(socket, &Reply::Failed(failure), None);
    } else if let Some(status) = &status
        && let Ok(text) = serde_json::to_vec(&failure)
    {
        write(status, &text);
    }
    1
}

fn become_container(
    socket: &OwnedFd,
    claim: &Claim,
    fds: Vec<OwnedFd>,
    status: Option<&OwnedFd>,
    answered: &mut bool,
) -> Result<Never, Failure> {
    let missing = || Failure::other("the claim is incomplete");
    let plan = claim.plan.as_ref().ok_or_else(missing)?;
    let status = status.ok_or_else(missing)?;
    let mut fds = fds.into_iter();
    let root = fds.next().ok_or_else(missing)?;
    let mut streams = Vec::with_capacity(3);
    if !plan.terminal {
        for _ in 0..3 {
            streams.push(fds.next().ok_or_else(missing)?);
        }
    }
    if claim.cgroup_namespace {
        // SAFETY: plain call on this process, which has one thread.
        if unsafe { libc::unshare(libc::CLONE_NEWCGROUP) } < 0 {
            return Err(Failure::last("make a cgroup namespace"));
        }
    }
    let root = place_root(&root)?;
    for step in &claim.steps {
        run_step(step, &root, &mut fds)
            .map_err(|error| Failure::io(&format!("mount {:?}", step.destination), &error))?;
    }
    std::fs::write("/proc/self/oom_score_adj", plan.oom_score.to_string())
        .or_else(|_| {
            // Moved to the new root already.
            let path = format!("{NEW_ROOT}/proc/self/oom_score_adj");
            std::fs::write(path, plan.oom_score.to_string())
        })
        .map_err(|error| Failure::io("set process.oomScoreAdj", &error))?;
    pivot(&root)?;
    drop(root);
    let mut master = None;
    if plan.terminal {
        let (ours, slave) = terminal::open(plan)?;
        console(&slave).map_err(|error| Failure::io("mount /dev/console", &error))?;
        exec::stdio([slave.as_raw_fd(); 3])?;
        master = Some(ours);
    } else {
        exec::stdio([0, 1, 2].map(|index: usize| streams[index].as_raw_fd()))?;
    }
    drop(streams);
    finish_mounts(claim)?;
    name(claim)?;
    let filter = match &plan.seccomp[..] {
        [] => None,
        profile => Some(seccomp::parse(profile)?),
    };
    let command = init::Command::new(&plan.args, &plan.env)?;
    exec::execute(plan, filter.as_ref(), &command, &mut None, || {
        wire::send_reply(socket, &Reply::Started { pid: 0 }, master.take())
            .map_err(|error| Failure::io("answer the agent", &error))?;
        *answered = true;
        let mut byte = [0];
        let mut stream = ManuallyDrop::new(file_of(socket));
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            // It was deleted before it was started.
            // SAFETY: no destructor of this process matters.
            unsafe { libc::_exit(1) }
        }
        write(status, &[init::REACHED]);
        Ok(())
    })
}

/// Mounts the container's root in the placeholder and opens it.
fn place_root(mount: &OwnedFd) -> Result<File, Failure> {
    let place =
        File::open(NEW_ROOT).map_err(|error| Failure::io("open the placeholder", &error))?;
    tree::attach(mount, &place).map_err(|error| Failure::io("mount the root", &error))?;
    File::open(NEW_ROOT).map_err(|error| Failure::io("open the root", &error))
}

fn run_step(step: &Step, root: &File, fds: &mut impl Iterator<Item = OwnedFd>) -> io::Result<()> {
    let missing = || io::Error::other("a descriptor is missing");
    let to = &step.destination;
    match step.kind() {
        Kind::Move => {
            let from = lookup::open_in_root(&File::open("/")?, to, libc::O_PATH)?;
            tree::attach(&from, &tree::mount_point(root, to, false)?)
        }
        Kind::Drop => {
            let place = lookup::open_in_root(root, to, libc::O_PATH)?;
            unmount(&place)
        }
        Kind::PlaceFolder => {
            let mount = fds.next().ok_or_else(missing)?;
            tree::attach(&mount, &tree::mount_point(root, to, false)?)
        }
        Kind::PlaceFile => {
            let mount = fds.next().ok_or_else(missing)?;
            tree::attach(&mount, &tree::mount_point(root, to, true)?)
        }
        Kind::Cgroup => {
            let source = (c"source".to_owned(), c"cgroup".to_owned());
            let mount = tree::make(c"cgroup2", &[source], step.attributes)?;
            tree::attach(&mount, &tree::mount_point(root, to, false)?)
        }
    }
}

/// Takes away what is mounted at the place that is open.
fn unmount(place: &OwnedFd) -> io::Result<()> {
    // /proc may stand in either root by now.
    for proc in ["/proc", "/.root/proc"] {
        let path = format!("{proc}/self/fd/{}", place.as_raw_fd());
        if !Path::new(&path).exists() {
            continue;
        }
        let path = CString::new(path)?;
        // SAFETY: the path outlives the call.
        if unsafe { libc::umount2(path.as_ptr(), libc::MNT_DETACH) } < 0 {
            return Err(io::Error::last_os_error());
        }
        return Ok(());
    }
    Err(io::ErrorKind::NotFound.into())
}

/// The new root becomes this process's, and the placeholder goes.
fn pivot(root: &File) -> Result<(), Failure> {
    // SAFETY: plain calls with literals and an open folder.
    unsafe {
        if libc::fchdir(root.as_raw_fd()) < 0
            || libc::syscall(libc::SYS_pivot_root, c".".as_ptr(), c".".as_ptr()) < 0
            || libc::umount2(c".".as_ptr(), libc::MNT_DETACH) < 0
            || libc::chdir(c"/".as_ptr()) < 0
        {
            return Err(Failure::last("enter the root"));
        }
    }
    Ok(())
}

/// /dev/console is the container's terminal.
fn console(slave: &OwnedFd) -> io::Result<()> {
    let path = CString::new(format!("/proc/self/fd/{}", slave.as_raw_fd()))?;
    let terminal = tree::copy(&path, false)?;
    let root = File::open("/")?;
    tree::attach(&terminal, &tree::mount_point(&root, "/dev/console", true)?)
}

/// What may only be done, or be denied, once everything is in its place.
fn finish_mounts(claim: &Claim) -> Result<(), Failure> {
    if claim.read_only {
        let restricted = File::open("/")
            .and_then(|root| tree::restrict(&root, Attributes::set(tree::READ_ONLY)));
        restricted.map_err(|error| Failure::io("make the root read-only", &error))?;
    }
    for path in &claim.read_only_paths {
        cover(path, |path, _| {
            let copy = tree::copy(path, true)?;
            let bits = tree::READ_ONLY | tree::NO_SUID | tree::NO_DEV | tree::NO_EXEC;
            tree::restrict(&copy, Attributes::set(bits))?;
            Ok(copy)
        })
        .map_err(|error| Failure::io(&format!("make {path:?} read-only"), &error))?;
    }
    for path in &claim.masked {
        cover(path, |_, is_folder| {
            if is_folder {
                tree::make(c"tmpfs", &[], tree::READ_ONLY)
            } else {
                tree::copy(c"/dev/null", false)
            }
        })
        .map_err(|error| Failure::io(&format!("mask {path:?}"), &error))?;
    }
    Ok(())
}

/// Mounts something over `path`, where there is such a path.
fn cover(
    path: &str,
    mount: impl FnOnce(&std::ffi::CStr, bool) -> io::Result<OwnedFd>,
) -> io::Result<()> {
    let place = match std::fs::OpenOptions::new()
        .read(true)
        .custom_path()
        .open(path)
    {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        place => place?,
    };
    let is_folder = place.metadata()?.is_dir();
    tree::attach(&mount(&CString::new(path)?, is_folder)?, &place)
}

/// `O_PATH`: no right to read is needed, and nothing is opened.
trait AsPath {
    fn custom_path(&mut self) -> &mut Self;
}

impl AsPath for std::fs::OpenOptions {
    fn custom_path(&mut self) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.custom_flags(libc::O_PATH)
    }
}

fn name(claim: &Claim) -> Result<(), Failure> {
    let (host, domain) = (&claim.hostname, &claim.domain_name);
    // SAFETY: both strings are valid for the length that is given.
    unsafe {
        if !host.is_empty() && libc::sethostname(host.as_ptr().cast(), host.len()) < 0 {
            return Err(Failure::last(&format!("set spec.hostname {host:?}")));
        }
        if !domain.is_empty() && libc::setdomainname(domain.as_ptr().cast(), domain.len()) < 0 {
            return Err(Failure::last(&format!("set spec.domainname {domain:?}")));
        }
    }
    Ok(())
}

fn file_of(fd: &OwnedFd) -> File {
    // SAFETY: borrowed for a call or two; whoever takes it must not close it.
    unsafe { File::from_raw_fd(fd.as_raw_fd()) }
}

fn write(fd: &OwnedFd, bytes: &[u8]) {
    let _ = ManuallyDrop::new(file_of(fd)).write_all(bytes);
}

fn send(socket: &OwnedFd, bytes: &[u8]) -> io::Result<()> {
    ManuallyDrop::new(file_of(socket)).write_all(bytes)
}
