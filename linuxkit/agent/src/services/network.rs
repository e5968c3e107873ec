//! Service Network: see `crate::network` and `crate::names`.

use std::sync::Arc;

use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use super::storage::uninterrupted;
use crate::bounds::{self, internal};
use crate::network::{self, Plan};
use crate::proto::{
    ConfigureLinkRequest, ConfigureLinkResponse, ConfigureNamesRequest, ConfigureNamesResponse,
    ListLinksRequest, ListLinksResponse, network_server::Network,
};
use crate::{agent::Agent, names};

/// The init of the container whose namespace is meant; none for the VM's own.
fn namespace(agent: &Agent, container_id: &str) -> Result<Option<i32>, Status> {
    if container_id.is_empty() {
        return Ok(None);
    }
    bounds::id("container_id", container_id)?;
    let container = agent.container(container_id)?;
    if container.init.reaped().is_some() {
        return Err(Status::failed_precondition(format!(
            "container {container_id:?} is stopped"
        )));
    }
    Ok(Some(container.init.pid()))
}

#[async_trait]
impl Network for Handler {
    async fn list_links(
        &self,
        request: Request<ListLinksRequest>,
    ) -> Result<Response<ListLinksResponse>, Status> {
        let pid = namespace(self, &request.into_inner().container_id)?;
        let links = tokio::task::spawn_blocking(move || network::list(pid))
            .await
            .map_err(|error| internal("list links", error))??;
        Ok(Response::new(ListLinksResponse { links }))
    }

    async fn configure_link(
        &self,
        request: Request<ConfigureLinkRequest>,
    ) -> Result<Response<ConfigureLinkResponse>, Status> {
        let request = request.into_inner();
        let plan = Arc::new(Plan::check(&request)?);
        let pid = namespace(self, &request.container_id)?;
        let agent = Arc::clone(self);
        let mac = request.mac_address;
        uninterrupted(async move {
            let modules = agent.modules.clone();
            let asked = plan.clone();
            let there = tokio::task::spawn_blocking(move || {
                modules.load("net");
                pid.is_some() && asked.moved(pid)
            })
            .await
            .map_err(|error| internal("load modules", error))?;
            if !there {
                let appeared = || plan.appeared().then_some(());
                if agent
                    .devices
                    .wait_for(bounds::MAX_WAIT, appeared)
                    .await
                    .is_none()
                {
                    return Err(Status::not_found(format!("adapter {mac} did not appear")));
                }
            }
            tokio::task::spawn_blocking(move || plan.apply(pid))
                .await
                .map_err(|error| internal("configure the link", error))?
        })
        .await?;
        Ok(Response::new(ConfigureLinkResponse {}))
    }

    async fn configure_names(
        &self,
        request: Request<ConfigureNamesRequest>,
    ) -> Result<Response<ConfigureNamesResponse>, Status> {
        let request = request.into_inner();
        if !request.container_id.is_empty() {
            bounds::id("container_id", &request.container_id)?;
        }
        tokio::task::spawn_blocking(move || names::configure(&request))
            .await
            .map_err(|error| internal("write names", error))??;
        Ok(Response::new(ConfigureNamesResponse {}))
    }
}
