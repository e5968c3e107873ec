//! Service Network: see `crate::network` and `crate::names`.

use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use crate::bounds::{self, internal};
use crate::names;
use crate::proto::{
    ConfigureLinkRequest, ConfigureLinkResponse, ConfigureNamesRequest, ConfigureNamesResponse,
    ListLinksRequest, ListLinksResponse, network_server::Network,
};

#[async_trait]
impl Network for Handler {
    async fn list_links(
        &self,
        _: Request<ListLinksRequest>,
    ) -> Result<Response<ListLinksResponse>, Status> {
        Err(Status::unimplemented("not yet"))
    }

    async fn configure_link(
        &self,
        _: Request<ConfigureLinkRequest>,
    ) -> Result<Response<ConfigureLinkResponse>, Status> {
        Err(Status::unimplemented("not yet"))
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
