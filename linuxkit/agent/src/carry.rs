//! A process's stdout over a serial port of its own, past HTTP/2 (docs/protocol.md §3): from the window to the port as
//! fast as the host's reader takes it, acknowledgements the other way. The bytes stay in the window until they are
//! acknowledged, so a port that breaks loses none: the host attaches again and goes on as it ever did.

use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::boot;
use crate::link::stream::Channel;
use crate::process::Process;
use crate::stdio::Output;
use crate::uevent::Devices;

/// What both sides say first.
const MAGIC: [u8; 8] = *b"lcowBULK";
pub const NONCE_BYTES: usize = 16;
const HELLO_BYTES: usize = MAGIC.len() + NONCE_BYTES;
/// Bytes of earlier connections that may come before the host's hello.
const DISCARD_LIMIT: usize = 64 * 1024;
/// How long the port and the host's hello may take to come.
const OPEN_LIMIT: Duration = Duration::from_secs(5);
/// Written before other tasks get a turn.
const TURN: usize = 256 * 1024;

/// Opens the port and waits for the host's hello on it.
pub async fn open(
    devices: Devices,
    port: u32,
    nonce: [u8; NONCE_BYTES],
) -> Result<Channel, String> {
    let name = format!("lcow.{port}");
    let path = devices
        .wait_for(OPEN_LIMIT, || boot::serial_port(&name))
        .await
        .ok_or_else(|| format!("there is no serial port {name}"))?;
    let channel = Channel::serial(&path).map_err(|error| format!("cannot open {path}: {error}"))?;
    match tokio::time::timeout(OPEN_LIMIT, await_hello(&channel, &nonce)).await {
        Ok(Ok(())) => Ok(channel),
        Ok(Err(why)) => Err(format!("{path}: {why}")),
        Err(_) => Err(format!("{path}: no hello within {OPEN_LIMIT:?}")),
    }
}

fn hello(nonce: &[u8; NONCE_BYTES]) -> [u8; HELLO_BYTES] {
    let mut hello = [0; HELLO_BYTES];
    hello[..MAGIC.len()].copy_from_slice(&MAGIC);
    hello[MAGIC.len()..].copy_from_slice(nonce);
    hello
}

async fn await_hello(channel: &Channel, nonce: &[u8; NONCE_BYTES]) -> Result<(), String> {
    let wanted = hello(nonce);
    let mut seen = Vec::new();
    let mut discarded = 0;
    loop {
        // Nothing follows the hello before we have said ours.
        if seen.ends_with(&wanted) {
            return Ok(());
        }
        let mut buffer = [0; 512];
        match channel.read(&mut buffer).await {
            Ok(0) => channel
                .wait_for_host()
                .await
                .map_err(|error| error.to_string())?,
            Ok(length) => seen.extend_from_slice(&buffer[..length]),
            Err(error) => return Err(error.to_string()),
        }
        if seen.len() > 2 * HELLO_BYTES && !seen.ends_with(&wanted) {
            let old = seen.len() - HELLO_BYTES;
            seen.drain(..old);
            discarded += old;
        }
        if discarded > DISCARD_LIMIT {
            return Err(format!("{discarded} bytes without a hello"));
        }
    }
}

/// Carries stdout from `offset` to its end; over when the host has acknowledged all of it.
pub async fn carry(
    process: Arc<Process>,
    output: Arc<Output>,
    channel: Channel,
    nonce: [u8; NONCE_BYTES],
    offset: u64,
) -> Result<(), String> {
    let mut head = hello(&nonce).to_vec();
    head.extend_from_slice(&offset.to_le_bytes());
    let broken = |error: std::io::Error| format!("the port of stdout: {error}");
    channel.write_all(&head).await.map_err(broken)?;
    output.widen();
    let send = async {
        let mut sent = offset;
        let drained = process.wait_drained();
        tokio::pin!(drained);
        let mut over = false;
        loop {
            while output.window().end() <= sent {
                if over {
                    return Ok::<(), String>(());
                }
                tokio::select! {
                    _ = &mut drained => over = true,
                    () = output.data() => {}
                }
            }
            sent = write(&channel, &output, sent).await.map_err(broken)?;
            tokio::task::yield_now().await;
        }
    };
    tokio::pin!(send);
    let mut acknowledgements = Acknowledgements::default();
    let mut all_sent = false;
    while !all_sent || output.window().is_held() {
        tokio::select! {
            sent = &mut send, if !all_sent => {
                sent?;
                all_sent = true;
            }
            taken = acknowledgements.next(&channel, &output) => taken?,
        }
    }
    Ok(())
}

/// The host's offsets, eight bytes each.
#[derive(Default)]
struct Acknowledgements {
    buffer: [u8; 32],
    held: usize,
}

impl Acknowledgements {
    /// Takes what has come. May be given up while it waits.
    async fn next(&mut self, channel: &Channel, output: &Output) -> Result<(), String> {
        let length = channel
            .read(&mut self.buffer[self.held..])
            .await
            .map_err(|error| format!("the port of stdout: {error}"))?;
        if length == 0 {
            return Err("the port of stdout: the host has closed it".to_owned());
        }
        self.held += length;
        let whole = self.held - self.held % 8;
        // They only grow: the last tells them all.
        if let Some(&last) = self.buffer[..whole].as_chunks::<8>().0.last() {
            output
                .acknowledge(u64::from_le_bytes(last))
                .map_err(|why| format!("an acknowledgement on the port of stdout: {why}"))?;
            self.buffer.copy_within(whole..self.held, 0);
            self.held -= whole;
        }
        Ok(())
    }
}

/// Writes from the window what the port takes at once, waiting where that is nothing. Gives where it stands then.
async fn write(channel: &Channel, output: &Output, from: u64) -> std::io::Result<u64> {
    let mut sent = from;
    std::future::poll_fn(|cx| {
        while sent - from < TURN as u64 {
            let window = output.window();
            let piece = window.slice(sent);
            if piece.is_empty() {
                break;
            }
            match channel.poll_write_some(cx, piece) {
                Poll::Ready(Ok(count)) => sent += count as u64,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending if sent > from => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(sent))
    })
    .await
}
