//! Overlays: layers and a writable place as one tree, and what it stands on.

use std::fs;

use tonic::Status;

use super::mount::{make_target, mount, mount_tmpfs, unmount_path};
use super::{Mounted, Storage, blocking, disk_place, filesystem};
use crate::agent::lock;
use crate::bounds::{self, from_io, invalid};
use crate::proto::{LayerSource, MountOverlayRequest, disk_source, layer_source};

/// The kernel's limit of a mount's option string.
const PAGE: usize = 4096;
/// Layers of one overlay.
const MAX_LAYERS: usize = 128;

impl Storage {
    /// Unmounts the overlay at `target` and gives back what it stood on; nothing when there is none. Blocks.
    pub fn forget_overlay(&self, target: &str) -> Result<(), Status> {
        let parts = {
            let mut table = lock(&self.table);
            if !table.overlays.contains_key(target) {
                return Ok(());
            }
            unmount_path(target)?;
            table.overlays.remove(target).unwrap_or_default()
        };
        let _ = fs::remove_dir_all(short_names(target));
        for part in parts.into_iter().rev() {
            self.release(part)?;
        }
        Ok(())
    }

    /// Mounts layers and scratch and overlays them.
    pub async fn mount_overlay(&self, request: MountOverlayRequest) -> Result<(), Status> {
        bounds::run_path("target", &request.target)?;
        if request.layers.is_empty() || request.layers.len() > MAX_LAYERS {
            return Err(invalid(
                "layers",
                format!("{} elements, 1..{MAX_LAYERS}", request.layers.len()),
            ));
        }
        let target = request.target.clone();
        {
            let table = lock(&self.table);
            if table.overlays.contains_key(&target) || table.mounts.contains_key(&target) {
                return Err(Status::already_exists(format!(
                    "something is mounted at {target}"
                )));
            }
        }
        let mut parts = Vec::new();
        let made = self.mount_parts(request, &mut parts).await;
        match made {
            Ok(()) => {
                lock(&self.table).overlays.insert(target, parts);
                Ok(())
            }
            Err(status) => {
                let _ = fs::remove_dir_all(short_names(&target));
                for part in parts.into_iter().rev() {
                    let _ = self.release(part);
                }
                let _ = fs::remove_dir(&target);
                Err(status)
            }
        }
    }

    async fn mount_parts(
        &self,
        request: MountOverlayRequest,
        parts: &mut Vec<Mounted>,
    ) -> Result<(), Status> {
        let mut lower = Vec::with_capacity(request.layers.len());
        for (index, layer) in request.layers.iter().enumerate() {
            lower.push(self.mount_layer(index, layer, parts).await?);
        }
        let mut upper = None;
        if !request.read_only {
            let place = match &request.scratch {
                Some(disk) => {
                    let place = disk_place("scratch", disk)?;
                    parts.push(self.mount_disk(disk, &place, "ext4", false, &[]).await?);
                    place
                }
                None => {
                    let place = format!("{}.tmpfs", request.target);
                    let size = request.tmpfs_size_bytes;
                    self.take(&place, "tmpfs", false)?;
                    let made = {
                        let place = place.clone();
                        blocking("mount", move || mount_tmpfs(&place, size)).await
                    };
                    self.settle(&place, made)?;
                    parts.push(Mounted {
                        target: place.clone(),
                    });
                    place
                }
            };
            upper = Some(place);
        }
        self.need("overlay").await?;
        let target = request.target;
        blocking("mount", move || overlay(&target, &lower, upper.as_deref())).await
    }

    async fn mount_layer(
        &self,
        index: usize,
        layer: &LayerSource,
        parts: &mut Vec<Mounted>,
    ) -> Result<String, Status> {
        let field = format!("layers[{index}]");
        match &layer.source {
            Some(layer_source::Source::Path(path)) => {
                bounds::run_path(&format!("{field}.path"), path)?;
                if path.contains([':', ',', '\\']) {
                    return Err(invalid(&field, format!("{path:?} holds one of : , \\")));
                }
                Ok(path.clone())
            }
            Some(layer_source::Source::Disk(disk)) => {
                let kind = filesystem(&format!("{field}.filesystem"), &layer.filesystem)?;
                let place = match &disk.source {
                    Some(disk_source::Source::Pmem(pmem)) => {
                        format!("/run/lcow/pmem/{}", pmem.device)
                    }
                    _ => disk_place("layers", disk)?,
                };
                parts.push(self.mount_disk(disk, &place, kind, true, &[]).await?);
                Ok(place)
            }
            None => Err(invalid(&format!("{field}.source"), "missing")),
        }
    }
}

/// Where an overlay's long layer paths get short names.
fn short_names(target: &str) -> String {
    format!("{target}.l")
}

/// Mounts an overlay; `lower` is topmost first.
fn overlay(target: &str, lower: &[String], upper: Option<&str>) -> Result<(), Status> {
    make_target(target)?;
    let mut data = overlay_options(lower, upper);
    if data.len() >= PAGE {
        // Links with short names: the kernel limits the string, not the paths.
        let folder = short_names(target);
        fs::create_dir_all(&folder).map_err(|error| from_io("name layers", &error))?;
        let mut names = Vec::with_capacity(lower.len());
        for (index, path) in lower.iter().enumerate() {
            let name = format!("{folder}/{index}");
            std::os::unix::fs::symlink(path, &name)
                .map_err(|error| from_io("name layers", &error))?;
            names.push(name);
        }
        data = overlay_options(&names, upper);
        if data.len() >= PAGE {
            return Err(Status::resource_exhausted(
                "layers: their names do not fit a mount's options",
            ));
        }
    }
    if let Some(place) = upper {
        for name in ["upper", "work"] {
            let path = format!("{place}/{name}");
            fs::create_dir_all(&path).map_err(|error| from_io(&format!("make {path}"), &error))?;
        }
    }
    mount("overlay", target, "overlay", 0, &data).map_err(|error| {
        from_io(
            &format!("overlay {} layers at {target}", lower.len()),
            &error,
        )
    })
}

fn overlay_options(lower: &[String], upper: Option<&str>) -> String {
    let mut lower = lower.to_vec();
    if upper.is_none() && lower.len() == 1 {
        // An overlay needs two folders; an empty one below changes nothing.
        let empty = "/run/lcow/empty".to_owned();
        let _ = fs::create_dir_all(&empty);
        lower.push(empty);
    }
    let mut data = format!("lowerdir={}", lower.join(":"));
    if let Some(place) = upper {
        data.push_str(&format!(",upperdir={place}/upper,workdir={place}/work"));
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlay_options_name_layers_topmost_first() {
        let lower = vec!["/a".to_owned(), "/b".to_owned()];
        assert_eq!(
            overlay_options(&lower, Some("/s")),
            "lowerdir=/a:/b,upperdir=/s/upper,workdir=/s/work"
        );
    }

    #[test]
    fn the_largest_overlay_of_disks_fits_a_page() {
        let lower: Vec<String> = (0..128)
            .map(|i| format!("/run/lcow/layers/{}-{}", i % 4, 63))
            .collect();
        assert!(overlay_options(&lower, Some("/run/lcow/scratch/3-63")).len() < PAGE);
    }
}
