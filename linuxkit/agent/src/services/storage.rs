//! Service Storage: see `crate::storage`.

use std::sync::Arc;

use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use crate::bounds::{self, from_io, internal, invalid};
use crate::proto::{
    AttachRequest, AttachResponse, DetachRequest, DetachResponse, DiskSource, MountOverlayRequest,
    MountOverlayResponse, MountRequest, MountResponse, TrimRequest, TrimResponse, UnmountRequest,
    UnmountResponse, storage_server::Storage,
};
use crate::storage;

fn disk(disk: Option<DiskSource>) -> Result<DiskSource, Status> {
    disk.ok_or_else(|| invalid("disk", "missing"))
}

#[async_trait]
impl Storage for Handler {
    async fn attach(
        &self,
        request: Request<AttachRequest>,
    ) -> Result<Response<AttachResponse>, Status> {
        let device = self
            .storage
            .device(&disk(request.into_inner().disk)?)
            .await?;
        let name = device.trim_start_matches("/dev/");
        let sectors = std::fs::read_to_string(format!("/sys/class/block/{name}/size"))
            .map_err(|error| from_io(&format!("read the size of {device}"), &error))?;
        let size_bytes = sectors.trim().parse::<u64>().unwrap_or(0) * 512;
        Ok(Response::new(AttachResponse { device, size_bytes }))
    }

    async fn detach(
        &self,
        request: Request<DetachRequest>,
    ) -> Result<Response<DetachResponse>, Status> {
        let DetachRequest {
            disk: described,
            keep,
        } = request.into_inner();
        self.storage.detach(&disk(described)?, keep).await?;
        Ok(Response::new(DetachResponse {}))
    }

    async fn mount(
        &self,
        request: Request<MountRequest>,
    ) -> Result<Response<MountResponse>, Status> {
        let agent = Arc::clone(self);
        let request = request.into_inner();
        uninterrupted(async move { agent.storage.mount(request).await }).await?;
        Ok(Response::new(MountResponse {}))
    }

    async fn unmount(
        &self,
        request: Request<UnmountRequest>,
    ) -> Result<Response<UnmountResponse>, Status> {
        let agent = Arc::clone(self);
        let target = request.into_inner().target;
        uninterrupted(async move { agent.storage.unmount(&target).await }).await?;
        Ok(Response::new(UnmountResponse {}))
    }

    async fn mount_overlay(
        &self,
        request: Request<MountOverlayRequest>,
    ) -> Result<Response<MountOverlayResponse>, Status> {
        let agent = Arc::clone(self);
        let request = request.into_inner();
        let frozen =
            uninterrupted(async move { agent.storage.mount_overlay(request).await }).await?;
        Ok(Response::new(MountOverlayResponse { frozen }))
    }

    async fn trim(&self, request: Request<TrimRequest>) -> Result<Response<TrimResponse>, Status> {
        let target = request.into_inner().target;
        bounds::run_path("target", &target)?;
        let trimmed_bytes = tokio::task::spawn_blocking(move || storage::trim(&target))
            .await
            .map_err(|error| internal("trim", error))??;
        Ok(Response::new(TrimResponse { trimmed_bytes }))
    }
}

/// Runs a change to its end even when its caller goes away: half of it would be known to nobody.
pub async fn uninterrupted<T: Send + 'static>(
    change: impl Future<Output = Result<T, Status>> + Send + 'static,
) -> Result<T, Status> {
    tokio::spawn(change)
        .await
        .map_err(|error| internal("finish the call", error))?
}
