//! Host folders: Plan 9 shares over virtio (one export, a folder a share) and over vsock (a connection a share).

use std::io;
use std::sync::Mutex;

use tonic::Status;

use super::mount::{bind, make_target, mount};
use super::{Mounted, Storage, blocking};
use crate::agent::lock;
use crate::boot::Platform;
use crate::bounds::{from_io, invalid};
use crate::proto::Plan9Share;

/// The mount tag under which QEMU exports the folder of all shares.
const PLAN9_TAG: &str = "lcow9p";
/// Where that folder is mounted once.
const PLAN9_ROOT: &str = "/run/lcow/plan9.root";

impl Storage {
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
}

/// Mounts QEMU's folder of shares once.
fn mount_share_root() -> Result<(), Status> {
    static MOUNTED: Mutex<bool> = Mutex::new(false);
    let mut mounted = lock(&MOUNTED);
    if *mounted {
        return Ok(());
    }
    make_target(PLAN9_ROOT)?;
    // cache=mmap: nothing is cached but what is mapped shared, which databases and package managers do.
    let data = "trans=virtio,version=9p2000.L,msize=262144,cache=mmap,access=client";
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
