//! Service Events: see `crate::events`.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status, async_trait};

use super::Handler;
use crate::agent::Agent;
use crate::bounds::from_io;
use crate::proto::{Event, KernelLog, SubscribeRequest, event, events_server::Events};
use crate::timeline;

/// Events that are read from the ring at once.
const BATCH: usize = 64;

type EventStream = Pin<Box<dyn Stream<Item = Result<Event, Status>> + Send>>;

#[async_trait]
impl Events for Handler {
    type SubscribeStream = EventStream;

    async fn subscribe(
        &self,
        request: Request<SubscribeRequest>,
    ) -> Result<Response<EventStream>, Status> {
        let request = request.into_inner();
        let kernel = if request.kernel_log {
            let receiver = self.events.kernel_log();
            Some(receiver.map_err(|error| from_io("read /dev/kmsg", &error))?)
        } else {
            None
        };
        let (sender, receiver) = mpsc::channel(16);
        tokio::spawn(follow(Arc::clone(self), request, kernel, sender));
        let stream = ReceiverStream::new(receiver).map(Ok);
        Ok(Response::new(Box::pin(stream)))
    }
}

async fn follow(
    agent: Arc<Agent>,
    request: SubscribeRequest,
    mut kernel: Option<broadcast::Receiver<KernelLog>>,
    sender: mpsc::Sender<Event>,
) {
    let mut after = request.after;
    let mut last = agent.events.subscribe();
    loop {
        last.mark_unchanged();
        for event in agent.events.after(after, BATCH) {
            after = match &event.event {
                Some(event::Event::Lost(lost)) => lost.first_kept - 1,
                _ => event.sequence,
            };
            if request.no_exits && matches!(event.event, Some(event::Event::Exited(_))) {
                continue;
            }
            if sender.send(event).await.is_err() {
                return;
            }
        }
        if after < *last.borrow() {
            continue;
        }
        let line = async {
            match &mut kernel {
                None => std::future::pending().await,
                Some(kernel) => kernel.recv().await,
            }
        };
        tokio::select! {
            changed = last.changed() => if changed.is_err() { return },
            () = sender.closed() => return,
            line = line => match line {
                Ok(line) => {
                    let event = Event {
                        sequence: 0,
                        at_ns: timeline::now_ns(),
                        event: Some(event::Event::KernelLog(line)),
                    };
                    if sender.send(event).await.is_err() {
                        return;
                    }
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => kernel = None,
            },
        }
    }
}
