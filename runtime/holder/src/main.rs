//! `lcow-holder`: holds what must outlive a pod's supervisor (README.md). Not a supervisor, not a shim: it knows no
//! containers.

mod claim;
mod command;
mod console;
mod control;
mod ends;
mod folder_watch;
mod frame;
mod held;
mod message;
mod network;
mod outbox;
mod poll;
mod process;
mod program;
mod pump;
mod relay;
mod shim;
mod signals;
mod socket;
mod title;

use std::io::Write;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use network::Network;
use title::Title;

const USAGE: &str = "usage: lcow-holder shim --socket PATH --pod FOLDER [--pool FOLDER --key KEY] -- PROGRAM [ARGUMENT...]
       lcow-holder process --socket PATH --id ID [--exec ID] [--network new|host|PATH]
                           [--console-socket PATH] [--control FD] -- TITLE [PROGRAM [ARGUMENT...]]
       lcow-holder pump --nonce HEX -- SOCKET
       lcow-holder command --socket PATH -- PROGRAM LAUNCHER [ARGUMENT...]";
const SHIM_OPTIONS: [&str; 4] = ["--socket", "--pod", "--pool", "--key"];
const PROCESS_OPTIONS: [&str; 6] = [
    "--socket",
    "--id",
    "--exec",
    "--network",
    "--console-socket",
    "--control",
];
const FAILED: i32 = 1;
const USAGE_STATUS: i32 = 64;
/// Somebody serves the socket, as EX_TEMPFAIL.
const TAKEN: i32 = 75;

/// A line on stderr, which nobody may read.
#[macro_export]
macro_rules! say {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "lcow-holder: {}", format_args!($($text)*));
    }};
}

fn main() {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    if words.first().is_some_and(|word| word == "command") {
        // Whatever the words are, they are the program's.
        exit(command::run(&words[1..]));
    }
    let mut args = words.into_iter().map(|arg| arg.into_string());
    let Ok(args) = args.try_fold(Vec::new(), |mut all, arg| {
        all.push(arg?);
        Ok::<_, std::ffi::OsString>(all)
    }) else {
        say!("an argument is not UTF-8");
        std::process::exit(USAGE_STATUS);
    };
    let status = match args.first().map(String::as_str) {
        Some("shim") => Arguments::parse(&args[1..], &SHIM_OPTIONS).map(shim),
        Some("process") => Arguments::parse(&args[1..], &PROCESS_OPTIONS).and_then(process),
        Some("pump") => Arguments::parse(&args[1..], &["--nonce"]).and_then(pump),
        Some("--version") => {
            println!("lcow-holder {}", env!("CARGO_PKG_VERSION"));
            Ok(0)
        }
        _ => Err("it is none of shim, process, pump, command, --version".to_owned()),
    };
    exit(status);
}

fn exit(status: Result<i32, String>) -> ! {
    std::process::exit(status.unwrap_or_else(|why| {
        say!("{why}\n{USAGE}");
        USAGE_STATUS
    }));
}

/// `--name value` pairs, and what is behind `--`.
struct Arguments {
    options: Vec<(String, String)>,
    rest: Vec<String>,
}

impl Arguments {
    fn parse(args: &[String], known: &[&str]) -> Result<Self, String> {
        let mut options = Vec::new();
        let mut left = args.iter();
        while let Some(name) = left.next() {
            if name == "--" {
                let rest: Vec<String> = left.cloned().collect();
                if rest.is_empty() {
                    return Err("there is nothing behind --".to_owned());
                }
                return Ok(Self { options, rest });
            }
            if !known.contains(&name.as_str()) {
                return Err(format!("{name} is no option"));
            }
            let value = left.next().ok_or(format!("{name} has no value"))?;
            options.push((name.clone(), value.clone()));
        }
        Err("there is no --".to_owned())
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().find(|(each, _)| each == name);
        found.map(|(_, value)| value.as_str())
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        let path = PathBuf::from(self.get(name)?);
        path.is_absolute().then_some(path)
    }
}

fn shim(arguments: Arguments) -> i32 {
    let (Some(socket), Some(folder)) = (arguments.path("--socket"), arguments.path("--pod")) else {
        say!("--socket and --pod must be absolute paths\n{USAGE}");
        return USAGE_STATUS;
    };
    let title = Title::find();
    detach();
    let listener = match socket::listen(&socket) {
        Ok(Some(listener)) => listener,
        Ok(None) => {
            tell("taken\n");
            return TAKEN;
        }
        Err(error) => {
            say!("cannot listen on {}: {error}", socket.display());
            return FAILED;
        }
    };
    let key = arguments.get("--key").map(str::to_owned);
    let pool = arguments.path("--pool").zip(key);
    let options = shim::Options {
        folder,
        pool: pool.map(|(folder, key)| claim::Pool::new(folder, key)),
        supervisor: arguments.rest,
    };
    match shim::Shim::new(options, listener, title) {
        Ok(mut shim) => {
            tell("ready\n");
            null_streams();
            shim.run()
        }
        Err(error) => {
            say!("cannot hold the pod: {error}");
            FAILED
        }
    }
}

fn process(arguments: Arguments) -> Result<i32, String> {
    let (Some(socket), Some(id)) = (arguments.path("--socket"), arguments.get("--id")) else {
        return Err("--socket must be an absolute path, and --id a container's".to_owned());
    };
    let control = match arguments.get("--control").map(str::parse) {
        None => None,
        Some(Ok(fd @ 3..=1024)) => Some(inherited(fd)?),
        Some(_) => return Err("--control must be 3 to 1024".to_owned()),
    };
    let network = Network::of(arguments.get("--network").unwrap_or("host"));
    if matches!(&network, Network::Path(path) if !path.is_absolute()) {
        return Err("--network is none of new, host and an absolute path".to_owned());
    }
    let options = process::Options {
        socket,
        id: id.to_owned(),
        exec: arguments.get("--exec").unwrap_or_default().to_owned(),
        network,
        console_socket: arguments.get("--console-socket").map(PathBuf::from),
        adopter: arguments.rest[1..].to_vec(),
    };
    if let Some(title) = Title::find() {
        title.set(&arguments.rest[0]);
    }
    let prepared = match process::prepare(&options) {
        Ok(prepared) => prepared,
        Err(error) => {
            if control.is_none() {
                say!("{error}");
            }
            return Ok(process::fail(control, &error));
        }
    };
    if control.is_some_and(|control| !process::confirmed(control)) {
        return Ok(FAILED);
    }
    Ok(process::run(options, prepared))
}

fn pump(arguments: Arguments) -> Result<i32, String> {
    let nonce = arguments.get("--nonce").ok_or("--nonce must be given")?;
    match pump::run(Path::new(&arguments.rest[0]), nonce) {
        Ok(()) => Ok(0),
        Err(why) => {
            say!("{why}");
            Ok(FAILED)
        }
    }
}

/// A stream socket that the caller gave.
fn inherited(fd: i32) -> Result<UnixStream, String> {
    // SAFETY: asks of a descriptor whether it is open, and has it close with an execution.
    if unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) } < 0 {
        return Err(format!("--control {fd} is not open"));
    }
    // SAFETY: it is open, and the caller gave it to us alone.
    Ok(unsafe { UnixStream::from_raw_fd(fd) })
}

/// Leaves the caller's session and folder, keeps nothing of it open, and lives on when it goes.
fn detach() {
    // SAFETY: of our own process. Descriptors beyond stderr are the caller's, and none of ours is open yet; 3 and 4
    // are then taken by /dev/null, so that nothing else is where the supervisor expects its control channel.
    unsafe {
        libc::setsid();
        libc::signal(libc::SIGHUP, libc::SIG_IGN);
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
        libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, 0u32);
        for _ in 0..2 {
            libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC);
        }
    }
    let _ = std::env::set_current_dir(Path::new("/"));
}

fn tell(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn null_streams() {
    if let Ok(null) = std::fs::File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
    {
        for standard in 0..2 {
            // SAFETY: replaces our own standard streams.
            unsafe { libc::dup2(null.as_raw_fd(), standard) };
        }
    }
}
