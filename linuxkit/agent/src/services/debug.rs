//! Service Debug: for those who look into the VM.

use std::fmt::Write;
use std::fs;
use std::sync::Arc;

use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use crate::agent::lock;
use crate::bounds::internal;
use crate::proto::{
    KernelLogRequest, KernelLogResponse, StacksRequest, StacksResponse, debug_server::Debug,
};

const MAX_STACKS: usize = 1 << 20;
const MAX_LOG: usize = 256 * 1024;

#[async_trait]
impl Debug for Handler {
    async fn stacks(&self, _: Request<StacksRequest>) -> Result<Response<StacksResponse>, Status> {
        let mut text = String::new();
        for container in self.all_containers() {
            let _ = writeln!(
                text,
                "container {} {} pid {} execs {}",
                container.id,
                container.state(),
                container.init.pid(),
                lock(&container.execs).len()
            );
        }
        let _ = writeln!(text, "links {}", Arc::strong_count(self));
        let threads = tokio::task::spawn_blocking(threads)
            .await
            .map_err(|error| internal("read stacks", error))?;
        text.push_str(&threads);
        cut(&mut text, MAX_STACKS, false);
        Ok(Response::new(StacksResponse { text }))
    }

    async fn kernel_log(
        &self,
        _: Request<KernelLogRequest>,
    ) -> Result<Response<KernelLogResponse>, Status> {
        let mut text = tokio::task::spawn_blocking(|| {
            let mut buffer = vec![0u8; MAX_LOG];
            // SAFETY: the buffer is valid for its length; 3 is SYSLOG_ACTION_READ_ALL.
            let length = unsafe {
                libc::klogctl(3, buffer.as_mut_ptr().cast(), buffer.len() as libc::c_int)
            };
            buffer.truncate(usize::try_from(length).unwrap_or(0));
            String::from_utf8_lossy(&buffer).into_owned()
        })
        .await
        .map_err(|error| internal("read the kernel's log", error))?;
        cut(&mut text, MAX_LOG, true);
        Ok(Response::new(KernelLogResponse { text }))
    }
}

/// The kernel's view of the agent's threads and of the zygote.
fn threads() -> String {
    let mut text = String::new();
    for entry in fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten()
    {
        let path = entry.path();
        let read = |name: &str| fs::read_to_string(path.join(name)).unwrap_or_default();
        let _ = write!(
            text,
            "\nthread {} {}syscall {}{}",
            entry.file_name().to_string_lossy(),
            read("comm"),
            read("syscall"),
            read("stack")
        );
    }
    text
}

/// Shortens to `limit` bytes, keeping the head or the tail.
fn cut(text: &mut String, limit: usize, tail: bool) {
    if text.len() <= limit {
        return;
    }
    if tail {
        let mut from = text.len() - limit;
        while !text.is_char_boundary(from) {
            from += 1;
        }
        text.drain(..from);
    } else {
        let mut to = limit;
        while !text.is_char_boundary(to) {
            to -= 1;
        }
        text.truncate(to);
    }
}
