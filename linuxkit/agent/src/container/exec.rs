//! A further process in a container, or in the VM itself.

use std::fs::File;
use std::sync::Arc;

use oci_spec::runtime::Process as SpecProcess;
use tonic::Status;

use super::{Container, check_stdio};
use crate::agent::{Agent, lock};
use crate::bounds::{self, from_failure, from_io, internal, invalid};
use crate::process::Process;
use crate::proto::{ExecRequest, ProcessRef};
use crate::zygote::Reply;
use crate::zygote::plan::Plan;
use crate::{cgroup, spawn, spec};

/// Execs that one container remembers, running or not yet deleted.
const MAX_EXECS: usize = 4096;

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
    let root = || {
        let root = match &container {
            Some(container) => format!("/proc/{}/root", container.init.pid()),
            None => "/".to_owned(),
        };
        File::open(&root).map_err(|error| from_io("open the container's root", &error))
    };
    spec::edit_process(&mut object, root, &stdio, "process")?;
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
    let mut plan = Plan::of(object);
    plan.init_pid = container.map_or(0, |container| container.init.pid());
    plan.cgroup = container.map_or_else(|| cgroup::ROOT.to_owned(), |c| spec::cgroup_folder(&c.id));
    plan.user_namespace = container.is_some_and(|container| container.user_namespace);
    plan.seccomp = container.map_or_else(Vec::new, |container| container.seccomp.clone());
    plan.width = process.stdio.width;
    plan.height = process.stdio.height;
    let op = format!("exec {:?}", process.name.exec_id);
    let _spawning = agent.spawning();
    let answer = spawn::ask_exec(&agent.zygote, &agent.exec_servers, plan, &fds).await;
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
        _ => Err(internal(&op, "an answer to another question")),
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
