//! The end: what a container or an exec held is given back.

use std::sync::Arc;

use tonic::Status;

use super::{bundle, signal_process, standby};
use crate::agent::{Agent, Slot, lock};
use crate::bounds::{from_io, internal};
use crate::proto::{ExitStatus, ProcessRef};
use crate::storage::Mounted;
use crate::zygote::init;
use crate::{cgroup, spec};

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
pub(super) fn clean(agent: &Agent, id: &str, mounted: Vec<Mounted>, rootfs: Option<&str>) {
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
    if let Some(group) = cgroup::take_back(id) {
        standby::forget(&group);
    }
    for held in mounted.into_iter().rev() {
        if let Err(status) = agent.storage.release(held) {
            complain("a mount", &status.message());
        }
    }
    if let Some(rootfs) = rootfs
        && let Err(status) = agent.storage.forget_root(rootfs)
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
    for name in ["/mounts", "/rootfs", "/rootfs.view", ""] {
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
