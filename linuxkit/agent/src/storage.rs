//! Disks, shares and file systems of the VM: finding devices as they appear, mounts that are shared and counted,
//! overlays that hold what they stand on.

use std::collections::HashMap;
use std::ffi::CString;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tonic::Status;

use crate::agent::lock;
use crate::boot::{self, Platform};
use crate::bounds::{self, from_io, internal, invalid};
use crate::modules::Modules;
use crate::proto::{
    DiskSource, LayerSource, MountOverlayRequest, MountRequest, Plan9Share, ScsiDisk, disk_source,
    layer_source, mount_request,
};
use crate::uevent::Devices;

/// hcsshim's SCSI controllers in order, as vmbus knows them.
const HYPERV_CONTROLLERS: [&str; 4] = [
    "df6d0690-79e5-55b6-a5ec-c1e2f77f580a",
    "0110f83b-de10-5172-a266-78bca56bf50a",
    "b5d2d8d4-3a75-51bf-945b-3444dc6b8579",
    "305891a9-b251-5dfe-91a2-c25d9212275b",
];
/// The mount tag under which QEMU exports the folder of all shares.
const PLAN9_TAG: &str = "lcow9p";
/// Where that folder is mounted once.
const PLAN9_ROOT: &str = "/run/lcow/plan9.root";
/// The kernel's limit of a mount's option string.
const PAGE: usize = 4096;
/// Layers of one overlay.
const MAX_LAYERS: usize = 128;

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
    /// What an overlay's target stands on, in mounting order.
    overlays: HashMap<String, Vec<Mounted>>,
}

pub struct Storage {
    platform: Platform,
    modules: Arc<Modules>,
    devices: Devices,
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
            table: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Loads the modules of `group` if they are not there yet.
    async fn need(&self, group: &'static str) -> Result<(), Status> {
        let modules = self.modules.clone();
        blocking("load modules", move || {
            modules.load(group);
            Ok(())
        })
        .await
    }

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
        if let Some(found) = self.find(disk) {
            return Ok(found);
        }
        self.need(group).await?;
        self.scan(disk).await?;
        self.devices
            .wait_for(bounds::MAX_WAIT, || self.find(disk))
            .await
            .ok_or_else(|| Status::not_found(format!("{described} did not appear")))
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
                Path::new(&path).exists().then_some(path)
            }
            disk_source::Source::Scsi(scsi) => {
                let block = format!("{}/block", self.scsi_device(scsi)?);
                let name = fs::read_dir(block).ok()?.flatten().next()?.file_name();
                let path = format!("/dev/{}", name.to_str()?);
                Path::new(&path).exists().then_some(path)
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
                let mut controllers: Vec<String> = boot::pci_devices("0x1af4")
                    .filter(|address| {
                        fs::read_to_string(format!("/sys/bus/pci/devices/{address}/device"))
                            .is_ok_and(|id| matches!(id.trim_end(), "0x1004" | "0x1048"))
                    })
                    .collect();
                controllers.sort_unstable();
                let folder = format!("/sys/bus/pci/devices/{}", controllers.get(controller)?);
                child(&child(&folder, "virtio")?, "host")
            }
        }
    }

    /// Flushes a disk and takes it out of the kernel.
    pub async fn detach(&self, disk: &DiskSource) -> Result<(), Status> {
        check_disk(disk)?;
        let Some(device) = self.find(disk) else {
            return Err(Status::not_found("no such disk"));
        };
        let delete = match &disk.source {
            Some(disk_source::Source::Scsi(scsi)) => self.scsi_device(scsi),
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
        if self.take(target, &source, true)? {
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

    /// Mounts a Plan 9 share at `target`.
    pub async fn mount_share(
        &self,
        share: &Plan9Share,
        target: &str,
        read_only: bool,
    ) -> Result<Mounted, Status> {
        let name = share.name.clone();
        if name.is_empty()
            || name.len() > 255
            || name.contains(['/', ',', '\0'])
            || name.starts_with('.')
        {
            return Err(invalid(
                "plan9.name",
                format!("{name:?} is not a share's name"),
            ));
        }
        self.need("9p").await?;
        let _turn = self.turn.lock().await;
        if self.take(target, &format!("9p {name} {read_only}"), true)? {
            let target_path = target.to_owned();
            let port = share.port;
            let platform = self.platform;
            let made = blocking("mount", move || match platform {
                Platform::Qemu => {
                    mount_share_root()?;
                    bind(&format!("{PLAN9_ROOT}/{name}"), &target_path, read_only)
                }
                Platform::HyperV => mount_share_vsock(&name, port, &target_path, read_only),
            })
            .await;
            self.settle(target, made)?;
        }
        Ok(Mounted {
            target: target.to_owned(),
        })
    }

    /// Notes a holder of `target`; true when it must be mounted now.
    fn take(&self, target: &str, source: &str, shared: bool) -> Result<bool, Status> {
        let mut table = lock(&self.table);
        if table.overlays.contains_key(target) {
            return Err(Status::already_exists(format!(
                "an overlay is mounted at {target}"
            )));
        }
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
        unmount_path(&held.target)?;
        table.mounts.remove(&held.target);
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

fn check_disk(disk: &DiskSource) -> Result<(), Status> {
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

fn filesystem(field: &str, name: &str) -> Result<&'static str, Status> {
    match name {
        "" | "ext4" => Ok("ext4"),
        "erofs" => Ok("erofs"),
        "squashfs" => Ok("squashfs"),
        "xfs" => Ok("xfs"),
        other => Err(invalid(
            field,
            format!("{other:?} is none of ext4, erofs, squashfs, xfs"),
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

/// The folder in `folder` whose name begins with `prefix` and goes on with digits.
fn child(folder: &str, prefix: &str) -> Option<String> {
    fs::read_dir(folder).ok()?.flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let number = name.strip_prefix(prefix)?;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| format!("{folder}/{name}"))
    })
}

/// mount(2).
fn mount(
    source: &str,
    target: &str,
    kind: &str,
    flags: libc::c_ulong,
    data: &str,
) -> io::Result<()> {
    let (source, target, kind, data) = (
        CString::new(source)?,
        CString::new(target)?,
        CString::new(kind)?,
        CString::new(data)?,
    );
    // SAFETY: all pointers are NUL-terminated strings that outlive the call.
    let result = unsafe {
        libc::mount(
            source.as_ptr(),
            target.as_ptr(),
            kind.as_ptr(),
            flags,
            data.as_ptr().cast(),
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn make_target(target: &str) -> Result<(), Status> {
    fs::create_dir_all(target).map_err(|error| from_io(&format!("make {target}"), &error))?;
    // A link in a layer or a share must not lead the mount elsewhere.
    match fs::canonicalize(target) {
        Ok(real) if real == Path::new(target) => Ok(()),
        _ => Err(invalid("target", format!("{target:?} leads elsewhere"))),
    }
}

fn mount_block(
    device: &str,
    target: &str,
    kind: &str,
    read_only: bool,
    options: &str,
) -> Result<(), Status> {
    make_target(target)?;
    let mut data = String::new();
    // Device nodes stay usable: a container's overlay has flags of its own.
    let mut flags = libc::MS_NOATIME;
    if read_only {
        flags |= libc::MS_RDONLY;
        if kind == "ext4" {
            data.push_str("noload");
        }
    }
    if !options.is_empty() {
        if !data.is_empty() {
            data.push(',');
        }
        data.push_str(options);
    }
    mount(device, target, kind, flags, &data)
        .map_err(|error| from_io(&format!("mount {device} ({kind}) at {target}"), &error))
}

fn mount_tmpfs(target: &str, size: u64) -> Result<(), Status> {
    make_target(target)?;
    let data = if size == 0 {
        "mode=0755".to_owned()
    } else {
        format!("mode=0755,size={size}")
    };
    mount("tmpfs", target, "tmpfs", 0, &data)
        .map_err(|error| from_io(&format!("mount a tmpfs at {target}"), &error))
}

fn bind(source: &str, target: &str, read_only: bool) -> Result<(), Status> {
    let described = format!("bind {source} at {target}");
    let folder = fs::metadata(source)
        .map_err(|error| from_io(&described, &error))?
        .is_dir();
    if folder {
        make_target(target)?;
    } else {
        if let Some(parent) = Path::new(target).parent().and_then(Path::to_str) {
            make_target(parent)?;
        }
        fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(target)
            .map_err(|error| from_io(&described, &error))?;
    }
    mount(source, target, "", libc::MS_BIND | libc::MS_REC, "")
        .and_then(|()| {
            if read_only {
                let flags = libc::MS_BIND | libc::MS_REMOUNT | libc::MS_RDONLY;
                mount("", target, "", flags, "").inspect_err(|_| drop(unmount_path(target)))
            } else {
                Ok(())
            }
        })
        .map_err(|error| from_io(&described, &error))
}

/// Mounts QEMU's folder of shares once.
fn mount_share_root() -> Result<(), Status> {
    static MOUNTED: Mutex<bool> = Mutex::new(false);
    let mut mounted = lock(&MOUNTED);
    if *mounted {
        return Ok(());
    }
    make_target(PLAN9_ROOT)?;
    let data = "trans=virtio,version=9p2000.L,msize=262144,cache=none,access=client";
    mount(PLAN9_TAG, PLAN9_ROOT, "9p", 0, data)
        .map_err(|error| from_io("mount the folder of Plan 9 shares", &error))?;
    *mounted = true;
    Ok(())
}

/// Mounts one share of Hyper-V: a connection to `port` of the host, handed to the file system as descriptors.
fn mount_share_vsock(name: &str, port: u32, target: &str, read_only: bool) -> Result<(), Status> {
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    make_target(target)?;
    let port = if port == 0 { 564 } else { port };
    let described = format!("mount share {name:?} over vsock port {port}");
    // SAFETY: the socket is checked before it is owned; the address outlives connect.
    let socket = unsafe {
        let fd = libc::socket(libc::AF_VSOCK, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0);
        if fd < 0 {
            return Err(from_io(&described, &io::Error::last_os_error()));
        }
        let socket = OwnedFd::from_raw_fd(fd);
        let mut address: libc::sockaddr_vm = std::mem::zeroed();
        address.svm_family = libc::AF_VSOCK as u16;
        address.svm_cid = libc::VMADDR_CID_HOST;
        address.svm_port = port;
        let size = size_of::<libc::sockaddr_vm>() as u32;
        if libc::connect(fd, (&raw const address).cast(), size) < 0 {
            return Err(from_io(&described, &io::Error::last_os_error()));
        }
        socket
    };
    let fd = socket.as_raw_fd();
    let data = format!("trans=fd,rfdno={fd},wfdno={fd},version=9p2000.L,msize=65536,aname={name}");
    let flags = if read_only { libc::MS_RDONLY } else { 0 };
    mount(target, target, "9p", flags, &data).map_err(|error| from_io(&described, &error))
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

/// umount2(2), never lazily; the folder goes too.
fn unmount_path(target: &str) -> Result<(), Status> {
    let path = CString::new(target).map_err(|error| invalid("target", error))?;
    // SAFETY: a NUL-terminated string that outlives the call.
    if unsafe { libc::umount2(path.as_ptr(), libc::UMOUNT_NOFOLLOW) } < 0 {
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(libc::EINVAL) {
            return Err(from_io(&format!("unmount {target}"), &error));
        }
    }
    if fs::remove_dir(target).is_err() && Path::new(target).is_file() {
        let _ = fs::remove_file(target);
    }
    Ok(())
}

/// Discards the free blocks of the file system at `target` (FITRIM); gives the bytes trimmed.
pub fn trim(target: &str) -> Result<u64, Status> {
    use std::os::fd::AsRawFd;
    #[repr(C)]
    struct Range {
        start: u64,
        length: u64,
        minimum: u64,
    }
    const FITRIM: libc::c_ulong = 0xc018_5879;
    let folder =
        fs::File::open(target).map_err(|error| from_io(&format!("trim {target}"), &error))?;
    let mut range = Range {
        start: 0,
        length: u64::MAX,
        minimum: 0,
    };
    // SAFETY: an ioctl on an open folder; `range` has the kernel's layout (struct fstrim_range) and is writable.
    if unsafe { libc::ioctl(folder.as_raw_fd(), FITRIM, &raw mut range) } < 0 {
        return Err(from_io(
            &format!("trim {target}"),
            &io::Error::last_os_error(),
        ));
    }
    Ok(range.length)
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
