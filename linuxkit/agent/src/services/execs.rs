//! `Streams.Execs`: one host's short commands over one call. A call of its own costs such a command as much as all that
//! it does; here its whole life is a message each way.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::{self, OwnedPermit};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Response, Status, Streaming};

use super::Handler;
use super::containers::reference;
use super::streams::brief_exit;
use crate::bounds::invalid;
use crate::container;
use crate::process::Process;
use crate::proto::{
    ExecEnded, ExecRefused, ExecRequest, ExecRuns, ExecsReply, ExecsRequest, ExitStatus,
    execs_reply::Outcome,
};
use crate::stdio::{MAX_FRAME, Output};

/// Starts under way in one call; a further one waits for the first that is answered.
const UNDER_WAY: usize = 1024;

pub type Replies = Pin<Box<dyn Stream<Item = Result<ExecsReply, Status>> + Send>>;
type Slot = OwnedPermit<Result<ExecsReply, Status>>;

/// Answers until the host says no more, or has gone: what it began then goes on by itself.
pub fn serve(handler: Handler, mut requests: Streaming<ExecsRequest>) -> Response<Replies> {
    let (sender, receiver) = mpsc::channel(UNDER_WAY);
    tokio::spawn(async move {
        loop {
            let Ok(slot) = sender.clone().reserve_owned().await else {
                return;
            };
            let next = tokio::select! {
                next = requests.next() => next,
                () = sender.closed() => return,
            };
            let Some(Ok(request)) = next else { return };
            let answer = Answer {
                number: request.number,
                slot: Some(slot),
            };
            let handler = handler.clone();
            // Its own task: a start is never abandoned half-way, whatever becomes of the call.
            tokio::spawn(async move {
                let outcome = run(&handler, request).await;
                answer.send(outcome.unwrap_or_else(|status| Outcome::Refused(refused(&status))));
            });
        }
    });
    Response::new(Box::pin(ReceiverStream::new(receiver)))
}

/// The one reply that a request gets, also when its task panics.
struct Answer {
    number: u64,
    slot: Option<Slot>,
}

impl Answer {
    fn send(mut self, outcome: Outcome) {
        self.give(outcome);
    }

    fn give(&mut self, outcome: Outcome) {
        if let Some(slot) = self.slot.take() {
            slot.send(Ok(ExecsReply {
                number: self.number,
                outcome: Some(outcome),
            }));
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        let status = Status::internal("cannot finish the exec: its task panicked");
        self.give(Outcome::Refused(refused(&status)));
    }
}

fn refused(status: &Status) -> ExecRefused {
    let cause = status.metadata().get("lcow-cause");
    ExecRefused {
        code: status.code() as u32,
        message: status.message().to_owned(),
        cause: cause
            .and_then(|cause| cause.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}

async fn run(handler: &Handler, request: ExecsRequest) -> Result<Outcome, Status> {
    let name = reference(request.process)?;
    let exec = request.exec.ok_or_else(|| invalid("exec", "missing"))?;
    if exec
        .stdio
        .is_some_and(|stdio| stdio.stdin || stdio.terminal)
    {
        let why = "stdin or a terminal, which only Attach carries";
        return Err(invalid("exec.stdio", why));
    }
    handler.forget(request.forget).await?;
    let start = ExecRequest {
        container_id: name.container_id.clone(),
        exec_id: name.exec_id.clone(),
        process: exec.process,
        stdio: exec.stdio,
    };
    let began = Instant::now();
    let pid = container::exec(handler, start).await?;
    let process = handler.process(&name)?;
    let exit = brief_exit(&process, began.elapsed()).await;
    let ended = exit.and_then(|exit| ended(&process, pid, exit));
    Ok(ended.unwrap_or(Outcome::Runs(ExecRuns { pid })))
}

/// The whole of a process that has ended; none where its output is more than a frame.
fn ended(process: &Process, pid: u32, exit: ExitStatus) -> Option<Outcome> {
    let whole = |output: &Option<Arc<Output>>| {
        let Some(output) = output else {
            return Some(Vec::new());
        };
        let window = output.window();
        (window.end() <= MAX_FRAME as u64).then(|| window.read(0, MAX_FRAME).to_vec())
    };
    Some(Outcome::Ended(ExecEnded {
        pid,
        exit: Some(exit),
        stdout: whole(&process.stdout)?,
        stderr: whole(&process.stderr)?,
    }))
}
