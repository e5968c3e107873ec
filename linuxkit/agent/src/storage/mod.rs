//! Disks, shares and file systems of the VM: finding devices as they appear, mounts that are shared and counted,
//! overlays that hold what they stand on.

mod disk;
mod mount;
mod overlay;
mod share;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::{Arc, Mutex};

use tonic::Status;

use crate::agent::lock;
use crate::boot::Platform;
use crate::bounds::{self, internal, invalid};
use crate::modules::Modules;
use crate::proto::{DiskSource, MountRequest, disk_source, mount_request};
use crate::uevent::Devices;

use mount::{bind, freeze, mount_block, mount_quiet, mount_tmpfs, thaw, unmount_path};
pub use mount::{mount, trim};
use overlay::Ahead;

/// A mount that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    target: String,
}

#[derive(Debug)]
struct Held {
    count: usize,
    /// What identifies the source, so that a target is never shared by two.
    source: String,
}

#[derive(Default)]
struct Table {
    /// Mounts by target.
    mounts: HashMap<String, Held>,
    /// Those of `mounts` that are frozen, for an overlay to come; nobody else may hold them.
    frozen: HashSet<String>,
    /// What an overlay's target stands on, in mounting order.
    overlays: HashMap<String, Vec<Mounted>>,
    /// Those of `overlays` that were made ahead of their containers, each on a frozen scratch.
    ahead: Vec<Ahead>,
}

pub struct Storage {
    platform: Platform,
    modules: Arc<Modules>,
    devices: Devices,
    /// By controller and LUN: a disk's folder in sysfs, and its device.
    known: Mutex<HashMap<(u32, u32), (String, String)>>,
    table: Mutex<Table>,
    /// One mount or unmount of a shared target at a time.
    turn: tokio::sync::Mutex<()>,
}

/// Runs blocking work away from the runtime's thread.
async fn blocking<T: Send + 'static>(
    op: &str,
    work: impl FnOnce() -> Result<T, Status> + Send + 'static,
) -> Result<T, Status> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| internal(op, error))?
}

impl Storage {
    pub fn new(platform: Platform, modules: Arc<Modules>, devices: Devices) -> Self {
        Self {
            platform,
            modules,
            devices,
            known: Mutex::default(),
            table: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Loads the modules of `group` if they are not there yet.
    async fn need(&self, group: &'static str) -> Result<(), Status> {
        if self.modules.complete() {
            return Ok(());
        }
        let modules = self.modules.clone();
        blocking("load modules", move || {
            modules.load(group);
            Ok(())
        })
        .await
    }

    /// Mounts what the host names.
    pub async fn mount(&self, request: MountRequest) -> Result<(), Status> {
        bounds::run_path("target", &request.target)?;
        bounds::count("options", request.options.len(), 32)?;
        for option in &request.options {
            if option.is_empty() || option.len() > 256 || option.contains([',', '\0']) {
                return Err(invalid(
                    "options",
                    format!("{option:?} is not one option of 1..256 bytes"),
                ));
            }
        }
        let target = request.target;
        match request.source {
            Some(mount_request::Source::Disk(disk)) => {
                let kind = filesystem("filesystem", &request.filesystem)?;
                if request.frozen {
                    return self.mount_frozen(&disk, &target, kind).await;
                }
                self.mount_disk(&disk, &target, kind, request.read_only, &request.options)
                    .await?;
            }
            Some(mount_request::Source::Plan9(share)) => {
                self.mount_share(&share, &target, request.read_only).await?;
            }
            Some(mount_request::Source::Bind(source)) => {
                bounds::path("bind", &source)?;
                let _turn = self.turn.lock().await;
                self.take(&target, &format!("bind {source}"), false)?;
                let read_only = request.read_only;
                let made = {
                    let target = target.clone();
                    blocking("mount", move || bind(&source, &target, read_only)).await
                };
                self.settle(&target, made)?;
            }
            Some(mount_request::Source::Tmpfs(tmpfs)) => {
                let size = tmpfs.size_bytes;
                let _turn = self.turn.lock().await;
                self.take(&target, "tmpfs", false)?;
                let made = {
                    let target = target.clone();
                    blocking("mount", move || mount_tmpfs(&target, size)).await
                };
                self.settle(&target, made)?;
            }
            None => return Err(invalid("source", "missing")),
        }
        Ok(())
    }

    /// Mounts a disk at `target`, or counts one more holder when it is mounted there already.
    pub async fn mount_disk(
        &self,
        disk: &DiskSource,
        target: &str,
        kind: &'static str,
        read_only: bool,
        options: &[String],
    ) -> Result<Mounted, Status> {
        let device = self.device(disk).await?;
        self.need(kind).await?;
        let _turn = self.turn.lock().await;
        let source = format!("{device} {kind} {read_only} {}", options.join(","));
        if self.is_frozen(target, &source) {
            self.melt(target).await?;
        } else if self.take(target, &source, true)? {
            let options = options.join(",");
            let made = {
                let target = target.to_owned();
                blocking("mount", move || {
                    mount_block(&device, &target, kind, read_only, &options)
                })
                .await
            };
            self.settle(target, made)?;
        }
        Ok(Mounted {
            target: target.to_owned(),
        })
    }

    /// Mounts a disk for an overlay's scratch to come and freezes it: what is mounted there then may be another disk with
    /// the same content, so nothing may be written before.
    async fn mount_frozen(
        &self,
        disk: &DiskSource,
        target: &str,
        kind: &'static str,
    ) -> Result<(), Status> {
        let device = self.device(disk).await?;
        self.need(kind).await?;
        let _turn = self.turn.lock().await;
        let source = format!("{device} {kind} false ");
        if !self.take(target, &source, false)? {
            return Err(internal("mount", "a mount was shared"));
        }
        let made = {
            let target = target.to_owned();
            blocking("mount", move || {
                mount_quiet(&device, &target, kind)?;
                freeze(&target).inspect_err(|_| drop(unmount_path(&target)))
            })
            .await
        };
        self.settle(target, made)?;
        lock(&self.table).frozen.insert(target.to_owned());
        Ok(())
    }

    fn is_frozen(&self, target: &str, source: &str) -> bool {
        let table = lock(&self.table);
        table.frozen.contains(target)
            && table
                .mounts
                .get(target)
                .is_some_and(|held| held.source == source)
    }

    /// Unmounts what is frozen of a disk that is to leave.
    async fn forget_frozen(&self, disk: &DiskSource) -> Result<(), Status> {
        let target = disk_place("scratch", disk)?;
        if !lock(&self.table).frozen.contains(&target) {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        let above = {
            let table = lock(&self.table);
            let mut ahead = table.ahead.iter();
            ahead
                .find(|ahead| ahead.scratch == target)
                .map(|ahead| ahead.target.clone())
        };
        match above {
            Some(overlay) => self.forget_overlay(&overlay),
            None => self.release(Mounted { target }),
        }
    }

    /// Makes a frozen mount one as others, which its holder has for itself.
    async fn melt(&self, target: &str) -> Result<(), Status> {
        let place = target.to_owned();
        blocking("thaw", move || thaw(&place)).await?;
        lock(&self.table).frozen.remove(target);
        Ok(())
    }

    /// Notes a holder of `target`; true when it must be mounted now.
    fn take(&self, target: &str, source: &str, shared: bool) -> Result<bool, Status> {
        let mut table = lock(&self.table);
        if table.overlays.contains_key(target) {
            return Err(Status::already_exists(format!(
                "an overlay is mounted at {target}"
            )));
        }
        let shared = shared && !table.frozen.contains(target);
        match table.mounts.get_mut(target) {
            None => {
                let held = Held {
                    count: 1,
                    source: source.to_owned(),
                };
                table.mounts.insert(target.to_owned(), held);
                Ok(true)
            }
            Some(held) if shared && held.source == source => {
                held.count += 1;
                Ok(false)
            }
            Some(held) => Err(Status::already_exists(format!(
                "{:?} is mounted at {target}",
                held.source
            ))),
        }
    }

    /// Forgets `target` again when its mount failed.
    fn settle<T>(&self, target: &str, made: Result<T, Status>) -> Result<T, Status> {
        if made.is_err() {
            lock(&self.table).mounts.remove(target);
            let _ = fs::remove_dir(target);
        }
        made
    }

    /// Gives a held mount back; the last holder's return unmounts it. Blocks.
    pub fn release(&self, held: Mounted) -> Result<(), Status> {
        let mut table = lock(&self.table);
        let Some(entry) = table.mounts.get_mut(&held.target) else {
            return Ok(());
        };
        if entry.count > 1 {
            entry.count -= 1;
            return Ok(());
        }
        if table.frozen.contains(&held.target) {
            // What is frozen stays, unseen, after its last unmount.
            thaw(&held.target)?;
            table.frozen.remove(&held.target);
        }
        unmount_path(&held.target)?;
        table.mounts.remove(&held.target);
        Ok(())
    }

    /// Unmounts a container's root: an overlay with all it stands on, or a share or a disk; and the view that an
    /// overlay lay over. Nothing when there is none. Blocks.
    pub fn forget_root(&self, target: &str) -> Result<(), Status> {
        self.forget_overlay(target)?;
        for target in [target.to_owned(), format!("{target}.view")] {
            self.release(Mounted { target })?;
        }
        Ok(())
    }

    /// Unmounts `target`: an overlay with all it stands on, or one holder's mount.
    pub async fn unmount(self: &Arc<Self>, target: &str) -> Result<(), Status> {
        bounds::run_path("target", target)?;
        let _turn = self.turn.lock().await;
        let storage = self.clone();
        let target = target.to_owned();
        blocking("unmount", move || {
            let (overlay, mounted) = {
                let table = lock(&storage.table);
                (
                    table.overlays.contains_key(&target),
                    table.mounts.contains_key(&target),
                )
            };
            if overlay {
                storage.forget_overlay(&target)
            } else if mounted {
                storage.release(Mounted { target })
            } else {
                Err(Status::not_found(format!("nothing is mounted at {target}")))
            }
        })
        .await
    }

    /// Unmounts everything, last first, at the end of the VM. Blocks.
    pub fn unmount_all(&self) {
        let overlays: Vec<String> = lock(&self.table).overlays.keys().cloned().collect();
        for target in overlays {
            let _ = self.forget_overlay(&target);
        }
        let mounts: Vec<String> = lock(&self.table).mounts.keys().cloned().collect();
        for target in mounts {
            let _ = unmount_path(&target);
        }
    }
}

/// A disk's file system by the contract's name.
pub fn filesystem(field: &str, name: &str) -> Result<&'static str, Status> {
    match name {
        // The driver of ext4 reads the older ones too.
        "" | "ext2" | "ext3" | "ext4" => Ok("ext4"),
        "erofs" => Ok("erofs"),
        "squashfs" => Ok("squashfs"),
        "xfs" => Ok("xfs"),
        other => Err(invalid(
            field,
            format!("{other:?} is none of ext2, ext3, ext4, erofs, squashfs, xfs"),
        )),
    }
}

fn disk_place(folder: &str, disk: &DiskSource) -> Result<String, Status> {
    match &disk.source {
        Some(disk_source::Source::Scsi(scsi)) => Ok(format!(
            "/run/lcow/{folder}/{}-{}",
            scsi.controller, scsi.lun
        )),
        Some(disk_source::Source::Pmem(pmem)) => {
            Ok(format!("/run/lcow/{folder}/pmem{}", pmem.device))
        }
        None => Err(invalid("disk.source", "missing")),
    }
}
