//! Users by name: /etc/passwd and /etc/group of a container's root, with Docker's rules.

use std::io::Read;
use std::os::fd::AsRawFd;

use crate::lookup::open_in_root;

/// What of a user database is read at most.
const MAX_FILE: u64 = 1 << 20;

/// A user as a process needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    pub uid: u32,
    pub gid: u32,
    pub groups: Vec<u32>,
    pub home: String,
}

/// The user database of one root.
#[derive(Debug, Default)]
pub struct Database {
    passwd: String,
    group: String,
}

impl Database {
    /// Reads /etc/passwd, and /etc/group when `groups` are asked for, inside `root`; a missing or unreadable one is
    /// empty.
    pub fn read(root: &impl AsRawFd, groups: bool) -> Self {
        let read = |path| {
            let mut bytes = Vec::new();
            if let Ok(fd) = open_in_root(root, path, libc::O_RDONLY | libc::O_NONBLOCK) {
                let _ = std::fs::File::from(fd)
                    .take(MAX_FILE)
                    .read_to_end(&mut bytes);
            }
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Self {
            passwd: read("/etc/passwd"),
            group: if groups {
                read("/etc/group")
            } else {
                String::new()
            },
        }
    }

    /// From the files' text.
    #[cfg(test)]
    fn from_text(passwd: &str, group: &str) -> Self {
        Self {
            passwd: passwd.to_owned(),
            group: group.to_owned(),
        }
    }

    /// The home of the user with this number; "/" when the database has none.
    pub fn home(&self, uid: u32) -> String {
        self.users()
            .find(|user| user.uid == uid && !user.home.is_empty())
            .map_or_else(|| "/".to_owned(), |user| user.home.to_owned())
    }

    /// Resolves `user[:group]`, each a name or a number.
    pub fn resolve(&self, wanted: &str) -> Result<Resolved, String> {
        let (name, group) = match wanted.split_once(':') {
            Some((name, group)) => (name, Some(group)),
            None => (wanted, None),
        };
        let number = name.parse::<u32>().ok();
        let entry = self
            .users()
            .find(|user| user.name == name)
            .or_else(|| self.users().find(|user| Some(user.uid) == number));
        let (uid, mut gid, home) = match (&entry, number) {
            (Some(user), _) => (user.uid, user.gid, user.home.to_owned()),
            (None, Some(uid)) => (uid, 0, "/".to_owned()),
            (None, None) if name.is_empty() => (0, 0, self.home(0)),
            (None, None) => return Err(format!("no user {name:?} in /etc/passwd")),
        };
        let mut groups = Vec::new();
        match group.filter(|group| !group.is_empty()) {
            Some(group) => {
                gid = self
                    .groups()
                    .find(|(found, ..)| *found == group)
                    .map(|(_, gid, _)| gid)
                    .or_else(|| group.parse().ok())
                    .ok_or_else(|| format!("no group {group:?} in /etc/group"))?;
            }
            None => {
                if let Some(user) = &entry {
                    groups = self
                        .groups()
                        .filter(|(_, _, members)| members.split(',').any(|m| m == user.name))
                        .map(|(_, gid, _)| gid)
                        .take(1024)
                        .collect();
                }
            }
        }
        Ok(Resolved {
            uid,
            gid,
            groups,
            home: if home.is_empty() {
                "/".to_owned()
            } else {
                home
            },
        })
    }

    fn users(&self) -> impl Iterator<Item = User<'_>> {
        self.passwd.lines().filter_map(|line| {
            let mut fields = line.trim().split(':');
            let name = fields.next()?;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            let home = fields.nth(1).unwrap_or("");
            Some(User {
                name,
                uid,
                gid,
                home,
            })
        })
    }

    fn groups(&self) -> impl Iterator<Item = (&str, u32, &str)> {
        self.group.lines().filter_map(|line| {
            let mut fields = line.trim().split(':');
            let name = fields.next()?;
            let gid = fields.nth(1)?.parse().ok()?;
            Some((name, gid, fields.next().unwrap_or("")))
        })
    }
}

struct User<'a> {
    name: &'a str,
    uid: u32,
    gid: u32,
    home: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Database {
        Database::from_text(
            "root:x:0:0:root:/root:/bin/sh\n# comment\nbroken:x:nan:0::/:\nann:x:1000:100:Ann:/home/ann:/bin/sh\n",
            "root:x:0:\nusers:x:100:\nwheel:x:10:bob,ann\ndisk:x:6:ann\n",
        )
    }

    #[test]
    fn a_name_gives_its_group_further_groups_and_home() {
        let ann = database().resolve("ann").expect("ann");
        assert_eq!(
            ann,
            Resolved {
                uid: 1000,
                gid: 100,
                groups: vec![10, 6],
                home: "/home/ann".into()
            }
        );
    }

    #[test]
    fn an_explicit_group_stands_alone() {
        let ann = database().resolve("ann:wheel").expect("ann");
        assert_eq!((ann.gid, ann.groups.len()), (10, 0));
        assert_eq!(database().resolve("ann:77").expect("number").gid, 77);
    }

    #[test]
    fn a_number_needs_no_entry_and_a_name_does() {
        let other = database().resolve("4242").expect("number");
        assert_eq!((other.uid, other.gid, other.home.as_str()), (4242, 0, "/"));
        assert_eq!(database().resolve("1000").expect("known").home, "/home/ann");
        assert!(database().resolve("nobody").is_err());
        assert!(database().resolve("ann:none").is_err());
    }

    #[test]
    fn homes_are_found_by_number() {
        assert_eq!(database().home(1000), "/home/ann");
        assert_eq!(database().home(5), "/");
    }
}
