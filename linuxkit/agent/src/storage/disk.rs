//! Disks: their devices as they appear, by controller and place, and their leave.

use std::fs;
use std::path::Path;

use tonic::Status;

use super::{Storage, blocking};
use crate::agent::lock;
use crate::boot::{self, Platform};
use crate::bounds::{self, from_io, internal, invalid};
use crate::proto::{DiskSource, ScsiDisk, disk_source};

/// hcsshim's SCSI controllers in order, as vmbus knows them.
const HYPERV_CONTROLLERS: [&str; 4] = [
    "df6d0690-79e5-55b6-a5ec-c1e2f77f580a",
    "0110f83b-de10-5172-a266-78bca56bf50a",
    "b5d2d8d4-3a75-51bf-945b-3444dc6b8579",
    "305891a9-b251-5dfe-91a2-c25d9212275b",
];

impl Storage {
    /// Waits for the disk's block device, at most 30 s (or the call's deadline).
    pub async fn device(&self, disk: &DiskSource) -> Result<String, Status> {
        check_disk(disk)?;
        let (group, described) = match &disk.source {
            Some(disk_source::Source::Scsi(scsi)) => (
                "scsi",
                format!("scsi disk controller {} lun {}", scsi.controller, scsi.lun),
            ),
            Some(disk_source::Source::Pmem(pmem)) => {
                ("pmem", format!("pmem device {}", pmem.device))
            }
            None => return Err(invalid("disk.source", "missing")),
        };
        if let Some(found) = self.known(disk).or_else(|| self.find(disk)) {
            self.remember(disk, &found);
            return Ok(found);
        }
        self.need(group).await?;
        self.scan(disk).await?;
        let found = self
            .devices
            .wait_for(bounds::MAX_WAIT, || self.find(disk))
            .await
            .ok_or_else(|| Status::not_found(format!("{described} did not appear")))?;
        self.remember(disk, &found);
        Ok(found)
    }

    /// The device that was found in this place before, if it is there yet: no search, and no look whether it opens.
    fn known(&self, disk: &DiskSource) -> Option<String> {
        let known = lock(&self.known);
        let (folder, device) = known.get(&place(disk)?)?;
        Path::new(folder).exists().then(|| device.clone())
    }

    /// Notes where a place's device is, which is the same for every disk that comes there until it is detached.
    fn remember(&self, disk: &DiskSource, device: &str) {
        let Some(place) = place(disk) else { return };
        if lock(&self.known).contains_key(&place) {
            return;
        }
        let name = device.trim_start_matches("/dev/");
        let Ok(folder) = fs::canonicalize(format!("/sys/class/block/{name}")) else {
            return;
        };
        if let Some(folder) = folder.to_str() {
            let found = (folder.to_owned(), device.to_owned());
            lock(&self.known).insert(place, found);
        }
    }

    /// Asks one place of a controller for its disk. On QEMU the kernel scans nothing by itself (modules.rs): a disk
    /// that was there before its driver would not be found otherwise; one that comes later announces itself.
    async fn scan(&self, disk: &DiskSource) -> Result<(), Status> {
        let Some(disk_source::Source::Scsi(scsi)) = &disk.source else {
            return Ok(());
        };
        if self.platform != Platform::Qemu || self.find(disk).is_some() {
            return Ok(());
        }
        let Some(host) = self.scsi_host(scsi.controller as usize) else {
            return Ok(());
        };
        let Some(name) = host.rsplit('/').next().map(str::to_owned) else {
            return Ok(());
        };
        let lun = scsi.lun;
        blocking("scan a SCSI controller", move || {
            fs::write(
                format!("/sys/class/scsi_host/{name}/scan"),
                format!("0 0 {lun}"),
            )
            .map_err(|error| internal("scan a SCSI controller", error))
        })
        .await
    }

    fn find(&self, disk: &DiskSource) -> Option<String> {
        match disk.source.as_ref()? {
            disk_source::Source::Pmem(pmem) => {
                let path = format!("/dev/pmem{}", pmem.device);
                opens(&path).then_some(path)
            }
            disk_source::Source::Scsi(scsi) => {
                let block = format!("{}/block", self.scsi_device(scsi)?);
                let name = fs::read_dir(block).ok()?.flatten().next()?.file_name();
                let path = format!("/dev/{}", name.to_str()?);
                opens(&path).then_some(path)
            }
        }
    }

    /// The disk's folder in sysfs.
    fn scsi_device(&self, disk: &ScsiDisk) -> Option<String> {
        let host = self.scsi_host(disk.controller as usize)?;
        let number = host.rsplit_once("host")?.1.to_owned();
        let path = format!("/sys/bus/scsi/devices/{number}:0:0:{}", disk.lun);
        Path::new(&path).exists().then_some(path)
    }

    fn scsi_host(&self, controller: usize) -> Option<String> {
        match self.platform {
            Platform::HyperV => {
                let folder = format!(
                    "/sys/bus/vmbus/devices/{}",
                    HYPERV_CONTROLLERS.get(controller)?
                );
                child(&folder, "host")
            }
            Platform::Qemu => {
                let controllers = boot::virtio_devices(8);
                child(controllers.get(controller)?.to_str()?, "host")
            }
        }
    }

    /// Flushes a disk and, unless its device is to stay for another one, takes it out of the kernel. What was read of it
    /// is forgotten when the last user closes it.
    pub async fn detach(&self, disk: &DiskSource, keep: bool) -> Result<(), Status> {
        check_disk(disk)?;
        self.forget_frozen(disk).await?;
        let found = self.find(disk);
        if !keep && let Some(place) = place(disk) {
            lock(&self.known).remove(&place);
        }
        let Some(device) = found else {
            return Err(Status::not_found("no such disk"));
        };
        let delete = match &disk.source {
            Some(disk_source::Source::Scsi(scsi)) if !keep => self.scsi_device(scsi),
            _ => None,
        };
        blocking("detach", move || {
            // Opening for itself alone fails while anything is mounted from it.
            let file = fs::OpenOptions::new()
                .read(true)
                .custom_exclusive()
                .open(&device)
                .map_err(|error| from_io(&format!("detach {device}"), &error))?;
            let _ = file.sync_all();
            drop(file);
            if let Some(folder) = delete {
                fs::write(format!("{folder}/delete"), "1")
                    .map_err(|error| from_io(&format!("detach {device}"), &error))?;
            }
            Ok(())
        })
        .await
    }
}

/// `O_EXCL` without `O_CREAT` on a block device: fails with EBUSY while it is mounted.
trait Exclusive {
    fn custom_exclusive(&mut self) -> &mut Self;
}

impl Exclusive for fs::OpenOptions {
    fn custom_exclusive(&mut self) -> &mut Self {
        use std::os::unix::fs::OpenOptionsExt;
        self.custom_flags(libc::O_EXCL)
    }
}

/// Controller and LUN.
fn place(disk: &DiskSource) -> Option<(u32, u32)> {
    match &disk.source {
        Some(disk_source::Source::Scsi(scsi)) => Some((scsi.controller, scsi.lun)),
        _ => None,
    }
}

pub(super) fn check_disk(disk: &DiskSource) -> Result<(), Status> {
    match &disk.source {
        Some(disk_source::Source::Scsi(scsi)) => {
            bounds::at_most("scsi.controller", scsi.controller.into(), 3)?;
            bounds::at_most("scsi.lun", scsi.lun.into(), 63)
        }
        Some(disk_source::Source::Pmem(pmem)) => {
            bounds::at_most("pmem.device", pmem.device.into(), 127)
        }
        None => Err(invalid("disk.source", "missing")),
    }
}

/// Whether a block device can be used. The kernel shows its name, in sysfs and in /dev, before it can be opened
/// (ENXIO until then), and tells of it when it can.
fn opens(path: &str) -> bool {
    fs::File::open(path).is_ok()
}

/// The folder in `folder` whose name begins with `prefix` and goes on with digits.
fn child(folder: &str, prefix: &str) -> Option<String> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let number = name.strip_prefix(prefix)?;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| format!("{folder}/{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_out_of_range_are_refused() {
        let scsi = |controller, lun| DiskSource {
            source: Some(disk_source::Source::Scsi(ScsiDisk { controller, lun })),
        };
        assert!(check_disk(&scsi(3, 63)).is_ok());
        assert!(check_disk(&scsi(4, 0)).is_err());
        assert!(check_disk(&scsi(0, 64)).is_err());
        assert!(check_disk(&DiskSource { source: None }).is_err());
    }
}
