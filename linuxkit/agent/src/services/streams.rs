//! Service Streams: one call joins the host to one process's bytes. The bytes themselves live in
//! `crate::stdio`; a call that ends takes none with it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, Streaming, async_trait};

use super::containers::reference;
use super::storage::uninterrupted;
use super::{Handler, execs};
use crate::agent::Agent;
use crate::bounds::invalid;
use crate::carry;
use crate::container;
use crate::link::stream::Channel;
use crate::process::Process;
use crate::proto::{
    AttachOpen, Attached, Carried, CarryOpen, Data, ExecRequest, ExecStart, ExecsRequest,
    ExitStatus, GuestFrame, HostFrame, ProcessRef, StdinAck, guest_frame, host_frame,
    streams_server::Streams,
};
use crate::stdio::{MAX_FRAME, Output};

/// Frames on their way to the session's HTTP/2 stream; each at most 64 KiB.
const QUEUE: usize = 4;

/// Execs that one call may name to be forgotten.
const MAX_FORGOTTEN: usize = 1024;

/// How long an exec without input may take to end before it is told that it runs: the whole life of a short command is
/// then one message to the host. Each costs both sides a wake-up, more than such a command.
const BRIEF: Duration = Duration::from_millis(4);
/// The most, where starting one takes that long.
const BRIEF_MAX: Duration = Duration::from_millis(50);

/// The exit of a process whose start took `start`, where it comes at once: as `BRIEF` on a machine where a start is a
/// matter of microseconds, and where it is not (emulated, or busy) within twice the start, which is the measure there.
pub(super) async fn brief_exit(process: &Process, start: Duration) -> Option<ExitStatus> {
    let limit = (start * 2).clamp(BRIEF, BRIEF_MAX);
    let exit = tokio::time::timeout(limit, process.wait_drained()).await;
    exit.ok()
}

type Frames = Pin<Box<dyn Stream<Item = Result<GuestFrame, Status>> + Send>>;

#[async_trait]
impl Streams for Handler {
    type AttachStream = Frames;
    type ExecsStream = execs::Replies;

    async fn execs(
        &self,
        request: Request<Streaming<ExecsRequest>>,
    ) -> Result<Response<execs::Replies>, Status> {
        Ok(execs::serve(self.clone(), request.into_inner()))
    }

    async fn attach(
        &self,
        request: Request<Streaming<HostFrame>>,
    ) -> Result<Response<Frames>, Status> {
        let mut frames = request.into_inner();
        let open = match frames.next().await {
            Some(Ok(HostFrame {
                frame: Some(host_frame::Frame::Open(open)),
            })) => open,
            Some(Err(status)) => return Err(status),
            _ => return Err(invalid("frame", "the first frame must be `open`")),
        };
        let mut open = open;
        let name = reference(open.process.take())?;
        self.forget(std::mem::take(&mut open.forget)).await?;
        let began = Instant::now();
        let starts = match open.exec.take() {
            Some(exec) => {
                self.start(&name, exec).await?;
                true
            }
            None => false,
        };
        let process = self.await_process(&name).await?;
        if starts && process.stdin.is_none() && !process.stdio.terminal {
            let _ = brief_exit(&process, began.elapsed()).await;
        }
        let session = Session::open(Arc::clone(self), process, &open)?;
        let (sender, receiver) = mpsc::channel(QUEUE);
        // In the channel before it is polled: it leaves with the response's head.
        let _ = sender.try_send(session.attached());
        tokio::spawn(async move {
            if let Err(status) = session.run(frames, &sender).await {
                let _ = sender.send(Err(status)).await;
            }
        });
        // The session's turn, so that what it has to say already leaves with the first frame.
        tokio::task::yield_now().await;
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

impl Handler {
    /// Deletes the execs whose exits the host has.
    pub(super) async fn forget(&self, names: Vec<ProcessRef>) -> Result<(), Status> {
        if names.len() > MAX_FORGOTTEN {
            let why = format!("{} elements, at most {MAX_FORGOTTEN}", names.len());
            return Err(invalid("forget", why));
        }
        for name in names {
            let name = reference(Some(name))?;
            if name.exec_id.is_empty() {
                return Err(invalid("forget", "a process that is no exec"));
            }
            // One that is gone, or that another exec of its name has replaced, is no business of this call.
            let _ = container::delete_exec(self, &name, false).await;
        }
        Ok(())
    }

    /// Starts the process that is to be attached to.
    async fn start(&self, name: &ProcessRef, exec: ExecStart) -> Result<(), Status> {
        let agent = Arc::clone(self);
        let request = ExecRequest {
            container_id: name.container_id.clone(),
            exec_id: name.exec_id.clone(),
            process: exec.process,
            stdio: exec.stdio,
        };
        uninterrupted(async move { container::exec(&agent, request).await }).await?;
        Ok(())
    }
}

struct Session {
    agent: Arc<Agent>,
    process: Arc<Process>,
    number: u64,
    newest: watch::Receiver<u64>,
    stdout: u64,
    stderr: u64,
}

type Sender = mpsc::Sender<Result<GuestFrame, Status>>;

fn frame(frame: guest_frame::Frame) -> Result<GuestFrame, Status> {
    Ok(GuestFrame {
        frame: Some(frame),
        carried_to: 0,
    })
}

/// Puts a frame into the slot that was waited for.
fn fill(slot: &mut Option<mpsc::Permit<'_, Result<GuestFrame, Status>>>, next: guest_frame::Frame) {
    if let Some(slot) = slot.take() {
        slot.send(frame(next));
    }
}

/// Waits for bytes of an output; for ever when the process has none.
async fn grown(output: Option<&Arc<Output>>, sent: u64) {
    let Some(output) = output else {
        return std::future::pending().await;
    };
    while output.sendable() <= sent {
        output.data().await;
    }
}

impl Session {
    fn open(agent: Arc<Agent>, process: Arc<Process>, open: &AttachOpen) -> Result<Self, Status> {
        let check =
            |output: &Option<Arc<Output>>, offset: u64, field: &str| -> Result<u64, Status> {
                let (base, end) = output
                    .as_ref()
                    .map(|output| {
                        let window = output.window();
                        (window.base(), window.end())
                    })
                    .unwrap_or_default();
                if open.resume {
                    Ok(base)
                } else if (base..=end).contains(&offset) {
                    Ok(offset)
                } else {
                    Err(Status::out_of_range(format!(
                        "{field}: {offset}, held are {base}..{end}"
                    )))
                }
            };
        let stdout = check(&process.stdout, open.stdout_offset, "stdout_offset")?;
        let stderr = check(&process.stderr, open.stderr_offset, "stderr_offset")?;
        let (number, newest) = process.attach();
        Ok(Self {
            agent,
            process,
            number,
            newest,
            stdout,
            stderr,
        })
    }

    /// The first frame.
    fn attached(&self) -> Result<GuestFrame, Status> {
        let stdin = self.process.stdin.as_ref();
        frame(guest_frame::Frame::Attached(Attached {
            stdin_offset: stdin.map_or(0, |stdin| stdin.received()),
            pid: self.process.pid() as u32,
            stdout_offset: self.stdout,
            stderr_offset: self.stderr,
            carries: self.process.stdout.is_some() && !self.process.stdio.terminal,
        }))
    }

    async fn run(
        mut self,
        mut frames: Streaming<HostFrame>,
        sender: &Sender,
    ) -> Result<(), Status> {
        let process = self.process.clone();
        let mut told = (0, false);
        let mut host_open = true;
        let drained = process.wait_drained();
        tokio::pin!(drained);
        let mut exit = None;
        let mut slot = None;
        let (number, mut newest) = (self.number, self.newest.clone());
        let mut carrying = Carrying::No;
        loop {
            // A slot first, then what to put into it: nothing is taken out of a window that cannot be sent.
            tokio::select! {
                biased;
                _ = newest.wait_for(|newest| *newest != number) => {
                    return Err(Status::aborted("a newer attachment took this process over"));
                }
                () = sender.closed() => return Ok(()),
                from_host = frames.next(), if host_open => match from_host {
                    Some(frame) => match frame?.frame.ok_or_else(|| invalid("frame", "empty"))? {
                        host_frame::Frame::Carry(open) => carrying = self.carry(carrying, open)?,
                        other => self.take(other)?,
                    },
                    // The host has said all; what is left to say to it is still said.
                    None => host_open = false,
                },
                permit = sender.reserve(), if slot.is_none() => match permit {
                    Ok(permit) => slot = Some(permit),
                    Err(_) => return Ok(()),
                },
                () = acknowledged(&process, told), if slot.is_some() => {
                    told = process.stdin.as_ref().map_or(told, |stdin| stdin.taken());
                    let ack = StdinAck { offset: told.0, closed: told.1 };
                    fill(&mut slot, guest_frame::Frame::StdinAck(ack));
                }
                step = carrying.step(), if carrying.is_under_way() || carrying.is_opening() && slot.is_some() => match step {
                    Step::Opened(opened) => {
                        let (told, next) = self.begin(opened);
                        fill(&mut slot, guest_frame::Frame::Carried(told));
                        carrying = next;
                    }
                    Step::Over(over) => {
                        carrying = Carrying::Over;
                        over.map_err(Status::unavailable)?;
                    }
                },
                () = grown(process.stdout.as_ref(), self.stdout), if slot.is_some() && !carrying.has_begun() => {
                    let data = cut(process.stdout.as_ref(), &mut self.stdout);
                    fill(&mut slot, guest_frame::Frame::Stdout(data));
                }
                () = grown(process.stderr.as_ref(), self.stderr), if slot.is_some() => {
                    let data = cut(process.stderr.as_ref(), &mut self.stderr);
                    fill(&mut slot, guest_frame::Frame::Stderr(data));
                }
                status = &mut drained, if exit.is_none() => exit = Some(status),
                // The process is kept until the host says in another call that it has the exit.
                () = std::future::ready(()), if exit.is_some() && slot.is_some() && !carrying.is_under_way() => {
                    if let Some(slot) = slot.take() {
                        slot.send(Ok(GuestFrame {
                            frame: Some(guest_frame::Frame::Exit(exit.unwrap_or_default())),
                            carried_to: carrying.end(process.stdout.as_ref()),
                        }));
                    }
                    return Ok(());
                }
            }
        }
    }

    /// stdout is to be carried over a port.
    fn carry(&self, carrying: Carrying, open: CarryOpen) -> Result<Carrying, Status> {
        if !matches!(carrying, Carrying::No) {
            return Err(invalid("carry", "a second one"));
        }
        if self.process.stdout.is_none() || self.process.stdio.terminal {
            return Err(invalid("carry", "of a terminal, or of no stdout"));
        }
        let length = open.nonce.len();
        let nonce = <[u8; carry::NONCE_BYTES]>::try_from(open.nonce.as_ref())
            .map_err(|_| invalid("carry.nonce", format!("{length} bytes, not 16")))?;
        let devices = self.agent.devices.clone();
        let opening = Box::pin(carry::open(devices, open.port, nonce));
        Ok(Carrying::Opening(opening, nonce))
    }

    /// Carries from where the frames are, or tells why not.
    fn begin(&self, opened: Opened) -> (Carried, Carrying) {
        let offset = self.stdout;
        let told = |refused: String| Carried { offset, refused };
        match (opened, &self.process.stdout) {
            (Ok((channel, nonce)), Some(output)) => {
                let process = self.process.clone();
                let carried = carry::carry(process, output.clone(), channel, nonce, offset);
                let task = tokio::spawn(carried);
                (told(String::new()), Carrying::UnderWay(task))
            }
            (Err(why), _) => (told(why), Carrying::No),
            _ => (told("there is no stdout".to_owned()), Carrying::No),
        }
    }

    /// A frame of the host.
    fn take(&self, frame: host_frame::Frame) -> Result<(), Status> {
        let process = &self.process;
        match frame {
            host_frame::Frame::Open(_) | host_frame::Frame::Carry(_) => {
                Err(invalid("open", "a second one"))
            }
            host_frame::Frame::Stdin(data) => {
                if data.bytes.len() > MAX_FRAME {
                    return Err(invalid(
                        "stdin.bytes",
                        format!("{} bytes, at most {MAX_FRAME}", data.bytes.len()),
                    ));
                }
                let stdin = process
                    .stdin
                    .as_ref()
                    .ok_or_else(|| Status::failed_precondition("the process has no stdin"))?;
                stdin
                    .push(data.offset, &data.bytes)
                    .map_err(|why| invalid("stdin", why))
            }
            host_frame::Frame::StdinEof(_) => {
                if let Some(stdin) = &process.stdin {
                    stdin.end();
                }
                Ok(())
            }
            host_frame::Frame::Ack(ack) => {
                for (output, offset, sent, field) in [
                    (
                        &process.stdout,
                        ack.stdout_offset,
                        self.stdout,
                        "ack.stdout_offset",
                    ),
                    (
                        &process.stderr,
                        ack.stderr_offset,
                        self.stderr,
                        "ack.stderr_offset",
                    ),
                ] {
                    if offset > sent {
                        return Err(invalid(field, format!("{offset}, sent are {sent}")));
                    }
                    if let Some(output) = output {
                        output
                            .acknowledge(offset)
                            .map_err(|why| invalid(field, why))?;
                    }
                }
                Ok(())
            }
            host_frame::Frame::Resize(size) => process.resize(size.width, size.height),
        }
    }
}

type Opened = Result<(Channel, [u8; carry::NONCE_BYTES]), String>;

enum Step {
    Opened(Opened),
    Over(Result<(), String>),
}

/// Whether stdout goes over a port of its own.
enum Carrying {
    No,
    /// Frames go on meanwhile.
    Opening(
        Pin<Box<dyn Future<Output = Result<Channel, String>> + Send>>,
        [u8; carry::NONCE_BYTES],
    ),
    UnderWay(JoinHandle<Result<(), String>>),
    /// All of it was acknowledged.
    Over,
}

impl Carrying {
    fn is_opening(&self) -> bool {
        matches!(self, Self::Opening(..))
    }

    fn is_under_way(&self) -> bool {
        matches!(self, Self::UnderWay(_))
    }

    fn has_begun(&self) -> bool {
        matches!(self, Self::UnderWay(_) | Self::Over)
    }

    fn end(&self, stdout: Option<&Arc<Output>>) -> u64 {
        match stdout {
            Some(stdout) if self.has_begun() => stdout.window().end(),
            _ => 0,
        }
    }

    async fn step(&mut self) -> Step {
        match self {
            Self::Opening(opening, nonce) => {
                let opened = opening.await;
                Step::Opened(opened.map(|channel| (channel, *nonce)))
            }
            Self::UnderWay(task) => {
                let over = task.await;
                Step::Over(over.unwrap_or_else(|error| Err(error.to_string())))
            }
            Self::No | Self::Over => std::future::pending().await,
        }
    }
}

impl Drop for Carrying {
    fn drop(&mut self) {
        if let Self::UnderWay(task) = self {
            task.abort();
        }
    }
}

/// Waits until stdin stands elsewhere than was told.
async fn acknowledged(process: &Process, told: (u64, bool)) {
    let Some(stdin) = &process.stdin else {
        return std::future::pending().await;
    };
    while stdin.taken() == told {
        stdin.progress().await;
    }
}

/// The next frame's bytes of an output.
fn cut(output: Option<&Arc<Output>>, sent: &mut u64) -> Data {
    let offset = *sent;
    let bytes = output
        .map(|output| {
            let limit = output.sendable().saturating_sub(offset) as usize;
            output.window().read(offset, limit.min(MAX_FRAME))
        })
        .unwrap_or_default();
    *sent += bytes.len() as u64;
    Data { offset, bytes }
}
