//! What runs in a group, from /proc: for `top`.

use std::fs;

use crate::cgroup;
use crate::proto::PidInfo;

/// Processes that one answer tells.
const MAX_PROCESSES: usize = 16384;
/// A command's limit, and that of all of them: an answer is one message.
const MAX_COMMAND: usize = 4096;
const MAX_COMMANDS: usize = 2 << 20;

/// The processes of a group and of the groups below it. One that ends meanwhile is left out.
pub fn of_group(folder: &str) -> Vec<PidInfo> {
    let mut pids = cgroup::pids(folder);
    pids.sort_unstable();
    pids.truncate(MAX_PROCESSES);
    // SAFETY: sysconf takes a number and touches no memory of ours.
    let (tick, page) = unsafe {
        (
            libc::sysconf(libc::_SC_CLK_TCK),
            libc::sysconf(libc::_SC_PAGESIZE),
        )
    };
    let units = (1_000_000_000 / tick.max(1), page.max(0) as u64);
    let mut commands = 0;
    let mut found: Vec<PidInfo> = pids
        .into_iter()
        .filter_map(|pid| {
            let read = |name: &str| fs::read(format!("/proc/{pid}/{name}")).ok();
            let stat = read("stat")?;
            let arguments = if commands < MAX_COMMANDS {
                read("cmdline")?
            } else {
                Vec::new()
            };
            let info = describe(
                &String::from_utf8_lossy(&stat),
                &String::from_utf8_lossy(&read("status")?),
                &arguments,
                units,
            )?;
            commands += info.command.len();
            Some(info)
        })
        .collect();
    let known: Vec<(u32, u32)> = found.iter().map(|p| (p.pid, p.namespace_pid)).collect();
    for info in &mut found {
        match known.binary_search_by_key(&info.ppid, |(pid, _)| *pid) {
            Ok(index) => info.namespace_ppid = known[index].1,
            Err(_) => info.ppid = 0,
        }
    }
    found
}

/// From proc(5)'s files; `units` are nanoseconds a clock tick and bytes a page.
fn describe(stat: &str, status: &str, arguments: &[u8], units: (i64, u64)) -> Option<PidInfo> {
    // The name stands in parentheses and may hold any.
    let (head, rest) = stat.rsplit_once(')')?;
    let (pid, name) = head.split_once(" (")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<i64>().ok();
    let line = |key: &str| status.lines().find_map(|line| line.strip_prefix(key));
    Some(PidInfo {
        pid: pid.parse().ok()?,
        exec_id: String::new(),
        state: (*fields.first()?).to_owned(),
        ppid: number(1)? as u32,
        tty: terminal(number(4)?),
        cpu_ns: (number(11)? + number(12)?) * units.0,
        start_ns: number(19)? * units.0,
        rss_bytes: number(21)?.max(0) as u64 * units.1,
        uid: line("Uid:")?.split_whitespace().nth(1)?.parse().ok()?,
        namespace_pid: line("NSpid:")?
            .split_whitespace()
            .next_back()?
            .parse()
            .ok()?,
        namespace_ppid: 0,
        command: command(name, arguments),
    })
}

/// A terminal's name by its device number.
fn terminal(device: i64) -> String {
    let (major, minor) = (device >> 8 & 0xfff, device & 0xff | device >> 12 & 0xfff00);
    match major {
        136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
        4 if minor >= 64 => format!("ttyS{}", minor - 64),
        4 => format!("tty{minor}"),
        5 if minor == 1 => "console".to_owned(),
        229 => format!("hvc{minor}"),
        _ => String::new(),
    }
}

fn command(name: &str, arguments: &[u8]) -> String {
    let arguments = &arguments[..arguments.len().min(MAX_COMMAND)];
    let text = String::from_utf8_lossy(arguments).replace('\0', " ");
    let mut text = text.trim_end().to_owned();
    if text.is_empty() {
        text = format!("[{name}]");
    }
    // What is not UTF-8 has grown.
    let mut end = text.len().min(MAX_COMMAND);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "42 (a) b) (c) S 7 42 42 34817 42 4194304 1 0 0 0 10 20 0 0 20 0 1 0 500 4096 3 18446744073709551615";

    #[test]
    fn the_kernels_files_become_a_process() {
        let status = "Name:\tx\nUid:\t1\t2\t3\t4\nNSpid:\t42\t5\n";
        let info =
            describe(STAT, status, b"sh\0-c\0sleep 1\0", (10_000_000, 4096)).expect("a process");
        assert_eq!(
            (info.pid, info.ppid, info.namespace_pid, info.uid),
            (42, 7, 5, 2)
        );
        assert_eq!((info.state.as_str(), info.tty.as_str()), ("S", "pts/1"));
        assert_eq!(
            (info.cpu_ns, info.start_ns, info.rss_bytes),
            (300_000_000, 5_000_000_000, 12288)
        );
        assert_eq!(info.command, "sh -c sleep 1");
    }

    #[test]
    fn a_process_without_arguments_shows_its_name_and_a_long_one_is_cut() {
        assert_eq!(command("a) b) (c", b""), "[a) b) (c]");
        assert!(command("x", &[0xff; 10000]).len() <= MAX_COMMAND);
    }
}
