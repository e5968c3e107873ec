//! A worker's third job: tar streams in and out of a container's root, and what stands at a path of it. The worker makes that root its own
//! before it touches a path, so no link in the container or in the stream leads out of it.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Cause, Failure, Reply, wire};

#[derive(Debug, Serialize, Deserialize)]
pub struct Files {
    /// Folder of the VM that becomes the root: /proc/<pid>/root or a container's rootfs; "/" for the VM.
    pub root: String,
    /// Path inside that root.
    pub path: String,
    pub direction: Direction,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Direction {
    /// The descriptor gives a tar that is unpacked into the folder `path`.
    In,
    /// What stands at `path`, and then `path` is packed into the descriptor under its last name.
    Out,
    /// What stands at `path`.
    Stat,
}

/// What stands at a path; a symbolic link is told, not followed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    pub name: String,
    pub mode: u32,
    pub size: u64,
    pub link_target: String,
    pub mtime_ns: i64,
}

/// Copies or looks; a copy's reply counts the stream's bytes.
pub fn serve(request: &Files, fds: Vec<OwnedFd>) -> Result<Reply, Failure> {
    let mut fds = fds.into_iter();
    let mut pipe = || {
        fds.next()
            .map(File::from)
            .ok_or_else(|| Failure::other("a descriptor is missing"))
    };
    std::os::unix::fs::chroot(&request.root)
        .and_then(|()| std::env::set_current_dir("/"))
        .map_err(|error| Failure::io("enter the container's root", &error))?;
    let path = Path::new(&request.path);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(
            Cause::NotFound,
            format!("no such path {:?} in the container", request.path),
        ),
        _ => Failure::new(
            Cause::Invalid,
            format!("cannot copy {:?}: {error}", request.path),
        ),
    };
    let bytes = match request.direction {
        Direction::In => unpack(pipe()?, path),
        Direction::Out => pack(pipe()?, path),
        Direction::Stat => return found(path).map(Reply::Found).map_err(failed),
    }
    .map_err(failed)?;
    Ok(Reply::Copied { bytes })
}

fn found(path: &Path) -> io::Result<Found> {
    let stat = std::fs::symlink_metadata(path)?;
    let mut link_target = String::new();
    if stat.is_symlink() {
        let target = std::fs::read_link(path)?;
        // As Docker tells it: absolute in the container.
        let parent = path.parent().unwrap_or(Path::new("/"));
        link_target = absolute(&parent.join(target));
    }
    Ok(Found {
        name: path.file_name().map_or_else(
            || "/".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        ),
        mode: stat.mode(),
        size: stat.size(),
        link_target,
        mtime_ns: stat.mtime().saturating_mul(1_000_000_000) + stat.mtime_nsec(),
    })
}

/// A path without `.` and `..`, by its text.
fn absolute(path: &Path) -> String {
    let mut plain = PathBuf::from("/");
    for part in path.components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir => {
                plain.pop();
            }
            _ => {}
        }
    }
    plain.to_string_lossy().into_owned()
}

struct Counted<T> {
    inner: T,
    bytes: u64,
}

impl<T: Read> Read for Counted<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.bytes += length as u64;
        Ok(length)
    }
}

impl<T: Write> Write for Counted<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(bytes)?;
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn unpack(pipe: File, path: &Path) -> io::Result<u64> {
    if !std::fs::metadata(path)?.is_dir() {
        return Err(io::Error::other("not a folder"));
    }
    let mut stream = Counted {
        inner: pipe,
        bytes: 0,
    };
    let mut archive = tar::Archive::new(&mut stream);
    archive.set_preserve_permissions(true);
    archive.set_preserve_ownerships(true);
    archive.set_preserve_mtime(true);
    archive.set_unpack_xattrs(true);
    archive.set_overwrite(true);
    archive.unpack(path)?;
    // What follows the archive's end marker is padding.
    io::copy(&mut stream, &mut io::sink())?;
    Ok(stream.bytes)
}

/// Packs behind a head: the length and the JSON of what stands there.
fn pack(mut pipe: File, path: &Path) -> io::Result<u64> {
    let head = serde_json::to_vec(&found(path)?)?;
    pipe.write_all(&wire::head(head.len()))?;
    pipe.write_all(&head)?;
    let link = std::fs::symlink_metadata(path)?;
    let name = path
        .components()
        .next_back()
        .and_then(|part| match part {
            Component::Normal(name) => Some(PathBuf::from(name)),
            _ => None,
        })
        .unwrap_or_else(|| PathBuf::from("."));
    let mut builder = tar::Builder::new(BufWriter::with_capacity(
        64 * 1024,
        Counted {
            inner: pipe,
            bytes: 0,
        },
    ));
    builder.follow_symlinks(false);
    if link.is_dir() {
        builder.append_dir_all(&name, path)?;
    } else {
        builder.append_path_with_name(path, &name)?;
    }
    let mut writer = builder.into_inner()?;
    writer.flush()?;
    Ok(writer.get_ref().bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_links_target_is_told_as_a_path_of_the_container() {
        assert_eq!(absolute(Path::new("/a/b/../c/./d")), "/a/c/d");
        assert_eq!(absolute(Path::new("/../../etc")), "/etc");
        assert_eq!(absolute(Path::new("/")), "/");
    }
}
