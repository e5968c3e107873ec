//! Service Containers: see `crate::container`.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use oci_spec::runtime::LinuxResources;
use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use super::storage::uninterrupted;
use crate::agent::lock;
use crate::bounds::{self, from_io, internal, invalid};
use crate::process::Process;
use crate::proto::{
    CloseStdinRequest, CloseStdinResponse, ContainerState, CreateContainerRequest,
    CreateContainerResponse, DeleteRequest, DeleteResponse, ExecRequest, ExecResponse, ExecState,
    ExitStatus, ListContainersRequest, ListContainersResponse, PauseRequest, PauseResponse,
    PidsRequest, PidsResponse, PrepareRequest, PrepareResponse, ProcessRef, ResizeRequest,
    ResizeResponse, ResumeContainerRequest, ResumeContainerResponse, SignalRequest, SignalResponse,
    StartContainerRequest, StartContainerResponse, StatsRequest, StatsResponse, UpdateRequest,
    UpdateResponse, WaitRequest, containers_server::Containers,
};
use crate::{cgroup, container, processes, spec};

/// Checks a reference and gives it.
pub fn reference(process: Option<ProcessRef>) -> Result<ProcessRef, Status> {
    let process = process.ok_or_else(|| invalid("process", "missing"))?;
    if !process.container_id.is_empty() {
        bounds::id("process.container_id", &process.container_id)?;
    }
    if !process.exec_id.is_empty() {
        bounds::id("process.exec_id", &process.exec_id)?;
    }
    if process.container_id.is_empty() && process.exec_id.is_empty() {
        return Err(invalid("process", "names neither a container nor an exec"));
    }
    Ok(process)
}

impl Handler {
    fn named(&self, process: Option<ProcessRef>) -> Result<Arc<Process>, Status> {
        self.process(&reference(process)?)
    }

    async fn freeze(&self, id: &str, frozen: bool) -> Result<(), Status> {
        let container = self.container(id)?;
        let (from, op) = if frozen {
            ("running", "pause")
        } else {
            ("paused", "resume")
        };
        if container.state() != from {
            return Err(Status::failed_precondition(format!(
                "container {id:?} is {}, not {from}",
                container.state()
            )));
        }
        let folder = spec::cgroup_folder(id);
        tokio::task::spawn_blocking(move || cgroup::freeze(&folder, frozen))
            .await
            .map_err(|error| internal(op, error))?
            .map_err(|error| from_io(&format!("{op} container {id:?}"), &error))?;
        container.paused.store(frozen, Ordering::Release);
        Ok(())
    }
}

#[async_trait]
impl Containers for Handler {
    async fn create(
        &self,
        request: Request<CreateContainerRequest>,
    ) -> Result<Response<CreateContainerResponse>, Status> {
        let agent = Arc::clone(self);
        let request = request.into_inner();
        let pid = uninterrupted(async move { container::create(&agent, request).await }).await?;
        Ok(Response::new(CreateContainerResponse { pid }))
    }

    async fn prepare(
        &self,
        request: Request<PrepareRequest>,
    ) -> Result<Response<PrepareResponse>, Status> {
        let agent = Arc::clone(self);
        let spec = request.into_inner().spec;
        uninterrupted(async move { container::prepare(&agent, &spec).await }).await?;
        Ok(Response::new(PrepareResponse {}))
    }

    async fn start(
        &self,
        request: Request<StartContainerRequest>,
    ) -> Result<Response<StartContainerResponse>, Status> {
        let agent = Arc::clone(self);
        let id = request.into_inner().id;
        bounds::id("id", &id)?;
        uninterrupted(async move { container::start(&agent, &id).await }).await?;
        Ok(Response::new(StartContainerResponse {}))
    }

    async fn exec(&self, request: Request<ExecRequest>) -> Result<Response<ExecResponse>, Status> {
        let agent = Arc::clone(self);
        let request = request.into_inner();
        if !request.container_id.is_empty() {
            bounds::id("container_id", &request.container_id)?;
        }
        let pid = uninterrupted(async move { container::exec(&agent, request).await }).await?;
        Ok(Response::new(ExecResponse { pid }))
    }

    async fn signal(
        &self,
        request: Request<SignalRequest>,
    ) -> Result<Response<SignalResponse>, Status> {
        let request = request.into_inner();
        if !(1..=64).contains(&request.signal) {
            return Err(invalid("signal", format!("{}, 1..64", request.signal)));
        }
        let name = reference(request.process)?;
        let signal = request.signal as i32;
        if !request.all {
            container::signal_process(&*self.process(&name)?, signal)?;
            return Ok(Response::new(SignalResponse {}));
        }
        if name.container_id.is_empty() {
            return Err(invalid("all", "true, but no container is named"));
        }
        let container = self.container(&name.container_id)?;
        let folder = spec::cgroup_folder(&container.id);
        tokio::task::spawn_blocking(move || {
            if signal == libc::SIGKILL {
                return cgroup::kill(&folder);
            }
            for pid in cgroup::pids(&folder) {
                // SAFETY: a signal to a process that was in the container's group a moment ago.
                unsafe { libc::kill(pid as i32, signal) };
            }
            Ok(())
        })
        .await
        .map_err(|error| internal("signal", error))?
        .map_err(|error| from_io("signal the container", &error))?;
        Ok(Response::new(SignalResponse {}))
    }

    async fn wait(&self, request: Request<WaitRequest>) -> Result<Response<ExitStatus>, Status> {
        let process = self.named(request.into_inner().process)?;
        Ok(Response::new(process.wait().await))
    }

    async fn resize(
        &self,
        request: Request<ResizeRequest>,
    ) -> Result<Response<ResizeResponse>, Status> {
        let request = request.into_inner();
        self.named(request.process)?
            .resize(request.width, request.height)?;
        Ok(Response::new(ResizeResponse {}))
    }

    async fn close_stdin(
        &self,
        request: Request<CloseStdinRequest>,
    ) -> Result<Response<CloseStdinResponse>, Status> {
        let process = self.named(request.into_inner().process)?;
        if let Some(stdin) = &process.stdin {
            stdin.end();
        }
        Ok(Response::new(CloseStdinResponse {}))
    }

    async fn pause(
        &self,
        request: Request<PauseRequest>,
    ) -> Result<Response<PauseResponse>, Status> {
        self.freeze(&request.into_inner().id, true).await?;
        Ok(Response::new(PauseResponse {}))
    }

    async fn resume_container(
        &self,
        request: Request<ResumeContainerRequest>,
    ) -> Result<Response<ResumeContainerResponse>, Status> {
        self.freeze(&request.into_inner().id, false).await?;
        Ok(Response::new(ResumeContainerResponse {}))
    }

    async fn update(
        &self,
        request: Request<UpdateRequest>,
    ) -> Result<Response<UpdateResponse>, Status> {
        let request = request.into_inner();
        if request.resources.len() > bounds::MAX_JSON {
            return Err(invalid(
                "resources",
                format!("{} bytes", request.resources.len()),
            ));
        }
        let resources: LinuxResources = serde_json::from_slice(&request.resources)
            .map_err(|error| invalid("resources", error))?;
        let container = self.container(&request.id)?;
        if container.init.reaped().is_some() {
            return Err(Status::failed_precondition(format!(
                "container {:?} is stopped",
                request.id
            )));
        }
        tokio::task::spawn_blocking(move || cgroup::apply(&container.id, &resources))
            .await
            .map_err(|error| internal("update", error))??;
        Ok(Response::new(UpdateResponse {}))
    }

    async fn stats(
        &self,
        request: Request<StatsRequest>,
    ) -> Result<Response<StatsResponse>, Status> {
        let id = request.into_inner().id;
        let (folder, pid) = if id.is_empty() {
            (cgroup::ROOT.to_owned(), Some(1))
        } else {
            let container = self.container(&id)?;
            let alive = container.init.reaped().is_none();
            (
                spec::cgroup_folder(&id),
                alive.then(|| container.init.pid()),
            )
        };
        let stats = tokio::task::spawn_blocking(move || cgroup::stats(&folder, pid))
            .await
            .map_err(|error| internal("read statistics", error))?;
        Ok(Response::new(stats))
    }

    async fn list(
        &self,
        request: Request<ListContainersRequest>,
    ) -> Result<Response<ListContainersResponse>, Status> {
        let image = request.into_inner().image;
        let mut containers: Vec<ContainerState> = self
            .all_containers()
            .into_iter()
            .filter(|container| image || !container.image)
            .map(|container| {
                let mut execs: Vec<ExecState> = lock(&container.execs)
                    .iter()
                    .map(|(id, exec)| ExecState {
                        exec_id: id.clone(),
                        pid: exec.pid() as u32,
                        exit: exec.reaped(),
                    })
                    .collect();
                execs.sort_by(|a, b| a.exec_id.cmp(&b.exec_id));
                ContainerState {
                    id: container.id.clone(),
                    status: container.state().to_owned(),
                    pid: container.init.pid() as u32,
                    exit: container.init.reaped(),
                    execs,
                }
            })
            .collect();
        containers.sort_by(|a, b| a.id.cmp(&b.id));
        let standbys = lock(&self.standbys).len() as u32;
        Ok(Response::new(ListContainersResponse {
            containers,
            standbys,
        }))
    }

    async fn pids(&self, request: Request<PidsRequest>) -> Result<Response<PidsResponse>, Status> {
        let container = self.container(&request.into_inner().id)?;
        let folder = spec::cgroup_folder(&container.id);
        let mut pids = tokio::task::spawn_blocking(move || processes::of_group(&folder))
            .await
            .map_err(|error| internal("read pids", error))?;
        let execs = lock(&container.execs);
        for info in &mut pids {
            if info.pid == container.init.pid() as u32 {
                info.exec_id = "init".to_owned();
            } else if let Some((id, _)) = execs
                .iter()
                .find(|(_, exec)| exec.pid() as u32 == info.pid && exec.reaped().is_none())
            {
                info.exec_id.clone_from(id);
            }
        }
        drop(execs);
        Ok(Response::new(PidsResponse { pids }))
    }

    async fn delete(
        &self,
        request: Request<DeleteRequest>,
    ) -> Result<Response<DeleteResponse>, Status> {
        let request = request.into_inner();
        let name = reference(request.process)?;
        let agent = Arc::clone(self);
        let exit = uninterrupted(async move {
            if name.exec_id.is_empty() {
                container::delete(&agent, &name.container_id, request.force).await
            } else {
                container::delete_exec(&agent, &name, request.force).await
            }
        })
        .await?;
        Ok(Response::new(DeleteResponse { exit: Some(exit) }))
    }
}
