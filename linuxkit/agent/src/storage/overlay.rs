//! Overlays: layers and a writable place as one tree, and what it stands on.

use std::fs;
use std::io;
use std::path::Path;

use tonic::Status;

use super::mount::{freeze, make_target, mount, mount_tmpfs, move_mount, thaw, unmount_path};
use super::{Mounted, Storage, blocking, disk_place, filesystem};
use crate::agent::lock;
use crate::bounds::{self, from_io, invalid};
use crate::proto::{LayerSource, MountOverlayRequest, disk_source, layer_source};

/// The kernel's limit of a mount's option string.
const PAGE: usize = 4096;
/// Of an overlay that is made ahead, so much of its programs and libraries is read.
const READ_AHEAD_BYTES: u64 = 16 << 20;
const PROGRAM_FOLDERS: [&str; 10] = [
    "bin",
    "sbin",
    "usr/bin",
    "usr/sbin",
    "usr/local/bin",
    "lib",
    "lib64",
    "usr/lib",
    "lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu",
];
/// Layers of one overlay.
const MAX_LAYERS: usize = 128;

/// An overlay that was made ahead and whose scratch is frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ahead {
    pub(super) target: String,
    /// Where its layers are mounted, topmost first.
    lower: Vec<String>,
    /// Where its scratch disk is mounted.
    pub(super) scratch: String,
}

impl Storage {
    /// Unmounts the overlay at `target` and gives back what it stood on; nothing when there is none. Blocks.
    pub fn forget_overlay(&self, target: &str) -> Result<(), Status> {
        let parts = {
            let mut table = lock(&self.table);
            if !table.overlays.contains_key(target) {
                return Ok(());
            }
            let ahead = table.ahead.iter().find(|ahead| ahead.target == target);
            if let Some(scratch) = ahead.map(|ahead| ahead.scratch.clone())
                && table.frozen.remove(&scratch)
            {
                thaw(&scratch)?;
            }
            unmount_path(target)?;
            table.ahead.retain(|ahead| ahead.target != target);
            table.overlays.remove(target).unwrap_or_default()
        };
        let _ = fs::remove_dir_all(short_names(target));
        for part in parts.into_iter().rev() {
            self.release(part)?;
        }
        Ok(())
    }

    /// Mounts layers and scratch and overlays them, or takes the overlay of them that was made ahead.
    /// @returns whether its scratch is frozen
    pub async fn mount_overlay(&self, request: MountOverlayRequest) -> Result<bool, Status> {
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
        if let Some(ahead) = self.made_ahead(&request)? {
            self.take_ahead(ahead, target).await?;
            return Ok(false);
        }
        let scratch = match (&request.scratch, request.frozen) {
            (Some(disk), true) => Some(disk_place("scratch", disk)?),
            _ => None,
        };
        let mut parts = Vec::new();
        let mut made = self.mount_parts(request, &mut parts).await;
        if let (Ok(lower), Some(scratch)) = (&made, scratch) {
            let ahead = Ahead {
                target: target.clone(),
                lower: lower.clone(),
                scratch,
            };
            if let Err(status) = self.freeze_ahead(ahead).await {
                let _ = unmount_path(&target);
                made = Err(status);
            }
        }
        match made {
            Ok(_) => {
                let mut table = lock(&self.table);
                table.overlays.insert(target.clone(), parts);
                Ok(table.ahead.iter().any(|ahead| ahead.target == target))
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

    /// The overlay that was made ahead of what is asked for. A scratch under another one can have no second.
    fn made_ahead(&self, request: &MountOverlayRequest) -> Result<Option<Ahead>, Status> {
        let Some(disk) = &request.scratch else {
            return Ok(None);
        };
        let scratch = disk_place("scratch", disk)?;
        let found = {
            let table = lock(&self.table);
            let mut known = table.ahead.iter();
            known.find(|ahead| ahead.scratch == scratch).cloned()
        };
        let Some(ahead) = found else {
            return Ok(None);
        };
        let mut lower = Vec::with_capacity(request.layers.len());
        for (index, layer) in request.layers.iter().enumerate() {
            lower.push(layer_place(index, layer)?);
        }
        if request.read_only || request.frozen || lower != ahead.lower {
            return Err(Status::already_exists(format!(
                "an overlay of other layers stands on {scratch}"
            )));
        }
        Ok(Some(ahead))
    }

    /// Freezes the scratch of an overlay that was mounted: another disk of the same content may come in its place.
    async fn freeze_ahead(&self, ahead: Ahead) -> Result<(), Status> {
        let _turn = self.turn.lock().await;
        let (place, lower) = (ahead.scratch.clone(), ahead.lower.clone());
        blocking("freeze", move || {
            let mut bytes = READ_AHEAD_BYTES;
            for layer in &lower {
                for folder in PROGRAM_FOLDERS {
                    read_files(&Path::new(layer).join(folder), &mut bytes);
                }
            }
            freeze(&place)
        })
        .await?;
        let mut table = lock(&self.table);
        table.frozen.insert(ahead.scratch.clone());
        table.ahead.push(ahead);
        Ok(())
    }

    /// Gives an overlay that was made ahead its target.
    async fn take_ahead(&self, ahead: Ahead, target: String) -> Result<(), Status> {
        let _turn = self.turn.lock().await;
        {
            // Whoever comes for it now finds it taken.
            let mut table = lock(&self.table);
            let before = table.ahead.len();
            table.ahead.retain(|known| known != &ahead);
            if table.ahead.len() == before {
                return Err(Status::already_exists(format!(
                    "the overlay on {} was taken",
                    ahead.scratch
                )));
            }
        }
        let (from, scratch) = (ahead.target.clone(), ahead.scratch.clone());
        let to = target.clone();
        let moved = blocking("mount", move || {
            thaw(&scratch)?;
            make_target(&to)?;
            move_mount(&from, &to)?;
            let _ = fs::remove_dir_all(short_names(&from));
            let _ = fs::remove_dir(&from);
            Ok(())
        })
        .await;
        let mut table = lock(&self.table);
        if let Err(status) = moved {
            // As it was, but for what was thawed: who has it unmounted finds it.
            table.ahead.push(ahead);
            return Err(status);
        }
        table.frozen.remove(&ahead.scratch);
        let parts = table.overlays.remove(&ahead.target).unwrap_or_default();
        table.overlays.insert(target, parts);
        Ok(())
    }

    /// @returns where the layers are mounted
    async fn mount_parts(
        &self,
        request: MountOverlayRequest,
        parts: &mut Vec<Mounted>,
    ) -> Result<Vec<String>, Status> {
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
        blocking("mount", move || {
            overlay(&target, &lower, upper.as_deref())?;
            Ok(lower)
        })
        .await
    }

    async fn mount_layer(
        &self,
        index: usize,
        layer: &LayerSource,
        parts: &mut Vec<Mounted>,
    ) -> Result<String, Status> {
        let place = layer_place(index, layer)?;
        if let Some(layer_source::Source::Disk(disk)) = &layer.source {
            let field = format!("layers[{index}].filesystem");
            let kind = filesystem(&field, &layer.filesystem)?;
            parts.push(self.mount_disk(disk, &place, kind, true, &[]).await?);
        }
        Ok(place)
    }
}

/// Where a layer is, or will be mounted.
fn layer_place(index: usize, layer: &LayerSource) -> Result<String, Status> {
    let field = format!("layers[{index}]");
    match &layer.source {
        Some(layer_source::Source::Path(path)) => {
            bounds::run_path(&format!("{field}.path"), path)?;
            if path.contains([':', ',', '\\']) {
                return Err(invalid(&field, format!("{path:?} holds one of : , \\")));
            }
            Ok(path.clone())
        }
        Some(layer_source::Source::Disk(disk)) => match &disk.source {
            Some(disk_source::Source::Pmem(pmem)) => Ok(format!("/run/lcow/pmem/{}", pmem.device)),
            _ => disk_place("layers", disk),
        },
        None => Err(invalid(&format!("{field}.source"), "missing")),
    }
}

/// Reads what a folder of a layer has, so that it is in memory when it is executed; nothing that a link leads to.
fn read_files(folder: &Path, bytes: &mut u64) {
    if !fs::canonicalize(folder).is_ok_and(|real| real == folder) {
        return;
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(found) = entry.metadata() else {
            continue;
        };
        if !found.is_file() || found.len() > *bytes {
            continue;
        }
        if let Ok(mut file) = fs::File::open(entry.path())
            && let Ok(length) = io::copy(&mut file, &mut io::sink())
        {
            *bytes -= length.min(*bytes);
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
    fn files_are_read_as_far_as_there_are_bytes_and_links_lead_nowhere() {
        let root = std::env::temp_dir().join(format!("lcow-read-{}", std::process::id()));
        let bin = root.join("bin");
        fs::create_dir_all(&bin).expect("a folder");
        let root = fs::canonicalize(&root).expect("its real name");
        let bin = root.join("bin");
        fs::write(bin.join("small"), [0; 100]).expect("a file");
        fs::write(bin.join("large"), [0; 1000]).expect("a file");
        std::os::unix::fs::symlink(bin.join("small"), bin.join("link")).expect("a link");
        std::os::unix::fs::symlink(&bin, root.join("sbin")).expect("a link");
        let read = |folder: &Path, bytes: u64| {
            let mut left = bytes;
            read_files(folder, &mut left);
            bytes - left
        };
        assert_eq!(read(&bin, 5000), 1100);
        assert_eq!(read(&bin, 999), 100);
        assert_eq!(read(&root.join("sbin"), 5000), 0);
        assert_eq!(read(&root.join("nothing"), 5000), 0);
        fs::remove_dir_all(&root).expect("no folder");
    }

    #[test]
    fn the_largest_overlay_of_disks_fits_a_page() {
        let lower: Vec<String> = (0..128)
            .map(|i| format!("/run/lcow/layers/{}-{}", i % 4, 63))
            .collect();
        assert!(overlay_options(&lower, Some("/run/lcow/scratch/3-63")).len() < PAGE);
    }
}
