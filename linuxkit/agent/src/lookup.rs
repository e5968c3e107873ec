//! Finding a program inside a root, as execvp(3) would there: PATH of the process's own environment, symbolic
//! links resolved within the root, never above it.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};

use crate::zygote::{Cause, Failure};

/// The search path of a process without PATH, as Docker gives it.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// PATH of an environment list; the last one counts.
pub fn path_of(env: &[String]) -> &str {
    env.iter()
        .rev()
        .find_map(|entry| entry.strip_prefix("PATH="))
        .unwrap_or(DEFAULT_PATH)
}

/// Opens `path` with `root` as the root of the whole resolution.
pub fn open_in_root(root: &impl AsRawFd, path: &str, flags: libc::c_int) -> io::Result<OwnedFd> {
    let path = CString::new(path)?;
    // SAFETY: an all-zero open_how is valid.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    how.flags = (flags | libc::O_CLOEXEC) as u64;
    if flags & libc::O_CREAT != 0 {
        how.mode = 0o644;
    }
    how.resolve = libc::RESOLVE_IN_ROOT;
    loop {
        // SAFETY: every pointer outlives the call and the size is the structure's.
        let fd = unsafe {
            libc::syscall(
                libc::SYS_openat2,
                root.as_raw_fd(),
                path.as_ptr(),
                &raw const how,
                size_of::<libc::open_how>(),
            )
        };
        if fd >= 0 {
            // SAFETY: `fd` was just made and belongs to nobody else.
            return Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) });
        }
        let error = io::Error::last_os_error();
        // EAGAIN: a rename raced with the resolution; the kernel asks to try again.
        if error.raw_os_error() != Some(libc::EAGAIN) {
            return Err(error);
        }
    }
}

/// The path, as seen inside `root`, of the program that `name` means.
pub fn find(root: &impl AsRawFd, name: &str, search: &str, cwd: &str) -> Result<String, Failure> {
    search_by(|path| executable(root, path), name, search, cwd)
}

/// The same for a process whose root is the one that is meant: one call a candidate.
pub fn find_here(name: &str, search: &str, cwd: &str) -> Result<String, Failure> {
    // Three folders of the usual path are below it; a share looks up anew what nobody has open.
    let _usr = File::options()
        .read(true)
        .custom_flags(libc::O_PATH)
        .open("/usr");
    search_by(
        |path| std::fs::metadata(path).map(|found| may_execute(found.mode())),
        name,
        search,
        cwd,
    )
}

fn search_by(
    executable: impl Fn(&str) -> io::Result<bool>,
    name: &str,
    search: &str,
    cwd: &str,
) -> Result<String, Failure> {
    if name.is_empty() {
        return Err(Failure::new(
            Cause::ExecNotFound,
            "cannot execute: no command was given",
        ));
    }
    let folders = if name.contains('/') { "" } else { search };
    let mut refused = None;
    for folder in folders.split(':') {
        let candidate = match folder {
            _ if name.starts_with('/') => name.to_owned(),
            "" => join(cwd, name),
            folder => join(folder, name),
        };
        match executable(&candidate) {
            Ok(true) => return Ok(candidate),
            Ok(false) => refused = refused.or(Some(candidate)),
            Err(error) if error.raw_os_error() == Some(libc::EACCES) => {
                refused = refused.or(Some(candidate));
            }
            Err(_) => {}
        }
    }
    Err(match refused {
        Some(path) => Failure::new(
            Cause::ExecNotPermitted,
            format!("cannot execute {path:?}: not an executable file"),
        ),
        None if name.contains('/') => Failure::new(
            Cause::ExecNotFound,
            format!("cannot execute {name:?}: no such file"),
        ),
        None => Failure::new(
            Cause::ExecNotFound,
            format!("cannot execute {name:?}: not found in PATH ({search})"),
        ),
    })
}

/// A found path in the form that execve(2) takes.
pub fn c_path(path: &str) -> Result<CString, Failure> {
    CString::new(path).map_err(|_| Failure::new(Cause::Invalid, "process.args[0]: a NUL inside"))
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

fn executable(root: &impl AsRawFd, path: &str) -> io::Result<bool> {
    let file = open_in_root(root, path, libc::O_PATH)?;
    // SAFETY: an all-zero stat is valid and written by the call.
    let mut stat: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: `file` is open and `stat` is writable.
    if unsafe { libc::fstat(file.as_raw_fd(), &mut stat) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(may_execute(stat.st_mode))
}

fn may_execute(mode: u32) -> bool {
    mode & libc::S_IFMT == libc::S_IFREG && mode & 0o111 != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn root() -> (tempfile::TempDir, fs::File) {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["bin", "usr/bin", "work", "bin/folder"] {
            fs::create_dir_all(folder.path().join(name)).expect("folders");
        }
        for (name, mode) in [
            ("bin/true", 0o755),
            ("bin/data", 0o644),
            ("work/run", 0o755),
        ] {
            let path = folder.path().join(name);
            fs::write(&path, "").expect("file");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
        }
        symlink("/bin/true", folder.path().join("usr/bin/yes")).expect("link");
        symlink("/../../../../bin/sh", folder.path().join("usr/bin/up")).expect("link");
        let file = fs::File::open(folder.path()).expect("root");
        (folder, file)
    }

    #[test]
    fn path_is_searched_in_order_and_links_stay_in_the_root() {
        let (_folder, root) = root();
        assert_eq!(
            find(&root, "true", "/usr/bin:/bin", "/").expect("found"),
            "/bin/true"
        );
        assert_eq!(
            find(&root, "yes", "/usr/bin:/bin", "/").expect("found"),
            "/usr/bin/yes"
        );
        // /bin/sh exists outside; inside it does not.
        assert_eq!(
            find(&root, "up", "/usr/bin", "/")
                .expect_err("missing")
                .cause,
            Cause::ExecNotFound
        );
    }

    #[test]
    fn a_name_with_a_slash_is_relative_to_the_working_folder() {
        let (_folder, root) = root();
        assert_eq!(
            find(&root, "./run", "/bin", "/work").expect("found"),
            "/work/./run"
        );
        assert_eq!(
            find(&root, "/work/run", "", "/").expect("found"),
            "/work/run"
        );
    }

    #[test]
    fn what_cannot_be_executed_is_told_from_what_is_missing() {
        let (_folder, root) = root();
        for name in ["data", "folder"] {
            assert_eq!(
                find(&root, name, "/bin", "/").expect_err("refused").cause,
                Cause::ExecNotPermitted
            );
        }
        assert_eq!(
            find(&root, "nothing", "/bin", "/")
                .expect_err("missing")
                .cause,
            Cause::ExecNotFound
        );
        assert_eq!(
            find(&root, "", "/bin", "/").expect_err("missing").cause,
            Cause::ExecNotFound
        );
    }

    #[test]
    fn the_last_path_of_an_environment_counts() {
        let env = ["PATH=/a".to_owned(), "X=1".to_owned(), "PATH=/b".to_owned()];
        assert_eq!(path_of(&env), "/b");
        assert_eq!(path_of(&[]), DEFAULT_PATH);
    }
}
