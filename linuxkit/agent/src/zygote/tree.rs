//! Mounts as descriptors (Linux 5.12): made or copied by one process, handed to another, attached there.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use crate::lookup;

pub const READ_ONLY: u64 = 0x1;
pub const NO_SUID: u64 = 0x2;
pub const NO_DEV: u64 = 0x4;
pub const NO_EXEC: u64 = 0x8;
pub const NO_ATIME: u64 = 0x10;
pub const STRICT_ATIME: u64 = 0x20;
pub const NO_DIR_ATIME: u64 = 0x80;
const ATIME: u64 = 0x70;

const OPEN_TREE_CLONE: libc::c_uint = 1;
const AT_RECURSIVE: libc::c_uint = 0x8000;
const FSCONFIG_SET_STRING: libc::c_uint = 1;
const FSCONFIG_CMD_CREATE: libc::c_uint = 6;
const FSOPEN_CLOEXEC: libc::c_uint = 1;
const FSMOUNT_CLOEXEC: libc::c_uint = 1;
const MOVE_MOUNT_F_EMPTY_PATH: libc::c_uint = 0x4;
const MOVE_MOUNT_T_EMPTY_PATH: libc::c_uint = 0x40;

/// mount_setattr(2).
#[repr(C)]
struct MountAttr {
    set: u64,
    clear: u64,
    propagation: u64,
    user_namespace: u64,
}

/// What a mount may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes {
    pub set: u64,
    pub clear: u64,
}

impl Attributes {
    pub const fn set(bits: u64) -> Self {
        Self {
            set: bits,
            clear: 0,
        }
    }

    fn is_empty(self) -> bool {
        self.set | self.clear == 0
    }
}

fn owned(result: libc::c_long) -> io::Result<OwnedFd> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel just made it for us.
    Ok(unsafe { OwnedFd::from_raw_fd(result as RawFd) })
}

fn done(result: libc::c_long) -> io::Result<()> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// A copy of what is mounted at `path`, attached nowhere; `whole` takes what is mounted below it along.
pub fn copy(path: &CStr, whole: bool) -> io::Result<OwnedFd> {
    let recursive = if whole { AT_RECURSIVE } else { 0 };
    let flags = OPEN_TREE_CLONE | libc::O_CLOEXEC as libc::c_uint | recursive;
    // SAFETY: the path outlives the call.
    owned(unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags) })
}

/// A new file system of type `kind`, attached nowhere.
pub fn make(
    kind: &CStr,
    parameters: &[(CString, CString)],
    attributes: u64,
) -> io::Result<OwnedFd> {
    // SAFETY: every string outlives its call; descriptors are open.
    unsafe {
        let context = owned(libc::syscall(
            libc::SYS_fsopen,
            kind.as_ptr(),
            FSOPEN_CLOEXEC,
        ))?;
        for (key, value) in parameters {
            done(libc::syscall(
                libc::SYS_fsconfig,
                context.as_raw_fd(),
                FSCONFIG_SET_STRING,
                key.as_ptr(),
                value.as_ptr(),
                0,
            ))?;
        }
        let none = std::ptr::null::<libc::c_char>();
        done(libc::syscall(
            libc::SYS_fsconfig,
            context.as_raw_fd(),
            FSCONFIG_CMD_CREATE,
            none,
            none,
            0,
        ))?;
        owned(libc::syscall(
            libc::SYS_fsmount,
            context.as_raw_fd(),
            FSMOUNT_CLOEXEC,
            attributes as libc::c_uint,
        ))
    }
}

/// Changes one mount, not those below it.
pub fn restrict(mount: &impl AsRawFd, attributes: Attributes) -> io::Result<()> {
    if attributes.is_empty() {
        return Ok(());
    }
    let mut clear = attributes.clear;
    if attributes.set & ATIME != 0 {
        clear |= ATIME;
    }
    set(mount, attributes.set, clear, 0, 0)
}

/// What is mounted there and below it tells nobody of its mounts, and hears of none.
pub fn make_private(mount: &impl AsRawFd) -> io::Result<()> {
    set(mount, 0, 0, libc::MS_PRIVATE, AT_RECURSIVE)
}

fn set(
    mount: &impl AsRawFd,
    set: u64,
    clear: u64,
    propagation: u64,
    flags: libc::c_uint,
) -> io::Result<()> {
    let attr = MountAttr {
        set,
        clear,
        propagation,
        user_namespace: 0,
    };
    // SAFETY: `attr` outlives the call and its size is given.
    done(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH as libc::c_uint | flags,
            &raw const attr,
            size_of::<MountAttr>(),
        )
    })
}

/// Attaches a mount that is attached nowhere, or moves one, to what `target` is open on.
pub fn attach(mount: &impl AsRawFd, target: &impl AsRawFd) -> io::Result<()> {
    // SAFETY: descriptors and literals.
    done(unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            mount.as_raw_fd(),
            c"".as_ptr(),
            target.as_raw_fd(),
            c"".as_ptr(),
            MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH,
        )
    })
}

/// Opens `path` below `root`, whatever links say, and makes what is missing of it: folders, at its end a file where
/// that is wanted. What is there is looked up once, for each name of a path costs a share three messages to the host.
pub fn mount_point(root: &impl AsRawFd, path: &str, file: bool) -> io::Result<OwnedFd> {
    match lookup::open_in_root(root, path, libc::O_PATH) {
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => {}
        found => return found,
    }
    let path = path.trim_end_matches('/');
    let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
    match name {
        "." => return mount_point(root, above, false),
        "" | ".." => return Err(io::ErrorKind::InvalidInput.into()),
        _ => {}
    }
    let above = if above.is_empty() { "/" } else { above };
    let parent = mount_point(root, above, false)?;
    let name = CString::new(name)?;
    if file {
        let flags = libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW | libc::O_CLOEXEC;
        // SAFETY: an open folder and a name that outlives the call.
        let made = unsafe { libc::openat(parent.as_raw_fd(), name.as_ptr(), flags, 0o644) };
        return owned(libc::c_long::from(made));
    }
    // SAFETY: as above.
    let made = unsafe { libc::mkdirat(parent.as_raw_fd(), name.as_ptr(), 0o755) };
    done(libc::c_long::from(made))?;
    lookup::open_in_root(root, path, libc::O_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_point_is_made_below_its_root_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/", folder.path().join("up")).expect("a link");
        let root = std::fs::File::open(folder.path()).expect("root");
        mount_point(&root, "/a/b", false).expect("a folder");
        mount_point(&root, "/up/c/file", true).expect("a file behind a link to the root");
        assert!(folder.path().join("a/b").is_dir());
        assert!(folder.path().join("c/file").is_file());
        assert!(
            mount_point(&root, "/a/../../x", false).is_err()
                || !folder.path().join("../x").exists()
        );
        // A link to what is missing is not followed by what makes it.
        std::os::unix::fs::symlink("/missing", folder.path().join("dangling")).expect("a link");
        assert!(mount_point(&root, "/dangling", true).is_err());
    }
}
