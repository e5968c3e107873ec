//! A container's life: create, start, exec, delete. The host's state machine stands in runtime/task; here is
//! what the kernel and libcontainer must be told, and what must be taken back.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use oci_spec::runtime::{LinuxNamespaceType, LinuxSeccomp, Mount, Process as SpecProcess, Spec};
use tokio::io::AsyncReadExt;
use tonic::Status;

use crate::agent::{Agent, MAX_CONTAINERS, Slot, lock};
use crate::bounds::{self, from_failure, from_io, internal, invalid};
use crate::process::Process;
use crate::proto::{
    ContainerMount, CreateContainerRequest, ExecRequest, ExitStatus, ProcessRef, Stdio,
    container_mount,
};
use crate::storage::Mounted;
use crate::zygote::{self, Cause, Failure, Reply, Request, exec, init};
use crate::{cgroup, devices, names, spawn, spec};

/// Execs that one container remembers, running or not yet deleted.
const MAX_EXECS: usize = 4096;

pub struct Container {
    pub id: String,
    pub rootfs: String,
    pub init: Arc<Process>,
    pub execs: Mutex<HashMap<String, Arc<Process>>>,
    pub started: AtomicBool,
    pub paused: AtomicBool,
    /// The read end of the pipe on which init says why it could not execute.
    status: Mutex<Option<OwnedFd>>,
    user_namespace: bool,
    process: SpecProcess,
    seccomp: Option<LinuxSeccomp>,
    mounts: Mutex<Vec<Mounted>>,
}

/// Where the agent keeps a container's bundle.
pub fn bundle(id: &str) -> String {
    format!("/run/lcow/c/{id}")
}

impl Container {
    /// "created", "running", "paused" or "stopped".
    pub fn state(&self) -> &'static str {
        if self.init.reaped().is_some() {
            "stopped"
        } else if self.paused.load(Ordering::Acquire) {
            "paused"
        } else if self.started.load(Ordering::Acquire) {
            "running"
        } else {
            "created"
        }
    }

    /// The root as the container sees it while it lives, else its rootfs.
    pub fn root(&self) -> String {
        if self.init.reaped().is_none() {
            format!("/proc/{}/root", self.init.pid())
        } else {
            self.rootfs.clone()
        }
    }
}

/// Checks a `Stdio` of the host.
pub fn check_stdio(stdio: Option<Stdio>) -> Result<Stdio, Status> {
    let stdio = stdio.unwrap_or_default();
    if stdio.terminal && stdio.stderr {
        return Err(invalid(
            "stdio.stderr",
            "true, with a terminal it must be false",
        ));
    }
    bounds::at_most("stdio.width", stdio.width.into(), 65535)?;
    bounds::at_most("stdio.height", stdio.height.into(), 65535)?;
    Ok(stdio)
}

/// Creates a container. Nothing of it is left when it fails.
pub async fn create(agent: &Arc<Agent>, request: CreateContainerRequest) -> Result<u32, Status> {
    bounds::id("id", &request.id)?;
    bounds::run_path("rootfs", &request.rootfs)?;
    bounds::count("mounts", request.mounts.len(), 1024)?;
    let stdio = check_stdio(request.stdio)?;
    {
        let mut containers = lock(&agent.containers);
        if containers.contains_key(&request.id) {
            return Err(Status::already_exists(format!(
                "container {:?} exists",
                request.id
            )));
        }
        if containers.len() >= MAX_CONTAINERS {
            return Err(Status::resource_exhausted(format!(
                "{MAX_CONTAINERS} containers exist"
            )));
        }
        containers.insert(request.id.clone(), Slot::Creating);
    }
    let id = request.id.clone();
    let mut mounted = Vec::new();
    let result = create_reserved(agent, request, stdio, &mut mounted).await;
    let mut containers = lock(&agent.containers);
    match result {
        Ok(container) => {
            let pid = container.init.pid() as u32;
            *lock(&container.mounts) = mounted;
            containers.insert(id, Slot::Ready(container));
            drop(containers);
            agent.announce();
            Ok(pid)
        }
        Err(status) => {
            drop(containers);
            let agent = agent.clone();
            let _ = tokio::task::spawn_blocking(move || {
                clean(&agent, &id, mounted, None);
                lock(&agent.containers).remove(&id);
            })
            .await;
            Err(status)
        }
    }
}

async fn create_reserved(
    agent: &Arc<Agent>,
    request: CreateContainerRequest,
    stdio: Stdio,
    mounted: &mut Vec<Mounted>,
) -> Result<Arc<Container>, Status> {
    let id = request.id;
    let mut extra = Vec::new();
    for (index, mount) in request.mounts.into_iter().enumerate() {
        extra.push(add_mount(agent, &id, index, mount, mounted).await?);
    }
    let zygote = agent.zygote.pid;
    let (folder, rootfs) = (bundle(&id), request.rootfs);
    let (document, bytes) = {
        let (id, folder, rootfs) = (id.clone(), folder.clone(), rootfs.clone());
        let source = request.spec;
        tokio::task::spawn_blocking(move || -> Result<(Spec, Vec<u8>), Status> {
            cgroup::prepare(zygote);
            std::fs::create_dir_all(&folder).map_err(|e| from_io(&format!("make {folder}"), &e))?;
            let root = File::open(&rootfs).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => invalid("rootfs", format!("no folder {rootfs:?}")),
                _ => from_io(&format!("open rootfs {rootfs:?}"), &error),
            })?;
            extra.extend(names::mounts(&id, &source, &root)?);
            let document = spec::edit(&source, &id, &rootfs, &root, &stdio, extra)?;
            let bytes = serde_json::to_vec(&document).map_err(|e| internal("write the spec", e))?;
            std::fs::write(format!("{folder}/config.json"), &bytes)
                .map_err(|error| from_io("write config.json", &error))?;
            Ok((document, bytes))
        })
        .await
        .map_err(|error| internal("prepare the bundle", error))??
    };
    drop(bytes);
    let process = document.process().clone().unwrap_or_default();
    let init_name = ProcessRef {
        container_id: id.clone(),
        exec_id: String::new(),
    };
    let init = Process::new(init_name, stdio);
    let mut ends = init.make_pipes(process.user().uid())?;
    let (status, status_write) = zygote::pipe().map_err(|error| from_io("make a pipe", &error))?;
    let mut fds = std::mem::take(&mut ends.fds);
    fds.push(status_write);
    let request = Request::Create(init::Create {
        id: id.clone(),
        bundle: folder,
        terminal: stdio.terminal,
    });
    let op = format!("create container {id:?}");
    let answer = spawn::ask(&agent.zygote, &request, &fds).await;
    drop(fds);
    let answer = answer.map_err(|failure| from_failure(&op, &failure))?;
    let pid = match answer.reply {
        Reply::Started { pid } => pid,
        Reply::Failed(failure) => {
            let failure = said(&status).unwrap_or(failure);
            return Err(from_failure(&op, &failure));
        }
        Reply::Copied { .. } => return Err(internal(&op, "an answer to another question")),
    };
    init.run(pid, ends, answer.fd)?;
    agent.register(pid, &init);
    // Before the start: no command of the user has run yet.
    devices::restrict(&spec::cgroup_folder(&id), &document)
        .map_err(|error| from_io(&format!("restrict the devices of container {id:?}"), &error))?;
    agent.oom.add(&id);
    let linux = document.linux().clone().unwrap_or_default();
    let user_namespace = linux
        .namespaces()
        .iter()
        .flatten()
        .any(|namespace| namespace.typ() == LinuxNamespaceType::User);
    Ok(Arc::new(Container {
        id,
        rootfs,
        init,
        execs: Mutex::default(),
        started: AtomicBool::new(false),
        paused: AtomicBool::new(false),
        status: Mutex::new(Some(status)),
        user_namespace,
        seccomp: linux.seccomp().clone(),
        process,
        mounts: Mutex::default(),
    }))
}

/// What init wrote on its status pipe before it ended, without waiting.
fn said(status: &OwnedFd) -> Option<Failure> {
    let mut file = File::from(status.try_clone().ok()?);
    // SAFETY: fcntl on an open descriptor.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    let mut text = vec![0; 8192];
    let length = file.read(&mut text).ok()?;
    serde_json::from_slice(&text[..length]).ok()
}

/// Mounts a share or a disk and gives the bind mount that shows it in the container.
async fn add_mount(
    agent: &Arc<Agent>,
    id: &str,
    index: usize,
    mount: ContainerMount,
    mounted: &mut Vec<Mounted>,
) -> Result<Mount, Status> {
    let field = format!("mounts[{index}]");
    bounds::path(&format!("{field}.destination"), &mount.destination)?;
    if !mount.file.is_empty() {
        bounds::string(&format!("{field}.file"), &mount.file)?;
        if mount.file.contains('/') || matches!(mount.file.as_str(), "." | "..") {
            return Err(invalid(
                &format!("{field}.file"),
                format!("{:?} is not a plain file name", mount.file),
            ));
        }
    }
    let folder = format!("{}/mounts/m{index}", bundle(id));
    let source = match mount.source {
        Some(container_mount::Source::Plan9(share)) => {
            let held = agent
                .storage
                .mount_share(&share, &folder, mount.read_only)
                .await?;
            mounted.push(held);
            if mount.file.is_empty() {
                folder
            } else {
                format!("{folder}/{}", mount.file)
            }
        }
        Some(container_mount::Source::Disk(disk)) => {
            let held = agent
                .storage
                .mount_disk(&disk, &folder, "ext4", mount.read_only, &[])
                .await?;
            mounted.push(held);
            folder
        }
        None => return Err(invalid(&format!("{field}.source"), "missing")),
    };
    spec::bind(&source, &mount.destination, mount.read_only)
}

/// Starts a created container: its init executes the user's command.
pub async fn start(agent: &Arc<Agent>, id: &str) -> Result<(), Status> {
    let container = agent.container(id)?;
    if container.init.reaped().is_some() || container.started.swap(true, Ordering::AcqRel) {
        return Err(Status::failed_precondition(format!(
            "container {id:?} is {}, not created",
            container.state()
        )));
    }
    let op = format!("start container {id:?}");
    notify(id).map_err(|error| from_io(&op, &error))?;
    let Some(status) = lock(&container.status).take() else {
        return Ok(());
    };
    // The pipe closes on exec; what comes before is why there was none.
    let mut text = Vec::new();
    let receiver = tokio::net::unix::pipe::Receiver::from_owned_fd_unchecked(nonblocking(status))
        .map_err(|error| from_io(&op, &error))?;
    receiver
        .take(8192)
        .read_to_end(&mut text)
        .await
        .map_err(|error| from_io(&op, &error))?;
    if text.is_empty() {
        return Ok(());
    }
    let failure = serde_json::from_slice(&text)
        .unwrap_or_else(|_| Failure::other("the command could not be executed"));
    Err(from_failure(&op, &failure))
}

fn nonblocking(fd: OwnedFd) -> OwnedFd {
    // SAFETY: fcntl on an open descriptor.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    fd
}

/// libcontainer's start signal: a connection to the notify socket with these words. The folder's descriptor
/// keeps the address short.
fn notify(id: &str) -> std::io::Result<()> {
    use std::io::Write;
    let folder = File::open(format!("{}/{id}", init::STATE))?;
    let path = format!("/proc/self/fd/{}/notify.sock", folder.as_raw_fd());
    std::os::unix::net::UnixStream::connect(path)?.write_all(b"start container")
}

/// Starts a further process in a container, or in the VM.
pub async fn exec(agent: &Arc<Agent>, request: ExecRequest) -> Result<u32, Status> {
    bounds::id("exec_id", &request.exec_id)?;
    if request.process.len() > bounds::MAX_JSON {
        return Err(invalid(
            "process",
            format!(
                "{} bytes, at most {}",
                request.process.len(),
                bounds::MAX_JSON
            ),
        ));
    }
    let stdio = check_stdio(request.stdio)?;
    let mut object: SpecProcess =
        serde_json::from_slice(&request.process).map_err(|error| invalid("process", error))?;
    let container = if request.container_id.is_empty() {
        None
    } else {
        let container = agent.container(&request.container_id)?;
        if container.state() != "running" {
            return Err(Status::failed_precondition(format!(
                "container {:?} is {}, not running",
                container.id,
                container.state()
            )));
        }
        Some(container)
    };
    let root = match &container {
        Some(container) => format!("/proc/{}/root", container.init.pid()),
        None => "/".to_owned(),
    };
    let root = File::open(&root).map_err(|error| from_io("open the container's root", &error))?;
    spec::edit_process(&mut object, &root, &stdio, "process")?;
    drop(root);
    if let Some(container) = &container {
        inherit(&mut object, &container.process);
    }
    let name = ProcessRef {
        container_id: request.container_id,
        exec_id: request.exec_id,
    };
    let process = Process::new(name.clone(), stdio);
    let execs = match &container {
        Some(container) => &container.execs,
        None => &agent.vm_processes,
    };
    {
        let mut execs = lock(execs);
        if execs.contains_key(&name.exec_id) {
            return Err(Status::already_exists(format!(
                "process {:?} exists",
                name.exec_id
            )));
        }
        if execs.len() >= MAX_EXECS {
            return Err(Status::resource_exhausted(format!(
                "{MAX_EXECS} processes exist"
            )));
        }
        execs.insert(name.exec_id.clone(), process.clone());
    }
    let started = exec_reserved(agent, container.as_deref(), &process, object).await;
    match &started {
        Ok(_) => agent.announce(),
        Err(_) => {
            lock(execs).remove(&name.exec_id);
            process.dispose();
        }
    }
    started
}

async fn exec_reserved(
    agent: &Arc<Agent>,
    container: Option<&Container>,
    process: &Arc<Process>,
    object: SpecProcess,
) -> Result<u32, Status> {
    let mut ends = process.make_pipes(object.user().uid())?;
    let fds = std::mem::take(&mut ends.fds);
    let request = Request::Exec(Box::new(exec::Exec {
        init_pid: container.map_or(0, |container| container.init.pid()),
        cgroup: container.map_or_else(|| cgroup::ROOT.to_owned(), |c| spec::cgroup_folder(&c.id)),
        user_namespace: container.is_some_and(|container| container.user_namespace),
        seccomp: container.and_then(|container| container.seccomp.clone()),
        process: object,
        width: process.stdio.width as u16,
        height: process.stdio.height as u16,
    }));
    let op = format!("exec {:?}", process.name.exec_id);
    let _spawning = agent.spawning();
    let answer = spawn::ask_exec(&agent.zygote, &agent.exec_servers, &request, &fds).await;
    drop(fds);
    let answer = answer.map_err(|failure| from_failure(&op, &failure))?;
    match answer.reply {
        Reply::Started { pid } => {
            // The pumps first: the exit may be here already, and is told behind the output.
            process.run(pid, ends, answer.fd)?;
            agent.register(pid, process);
            Ok(pid as u32)
        }
        Reply::Failed(failure) => Err(from_failure(&op, &failure)),
        Reply::Copied { .. } => Err(internal(&op, "an answer to another question")),
    }
}

/// What an exec takes from its container's init when its process object leaves it out.
fn inherit(process: &mut SpecProcess, init: &SpecProcess) {
    if process.capabilities().is_none() {
        process.set_capabilities(init.capabilities().clone());
    }
    if process.rlimits().is_none() {
        process.set_rlimits(init.rlimits().clone());
    }
    if process.no_new_privileges().is_none() {
        process.set_no_new_privileges(init.no_new_privileges());
    }
    if process.oom_score_adj().is_none() {
        process.set_oom_score_adj(init.oom_score_adj());
    }
}

/// Deletes a stopped container and everything it held; `force` kills it first.
pub async fn delete(agent: &Arc<Agent>, id: &str, force: bool) -> Result<ExitStatus, Status> {
    let container = agent.container(id)?;
    if container.init.reaped().is_none() {
        if !force {
            return Err(Status::failed_precondition(format!(
                "container {id:?} is {}, not stopped",
                container.state()
            )));
        }
        let folder = spec::cgroup_folder(id);
        tokio::task::spawn_blocking(move || cgroup::kill(&folder))
            .await
            .map_err(|error| internal("kill", error))?
            .map_err(|error| from_io(&format!("kill container {id:?}"), &error))?;
    }
    let exit = container.init.wait().await;
    {
        // Taken out before it is cleaned, so that two deletions cannot both do it.
        let mut containers = lock(&agent.containers);
        match containers.get(id) {
            Some(Slot::Ready(found)) if Arc::ptr_eq(found, &container) => {
                containers.insert(id.to_owned(), Slot::Creating);
            }
            _ => return Err(Status::not_found(format!("no container {id:?}"))),
        }
    }
    container.init.dispose();
    for (_, exec) in lock(&container.execs).drain() {
        exec.dispose();
    }
    let (agent, id) = (agent.clone(), id.to_owned());
    tokio::task::spawn_blocking(move || {
        let mounted = std::mem::take(&mut *lock(&container.mounts));
        clean(&agent, &id, mounted, Some(&container.rootfs));
        lock(&agent.containers).remove(&id);
    })
    .await
    .map_err(|error| internal("delete", error))?;
    Ok(exit)
}

/// Takes back what a container made: processes, cgroup, mounts, folders.
fn clean(agent: &Agent, id: &str, mounted: Vec<Mounted>, rootfs: Option<&str>) {
    let folder = spec::cgroup_folder(id);
    let complain = |what: &str, error: &dyn std::fmt::Display| {
        crate::warning!("container {id}: cannot remove {what}: {error}");
    };
    if let Err(error) = cgroup::kill(&folder) {
        complain("its processes", &error);
    }
    agent.oom.forget(id);
    if let Err(error) = cgroup::remove(&folder) {
        complain("its cgroup", &error);
    }
    for held in mounted.into_iter().rev() {
        if let Err(status) = agent.storage.release(held) {
            complain("a mount", &status.message());
        }
    }
    if let Some(rootfs) = rootfs
        && let Err(status) = agent.storage.forget_overlay(rootfs)
    {
        complain("its root", &status.message());
    }
    let _ = std::fs::remove_dir_all(format!("{}/{id}", init::STATE));
    let folder = bundle(id);
    for name in ["config.json", "console", "hosts", "hostname", "resolv.conf"] {
        let _ = std::fs::remove_file(format!("{folder}/{name}"));
    }
    // Never recursive where something may still be mounted.
    for entry in std::fs::read_dir(format!("{folder}/mounts"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let _ = std::fs::remove_dir(entry.path());
    }
    for name in ["/mounts", "/rootfs", ""] {
        let _ = std::fs::remove_dir(format!("{folder}{name}"));
    }
}

/// Deletes an exited exec; `force` kills it first.
pub async fn delete_exec(
    agent: &Arc<Agent>,
    name: &ProcessRef,
    force: bool,
) -> Result<ExitStatus, Status> {
    let process = agent.process(name)?;
    if process.reaped().is_none() {
        if !force {
            return Err(Status::failed_precondition(format!(
                "process {:?} is running",
                name.exec_id
            )));
        }
        signal_process(&process, libc::SIGKILL)?;
    }
    let exit = process.wait().await;
    process.dispose();
    if name.container_id.is_empty() {
        lock(&agent.vm_processes).remove(&name.exec_id);
    } else if let Ok(container) = agent.container(&name.container_id) {
        lock(&container.execs).remove(&name.exec_id);
    }
    Ok(exit)
}

/// Signals one process that we have not reaped.
pub fn signal_process(process: &Process, signal: i32) -> Result<(), Status> {
    if process.reaped().is_some() || process.pid() <= 0 {
        return Err(Status::not_found("the process has exited"));
    }
    // SAFETY: the pid is ours until we reap it, and reaping happens on this thread's runtime.
    if unsafe { libc::kill(process.pid(), signal) } < 0 {
        let error = std::io::Error::last_os_error();
        if error.raw_os_error() == Some(libc::ESRCH) {
            return Err(Status::not_found("the process has exited"));
        }
        return Err(from_io("signal the process", &error));
    }
    Ok(())
}

/// A failure of the worker that is not about the command.
pub fn refused(op: &str, reply: Reply) -> Status {
    match reply {
        Reply::Failed(failure) => from_failure(op, &failure),
        _ => from_failure(
            op,
            &Failure::new(Cause::Other, "an answer to another question"),
        ),
    }
}
