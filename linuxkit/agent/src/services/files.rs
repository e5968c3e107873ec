//! Service Files: tar streams through a worker that made the container's root its own (`crate::zygote::files`).

use std::os::fd::{AsRawFd, OwnedFd};
use std::pin::Pin;

use bytes::Bytes;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming, async_trait};

use super::Handler;
use crate::bounds::{self, from_io, invalid};
use crate::container;
use crate::proto::{
    CopyInFrame, CopyInResponse, CopyOutFrame, CopyOutRequest, CopyOutStat, StatRequest,
    copy_in_frame, copy_out_frame, files_server::Files,
};
use crate::spawn;
use crate::zygote::{self, Reply, files};

/// A chunk's limit.
const MAX_CHUNK: usize = 256 * 1024;

type Chunks = Pin<Box<dyn Stream<Item = Result<CopyOutFrame, Status>> + Send>>;

impl Handler {
    /// The folder of the VM that is the root of `container_id`.
    fn root_of(&self, container_id: &str) -> Result<String, Status> {
        if container_id.is_empty() {
            return Ok("/".to_owned());
        }
        bounds::id("container_id", container_id)?;
        Ok(self.container(container_id)?.root())
    }
}

fn check_path(path: &str) -> Result<(), Status> {
    bounds::string("path", path)?;
    if path.starts_with('/') {
        Ok(())
    } else {
        Err(invalid("path", format!("{path:?} is not absolute")))
    }
}

fn stat(found: files::Found) -> CopyOutStat {
    CopyOutStat {
        name: found.name,
        is_dir: found.mode & libc::S_IFMT == libc::S_IFDIR,
        mode: found.mode,
        size: found.size,
        link_target: found.link_target,
        mtime_ns: found.mtime_ns,
    }
}

/// What a worker says before the tar.
async fn head(pipe: &mut pipe::Receiver) -> Option<files::Found> {
    let length = pipe.read_u32_le().await.ok()? as usize;
    if length > MAX_CHUNK {
        return None;
    }
    let mut text = vec![0; length];
    pipe.read_exact(&mut text).await.ok()?;
    serde_json::from_slice(&text).ok()
}

fn nonblocking(fd: OwnedFd) -> OwnedFd {
    // SAFETY: fcntl on an open descriptor.
    unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    fd
}

#[async_trait]
impl Files for Handler {
    async fn copy_in(
        &self,
        request: Request<Streaming<CopyInFrame>>,
    ) -> Result<Response<CopyInResponse>, Status> {
        let mut frames = request.into_inner();
        let open = match frames.next().await {
            Some(Ok(CopyInFrame {
                frame: Some(copy_in_frame::Frame::Open(open)),
            })) => open,
            Some(Err(status)) => return Err(status),
            _ => return Err(invalid("frame", "the first frame must be `open`")),
        };
        check_path(&open.path)?;
        let job = files::Files {
            root: self.root_of(&open.container_id)?,
            path: open.path,
            direction: files::Direction::In,
        };
        let (read, write) = zygote::pipe().map_err(|error| from_io("make a pipe", &error))?;
        let agent = (**self).clone();
        let worker = tokio::spawn(async move {
            let request = zygote::Request::Files(job);
            spawn::ask(&agent.zygote, &request, &[read]).await
        });
        let mut pipe = pipe::Sender::from_owned_fd_unchecked(nonblocking(write))
            .map_err(|error| from_io("open a pipe", &error))?;
        let mut complete = true;
        while let Some(frame) = frames.next().await {
            let chunk = match frame {
                Ok(CopyInFrame {
                    frame: Some(copy_in_frame::Frame::Chunk(chunk)),
                }) => chunk,
                Ok(_) => return Err(invalid("frame", "expected `chunk`")),
                Err(status) => return Err(status),
            };
            if chunk.len() > MAX_CHUNK {
                return Err(invalid(
                    "chunk",
                    format!("{} bytes, at most {MAX_CHUNK}", chunk.len()),
                ));
            }
            if pipe.write_all(&chunk).await.is_err() {
                // The worker gave up; it says why.
                complete = false;
                break;
            }
        }
        drop(pipe);
        let answer = worker
            .await
            .map_err(|error| bounds::internal("copy in", error))?
            .map_err(|failure| bounds::from_failure("copy in", &failure))?;
        match answer.reply {
            Reply::Copied { bytes } if complete => Ok(Response::new(CopyInResponse { bytes })),
            reply => Err(container::refused("copy in", reply)),
        }
    }

    async fn stat(&self, request: Request<StatRequest>) -> Result<Response<CopyOutStat>, Status> {
        let request = request.into_inner();
        check_path(&request.path)?;
        let job = zygote::Request::Files(files::Files {
            root: self.root_of(&request.container_id)?,
            path: request.path,
            direction: files::Direction::Stat,
        });
        let answer = spawn::ask(&self.zygote, &job, &[])
            .await
            .map_err(|failure| bounds::from_failure("stat", &failure))?;
        match answer.reply {
            Reply::Found(found) => Ok(Response::new(stat(found))),
            reply => Err(container::refused("stat", reply)),
        }
    }

    type CopyOutStream = Chunks;

    async fn copy_out(&self, request: Request<CopyOutRequest>) -> Result<Response<Chunks>, Status> {
        let request = request.into_inner();
        check_path(&request.path)?;
        let job = files::Files {
            root: self.root_of(&request.container_id)?,
            path: request.path,
            direction: files::Direction::Out,
        };
        let (read, write) = zygote::pipe().map_err(|error| from_io("make a pipe", &error))?;
        let mut pipe = pipe::Receiver::from_owned_fd_unchecked(nonblocking(read))
            .map_err(|error| from_io("open a pipe", &error))?;
        let agent = (**self).clone();
        let (sender, receiver) = mpsc::channel::<Result<CopyOutFrame, Status>>(4);
        tokio::spawn(async move {
            let ask = async {
                let request = zygote::Request::Files(job);
                let fds = [write];
                let answer = spawn::ask(&agent.zygote, &request, &fds).await;
                drop(fds);
                answer
            };
            let pump = async {
                // Without a head the worker failed, and its answer says why.
                let Some(found) = head(&mut pipe).await else {
                    return;
                };
                let mut next = copy_out_frame::Frame::Stat(stat(found));
                let mut buffer = vec![0; MAX_CHUNK];
                loop {
                    let frame = CopyOutFrame { frame: Some(next) };
                    if sender.send(Ok(frame)).await.is_err() {
                        break;
                    }
                    let Ok(length @ 1..) = pipe.read(&mut buffer).await else {
                        break;
                    };
                    let chunk = Bytes::copy_from_slice(&buffer[..length]);
                    next = copy_out_frame::Frame::Chunk(chunk);
                }
                drop(pipe);
            };
            let (answer, ()) = tokio::join!(ask, pump);
            let status = match answer {
                Ok(answer) => match answer.reply {
                    Reply::Copied { .. } => return,
                    reply => container::refused("copy out", reply),
                },
                Err(failure) => bounds::from_failure("copy out", &failure),
            };
            let _ = sender.send(Err(status)).await;
        });
        let stream = tokio_stream::wrappers::ReceiverStream::new(receiver);
        Ok(Response::new(Box::pin(stream)))
    }
}
