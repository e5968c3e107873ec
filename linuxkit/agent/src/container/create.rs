//! Creation: mounts, the bundle, libcontainer in a worker, devices and the watch for memory.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use oci_spec::runtime::{LinuxNamespaceType, LinuxResources, Mount, Spec};
use tonic::Status;

use super::delete::clean;
use super::{Container, bundle, check_stdio, standby};
use crate::agent::{Agent, MAX_CONTAINERS, Slot, lock};
use crate::bounds::{self, from_failure, from_io, internal, invalid};
use crate::image::inherit::inherit;
use crate::process::Process;
use crate::proto::{ContainerMount, CreateContainerRequest, ProcessRef, Stdio, container_mount};
use crate::spec::Origin;
use crate::storage::{self, Mounted};
use crate::zygote::plan::Plan;
use crate::zygote::{self, Failure, Reply, Request, init};
use crate::{cgroup, devices, lookup, names, nodes, spawn, spec, sysctl};

/// A container of the image itself.
pub struct ImageContainer {
    pub id: String,
    /// Any folder of the VM, mounted.
    pub rootfs: String,
    /// Its OCI spec.
    pub spec: Vec<u8>,
    /// stdout and stderr.
    pub outputs: [OwnedFd; 2],
}

/// What a container is made of.
struct Wanted {
    id: String,
    rootfs: String,
    spec: Vec<u8>,
    mounts: Vec<ContainerMount>,
    stdio: Stdio,
    /// Of a container of the image itself.
    outputs: Option<[OwnedFd; 2]>,
}

/// Creates a container of the host's. Nothing of it is left when it fails.
pub async fn create(agent: &Arc<Agent>, request: CreateContainerRequest) -> Result<u32, Status> {
    bounds::id("id", &request.id)?;
    bounds::run_path("rootfs", &request.rootfs)?;
    bounds::count("mounts", request.mounts.len(), 1024)?;
    let stdio = check_stdio(request.stdio)?;
    let wanted = Wanted {
        id: request.id,
        rootfs: request.rootfs,
        spec: request.spec,
        mounts: request.mounts,
        stdio,
        outputs: None,
    };
    reserve_and_create(agent, wanted).await
}

/// Creates a container of the image itself. Nothing of it is left when it fails, but what the caller has mounted.
pub async fn create_of_image(agent: &Arc<Agent>, image: ImageContainer) -> Result<u32, Status> {
    let wanted = Wanted {
        id: image.id,
        rootfs: image.rootfs,
        spec: image.spec,
        mounts: Vec::new(),
        stdio: Stdio::default(),
        outputs: Some(image.outputs),
    };
    reserve_and_create(agent, wanted).await
}

async fn reserve_and_create(agent: &Arc<Agent>, wanted: Wanted) -> Result<u32, Status> {
    {
        let mut containers = lock(&agent.containers);
        if containers.contains_key(&wanted.id) {
            return Err(Status::already_exists(format!(
                "container {:?} exists",
                wanted.id
            )));
        }
        if containers.len() >= MAX_CONTAINERS {
            return Err(Status::resource_exhausted(format!(
                "{MAX_CONTAINERS} containers exist"
            )));
        }
        containers.insert(wanted.id.clone(), Slot::Creating);
    }
    let id = wanted.id.clone();
    let mut mounted = Vec::new();
    let result = create_reserved(agent, wanted, &mut mounted).await;
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
    wanted: Wanted,
    mounted: &mut Vec<Mounted>,
) -> Result<Arc<Container>, Status> {
    let Wanted { id, stdio, .. } = wanted;
    let image = wanted.outputs.is_some();
    let mut extra = Vec::new();
    for (index, mount) in wanted.mounts.into_iter().enumerate() {
        extra.push(add_mount(agent, &id, index, mount, mounted).await?);
    }
    let zygote = agent.zygote.pid;
    let (folder, rootfs) = (bundle(&id), wanted.rootfs);
    let (document, _etc) = {
        let (id, folder, rootfs) = (id.clone(), folder.clone(), rootfs.clone());
        let source = wanted.spec;
        let modules = agent.modules.clone();
        tokio::task::spawn_blocking(move || -> Result<_, Status> {
            cgroup::prepare(zygote);
            std::fs::create_dir_all(&folder).map_err(|e| from_io(&format!("make {folder}"), &e))?;
            let root = File::open(&rootfs).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => invalid("rootfs", format!("no folder {rootfs:?}")),
                _ => from_io(&format!("open rootfs {rootfs:?}"), &error),
            })?;
            // Open until the container is made: its files are looked up again and again, and a share of the host (9P)
            // asks for all of a path each time that nobody has it open.
            let etc = lookup::open_in_root(&root, "/etc", libc::O_PATH).ok();
            let mut document = spec::parse(&source)?;
            let origin = if image {
                inherit(&mut document);
                Origin::Image
            } else {
                extra.extend(names::mounts(&id, &document, &root)?);
                Origin::Host
            };
            spec::edit(&mut document, &id, &rootfs, &root, &stdio, extra, origin)?;
            nodes::add(&mut document, &modules)?;
            sysctl::write_network(&mut document)?;
            Ok((document, etc))
        })
        .await
        .map_err(|error| internal("prepare the bundle", error))??
    };
    let process = document.process().clone().unwrap_or_default();
    let init_name = ProcessRef {
        container_id: id.clone(),
        exec_id: String::new(),
    };
    let init = Process::new(init_name, stdio);
    let mut ends = init.make_pipes(process.user().uid())?;
    for (index, output) in wanted.outputs.into_iter().flatten().enumerate() {
        // Its user may open /dev/stdout again.
        let _ = std::os::unix::fs::fchown(&output, Some(process.user().uid()), None);
        ends.fds[1 + index] = output;
    }
    let (status, status_write) = zygote::pipe().map_err(|error| from_io("make a pipe", &error))?;
    let streams = std::mem::take(&mut ends.fds);
    let linux = document.linux().clone().unwrap_or_default();
    let user_namespace = linux
        .namespaces()
        .iter()
        .flatten()
        .any(|namespace| namespace.typ() == LinuxNamespaceType::User);
    let seccomp = match linux.seccomp() {
        None => Vec::new(),
        Some(profile) => {
            serde_json::to_vec(profile).map_err(|error| internal("write the profile", error))?
        }
    };
    let op = format!("create container {id:?}");
    let choice = if image {
        None
    } else {
        standby::choose(agent, &document)
    };
    let mut gate = None;
    if let Some(choice) = choice {
        let _spawning = agent.spawning();
        cgroup::lend(&id, choice.name());
        limit(&id, &document).await?;
        let mut plan = Plan::of(process.clone());
        plan.seccomp = seccomp.clone();
        plan.width = stdio.width;
        plan.height = stdio.height;
        let claimed = choice
            .claim(&document, plan, &rootfs, status_write, streams)
            .await
            .map_err(|failure| from_failure(&op, &failure))?;
        init.run(claimed.pid, ends, claimed.master)?;
        agent.register(claimed.pid, &init);
        gate = Some(claimed.gate);
    } else {
        let bytes =
            serde_json::to_vec(&document).map_err(|error| internal("write the spec", error))?;
        std::fs::write(format!("{folder}/config.json"), &bytes)
            .map_err(|error| from_io("write config.json", &error))?;
        let mut fds = streams;
        fds.push(status_write);
        let request = Request::Create(init::Create {
            id: id.clone(),
            bundle: folder,
            terminal: stdio.terminal,
            limits: if user_namespace {
                Plan::of(process.clone()).hard_limits()
            } else {
                Vec::new()
            },
            standby: false,
        });
        let answer = spawn::ask(&agent.zygote, &request, &fds).await;
        drop(fds);
        let answer = answer.map_err(|failure| from_failure(&op, &failure))?;
        let pid = match answer.reply {
            Reply::Started { pid } => pid,
            Reply::Failed(failure) => {
                let failure = said(&status).unwrap_or(failure);
                return Err(from_failure(&op, &failure));
            }
            _ => return Err(internal(&op, "an answer to another question")),
        };
        init.run(pid, ends, answer.fd)?;
        agent.register(pid, &init);
        // Before the start: no command of the user has run yet.
        devices::restrict(&spec::cgroup_folder(&id), &document).map_err(|error| {
            from_io(&format!("restrict the devices of container {id:?}"), &error)
        })?;
    }
    agent.oom.add(&id);
    let memory_events = cgroup::memory_events(&id).ok();
    Ok(Arc::new(Container {
        id,
        rootfs,
        image,
        init,
        execs: Mutex::default(),
        started: AtomicBool::new(false),
        paused: AtomicBool::new(false),
        status: Mutex::new(Some(status)),
        gate: Mutex::new(gate),
        user_namespace,
        seccomp,
        process,
        mounts: Mutex::default(),
        memory_events,
    }))
}

/// Gives the group of a standby the container's limits.
async fn limit(id: &str, document: &Spec) -> Result<(), Status> {
    let resources = document
        .linux()
        .as_ref()
        .and_then(|linux| linux.resources().clone());
    let (name, document) = (id.to_owned(), document.clone());
    tokio::task::spawn_blocking(move || {
        if let Some(resources) = resources.filter(|resources| !only_devices(resources)) {
            cgroup::apply(&name, &resources)?;
        }
        devices::restrict(&spec::cgroup_folder(&name), &document).map_err(|error| {
            from_io(
                &format!("restrict the devices of container {name:?}"),
                &error,
            )
        })
    })
    .await
    .map_err(|error| internal(&format!("limit container {id:?}"), error))?
}

fn only_devices(resources: &LinuxResources) -> bool {
    resources.memory().is_none()
        && resources.cpu().is_none()
        && resources.pids().is_none()
        && resources.block_io().is_none()
        && resources.hugepage_limits().is_none()
        && resources.unified().is_none()
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
            let kind = storage::filesystem(&format!("{field}.filesystem"), &mount.filesystem)?;
            let held = agent
                .storage
                .mount_disk(&disk, &folder, kind, mount.read_only, &[])
                .await?;
            mounted.push(held);
            folder
        }
        None => return Err(invalid(&format!("{field}.source"), "missing")),
    };
    spec::bind(&source, &mount.destination, mount.read_only)
}
