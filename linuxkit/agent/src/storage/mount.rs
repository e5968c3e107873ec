//! mount(2), umount(2) and FITRIM with the checks that every target needs.

use std::ffi::CString;
use std::fs;
use std::io;
use std::path::Path;

use tonic::Status;

use crate::bounds::{from_io, invalid};

/// mount(2).
pub fn mount(
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

pub(super) fn make_target(target: &str) -> Result<(), Status> {
    fs::create_dir_all(target).map_err(|error| from_io(&format!("make {target}"), &error))?;
    // A link in a layer or a share must not lead the mount elsewhere.
    match fs::canonicalize(target) {
        Ok(real) if real == Path::new(target) => Ok(()),
        _ => Err(invalid("target", format!("{target:?} leads elsewhere"))),
    }
}

pub(super) fn mount_block(
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

/// Mounts a file system to write to, of which nothing is read ahead of need, where the driver can be told that.
pub(super) fn mount_quiet(device: &str, target: &str, kind: &str) -> Result<(), Status> {
    match kind {
        "ext4" => mount_block(device, target, kind, false, "no_prefetch_block_bitmaps")
            .or_else(|_| mount_block(device, target, kind, false, "")),
        _ => mount_block(device, target, kind, false, ""),
    }
}

/// Moves what is mounted at `from`; nothing that is open in it notices.
pub(super) fn move_mount(from: &str, to: &str) -> Result<(), Status> {
    mount(from, to, "none", libc::MS_MOVE, "")
        .map_err(|error| from_io(&format!("move what is mounted at {from} to {to}"), &error))
}

const FIFREEZE: libc::c_ulong = 0xc004_5877;
const FITHAW: libc::c_ulong = 0xc004_5878;

/// Writes what is to be written to the file system at `target`; from then on whoever writes to it waits.
pub(super) fn freeze(target: &str) -> Result<(), Status> {
    control(target, FIFREEZE).map_err(|error| from_io(&format!("freeze {target}"), &error))
}

/// Undoes freeze().
pub(super) fn thaw(target: &str) -> Result<(), Status> {
    control(target, FITHAW).map_err(|error| from_io(&format!("thaw {target}"), &error))
}

/// An ioctl on a file system's root that has no argument to speak of.
fn control(target: &str, request: libc::c_ulong) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let folder = fs::File::open(target)?;
    // SAFETY: an ioctl on an open folder; FIFREEZE and FITHAW read no argument.
    if unsafe { libc::ioctl(folder.as_raw_fd(), request, 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

pub(super) fn mount_tmpfs(target: &str, size: u64) -> Result<(), Status> {
    make_target(target)?;
    let data = if size == 0 {
        "mode=0755".to_owned()
    } else {
        format!("mode=0755,size={size}")
    };
    mount("tmpfs", target, "tmpfs", 0, &data)
        .map_err(|error| from_io(&format!("mount a tmpfs at {target}"), &error))
}

pub(super) fn bind(source: &str, target: &str, read_only: bool) -> Result<(), Status> {
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

/// umount2(2), never lazily; the folder goes too.
pub(super) fn unmount_path(target: &str) -> Result<(), Status> {
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
